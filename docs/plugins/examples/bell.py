"""A notifier and a command: rings the bell when a training ends, and `retroml best pong` names the best run of a game."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from retroml_core import CommandSpec, hookimpl

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.events import RunOutcome
    from retroml_core.runs.run import Run


@hookimpl
def retroml_run_finished(run: Run, outcome: RunOutcome) -> None:
    """Called in the process that trained, whose output is the run's `out.log`: send a mail, post a message, ring a bell."""
    print(f"\a{run.id} is {outcome.state} after {outcome.steps:,} steps. {outcome.reason}")


@hookimpl
def retroml_commands() -> list[CommandSpec]:
    """The command."""
    return [CommandSpec(name="best", title="Best run", summary="Name the best run of a game.", factory="bell:best")]


def best(app: App, argv: list[str]) -> int:
    """`retroml best GAME`; the exit code."""
    from retroml_core.index import RunFilter
    from retroml_core.services import ExperimentService

    parser = argparse.ArgumentParser(prog="retroml best", description="Name the best run of a game.")
    parser.add_argument("game")
    wanted = RunFilter(game=parser.parse_args(argv).game, limit=None)
    runs = ExperimentService(app)
    runs.sync()
    scored = [(row.best_score, row.id) for row in runs.list(wanted) if row.best_score is not None]
    print(max(scored)[1] if scored else "There is none yet.")
    return 0 if scored else 1
