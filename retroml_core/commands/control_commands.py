"""`retroml pause|resume|stop|checkpoint ID`: commands to a run at work, from any terminal."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from retroml_core.commands.numbers import from_zero
from retroml_core.events import RunState
from retroml_core.faults import Fault
from retroml_core.terminal.printing import print_json

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Sequence

    from retroml_core.app import App
    from retroml_core.runs.run import Run

__all__ = ["checkpoint", "pause", "resume", "stop"]

LIMIT_SECONDS = 180.0


class NotResumable(Fault):
    """There is nothing to resume."""


def pause(app: App, argv: Sequence[str]) -> int:
    """Pause a run: it saves its state and frees its device."""
    return _tell(app, argv, "pause", "Pause a run; its state is saved and its device freed. `retroml resume` goes on.")


def checkpoint(app: App, argv: Sequence[str]) -> int:
    """Let a run save its state now."""
    return _tell(app, argv, "checkpoint", "Let a run save its state now; it goes on meanwhile.")


def stop(app: App, argv: Sequence[str]) -> int:
    """Stop a run and wait until its state is saved."""
    asked = _parser("stop", "Stop a run; its state is saved first. `retroml resume` can go on later.").parse_args(argv)
    from retroml_core.services import ControlService, ExperimentService

    run, service = ExperimentService(app).find(asked.id), ControlService()
    answer = service.ask(run, "stop", limit_seconds=asked.timeout)
    if not answer.ok:
        return _say(asked, run, answer.message, ok=False)
    if not service.wait_until(run, _saved, limit_seconds=asked.timeout):
        return _say(asked, run, f"it is stopping, but was not done within {asked.timeout:g} s", ok=False)
    status = run.status()
    films = "; its films are being made" if status.state.live else ""
    good = [kept.name for kept in run.checkpoints() if kept.full]
    saved = f", saved as checkpoint {good[-1]}" if good else ", with nothing to save"
    return _say(asked, run, f"stopped at step {status.step:,}{saved}{films}", ok=status.state is not RunState.FAILED)


def resume(app: App, argv: Sequence[str]) -> int:
    """Go on with a run: wake its process, or start a new one and follow it."""
    parser = _parser("resume", "Go on with a paused, stopped, failed or interrupted run from its last checkpoint.")
    parser.add_argument("--detach", action="store_true", help="start it and return once it is at work")
    asked = parser.parse_args(argv)
    from retroml_core.services import ControlService, ExperimentService

    run = ExperimentService(app).find(asked.id)
    status = run.status()
    if status.state is RunState.PAUSED:
        answer = ControlService().ask(run, "resume", limit_seconds=asked.timeout)
        return _say(asked, run, answer.message, ok=answer.ok)
    _check_resumable(run, status.state)
    _check_config(app, run)
    from retroml_core.runs.launching import start_worker

    worker = start_worker(run)
    if asked.detach:
        return _at_work(asked, run, lambda now: now.status().attempt > status.attempt, worker)
    from retroml_core.terminal.progress import follow

    return follow(run, attempt=status.attempt + 1)


def _at_work(asked: argparse.Namespace, run: Run, begun: Callable[[Run], bool], worker: subprocess.Popen[bytes]) -> int:
    """Wait until the process is at work and so can be told to pause or stop; say the id of the run."""
    from retroml_core.services import ControlService

    ControlService().wait_until(run, lambda now: begun(now) or worker.poll() is not None, limit_seconds=asked.timeout)
    if not begun(run):
        return _say(asked, run, f"its process did not begin; {run.log_file} may say why", ok=False)
    sys.stdout.write(f"{run.id}\n")
    return 0


def _check_resumable(run: Run, state: RunState) -> None:
    if state.live:
        raise NotResumable(f"{run.id} is {state} already")
    if state is RunState.COMPLETED:
        hint = f"train longer in a new run: retroml rerun {run.id} budget.hours=2"
        raise NotResumable(f"{run.id} is complete: it has used its whole budget; {hint}")


def _check_config(app: App, run: Run) -> None:
    """Raise ConfigError when the config cannot be used here, RunRefused when a plugin forbids the run."""
    from retroml_core.runs.run import RunRefused

    refusal = app.plugins.refuse_run(app, run.config(app))
    if refusal:
        raise RunRefused(refusal)


def _saved(run: Run) -> bool:
    """Whether a run that was asked to stop has saved its state."""
    status = run.status()
    return not status.state.live or status.activity.startswith("film")


def _tell(app: App, argv: Sequence[str], verb: str, description: str) -> int:
    asked = _parser(verb, description).parse_args(argv)
    from retroml_core.services import ControlService, ExperimentService

    run = ExperimentService(app).find(asked.id)
    answer = ControlService().ask(run, verb, limit_seconds=asked.timeout)
    return _say(asked, run, answer.message, ok=answer.ok)


def _parser(verb: str, description: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"retroml {verb}", description=description)
    parser.add_argument("id", help="the run: its id, a unique beginning of it, or latest")
    parser.add_argument(
        "--timeout", type=from_zero, default=LIMIT_SECONDS, metavar="S", help=f"how many seconds to wait ({LIMIT_SECONDS:g})"
    )
    parser.add_argument("--json", action="store_true", help="print what came of it as JSON")
    return parser


def _say(asked: argparse.Namespace, run: Run, message: str, *, ok: bool) -> int:
    if asked.json:
        print_json({"id": run.id, "ok": ok, "message": message})
        return 0 if ok else 1
    (sys.stdout if ok else sys.stderr).write(f"{run.id}: {message}\n")
    return 0 if ok else 1
