"""Atari 2600 games for Retro ML: environment, tape and re-simulation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from retroml_core import EnvironmentSpec, GameSpec, Problem, hookimpl

if TYPE_CHECKING:
    from retroml_core.runs.run import Run
    from retroml_core.schema import ExperimentConfig


@hookimpl
def retroml_games() -> Iterable[GameSpec]:
    """Every single-player game bundled with ale-py."""
    from retroml_atari.games import games

    return games()


@hookimpl
def retroml_environments() -> Iterable[EnvironmentSpec]:
    """The Atari 2600, with its tape."""
    from retroml_atari.settings import AtariConfig

    return [
        EnvironmentSpec(
            name="atari",
            title="Atari 2600",
            summary="The Arcade Learning Environment with the preprocessing of the literature.",
            config=AtariConfig,
            factory="retroml_atari.environment:make",
            tape="retroml_atari.tape:open_tape",
        )
    ]


@hookimpl
def retroml_check_config(config: ExperimentConfig) -> Iterable[Problem]:
    """Settings of the Atari environment that contradict each other."""
    from retroml_atari.settings import AtariConfig, problems

    environment = config.environment
    return problems(environment) if isinstance(environment, AtariConfig) else []


@hookimpl
def retroml_run_finished(run: Run) -> None:
    """Bookmarks are left on the tape by a process that outlives the run's, where moments would be far without."""
    from retroml_atari.guide import leave_behind

    if str(run.tree["environment"]["name"]) == "atari":
        leave_behind(run.folder)
