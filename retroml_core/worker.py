"""The process of a run: `python -m retroml_core.worker <run folder>`. It needs nothing but the folder.

Exit codes: 0 the run completed or was stopped as asked; 1 it failed or could not be taken up (`state.json` and the
standard error say why); 75 the machine wanted the process back (SIGTERM), the run can be resumed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from retroml_core.algorithm import StopTraining
from retroml_core.app import App
from retroml_core.events import RunOutcome, RunState
from retroml_core.faults import Fault
from retroml_core.runs.checkpoints import CheckpointStore
from retroml_core.runs.launching import LAUNCHED_AT
from retroml_core.runs.lock import hold
from retroml_core.runs.run import Run
from retroml_core.training.attempt import Attempt, open_attempt
from retroml_core.training.clock import Allowance
from retroml_core.training.failures import explain
from retroml_core.training.finishing import make_films
from retroml_core.training.session import Session
from retroml_core.training.starting import fail_early, live_exporters, write_provenance

if TYPE_CHECKING:
    from retroml_core.schema import ExperimentConfig
    from retroml_core.training.commanding import RunControl

__all__ = ["main", "work"]

EXIT_OK, EXIT_FAILED, EXIT_AGAIN = 0, 1, 75
GONE_POLL_SECONDS = 1.0


def main(argv: list[str] | None = None) -> int:
    """Carry out the run whose folder is the only argument; the exit code."""
    arguments = sys.argv[1:] if argv is None else argv
    if len(arguments) != 1 or not (Path(arguments[0]) / "config.json").is_file():
        return _refuse("usage: python -m retroml_core.worker <run folder>, a folder that holds a config.json")
    run = Run(Path(arguments[0]).absolute())
    since = float(os.environ.pop(LAUNCHED_AT, time.time()))
    try:
        with hold(run.folder), App.open() as app:
            return work(run, app, since)
    except Fault as error:
        return _refuse(str(error))
    except OSError as error:
        return _refuse(f"{run.folder} cannot be written to: {error}")


def work(run: Run, app: App, since: float) -> int:
    """Make attempts at `run`, whose lock the caller holds, until it ends; the exit code."""
    try:
        config = run.config(app)
    except Exception as error:  # noqa: BLE001  # whatever is wrong with the config, the state must say so
        reason = f"the config cannot be used: {error}"
        fail_early(run, reason)
        return _refuse(reason)
    status = run.status()
    allowance = Allowance(config.budget.limit_seconds(), config.budget.steps)
    if status.state is RunState.COMPLETED and allowance.fraction(status.step, status.seconds) >= 1.0:
        _say(f"{run.id} is complete; a larger budget would let it go on")
        return EXIT_OK
    while True:
        code = _attempt(run, app, config, since)
        if code is not None:
            return code


def _attempt(run: Run, app: App, config: ExperimentConfig, since: float) -> int | None:
    """Make one attempt; the exit code, or None when a paused run, or one whose folder was gone, is to go on."""
    try:
        with open_attempt(run, app, config, since) as attempt, _signals(attempt.control):
            outcome = _carry_out(attempt)
            if outcome.state is RunState.PAUSED:
                return None
            _settle(attempt, outcome)
            return _exit_code(attempt, outcome)
    except Exception as error:  # noqa: BLE001  # a disk too full even to say so, or no device
        if not run.folder.is_dir():
            return None if _await(run) else _refuse(f"{run.folder} was deleted while it was at work")
        failure = explain(error, folder=str(run.folder), step=run.status().step, checkpoint=_last_good(run), config=config)
        with contextlib.suppress(OSError):
            fail_early(run, failure.reason)
        return _refuse(failure.reason)


def _await(run: Run) -> bool:
    """Wait until the folder of `run`, which is gone with all that was to be written, is back; the next attempt goes on then.

    False where it is gone from a folder that is still there: it was deleted, and nobody will put it back.
    """
    _say(f"{run.folder} is gone: connect its disk or put the folder back, then the run goes on from its last checkpoint")
    while not (run.folder / "state.json").is_file():
        if run.folder.parent.is_dir() and not run.folder.is_dir():
            return False
        time.sleep(GONE_POLL_SECONDS)
    return True


def _carry_out(attempt: Attempt) -> RunOutcome:
    try:
        write_provenance(attempt)
        attempt.app.plugins.run_started(attempt.run)
        with live_exporters(attempt), Session(attempt) as session:
            outcome = session.run()
        if outcome.state in (RunState.PAUSED, RunState.FAILED) or attempt.control.preempted or outcome.steps == 0:
            return outcome
        if make_films(attempt) or outcome.state is RunState.STOPPED or not attempt.control.preempted:
            return outcome
        # Resuming makes them.
        return dataclasses.replace(outcome, state=RunState.STOPPED, reason="stopped while films were made")
    except StopTraining:
        reason = "ended at once; resume goes on from the last checkpoint"
        attempt.control.request_stop(reason, preempted=True)
        return RunOutcome(state=RunState.STOPPED, steps=attempt.tally.steps, reason=reason)
    except Exception as error:  # noqa: BLE001  # an algorithm may fail in any way; the run says how
        return _fail(attempt, error)


def _fail(attempt: Attempt, error: Exception) -> RunOutcome:
    run, checkpoint = attempt.run, _last_good(attempt.run)
    steps = attempt.tally.steps or run.status().step  # the tally is empty until a checkpoint is taken up
    failure = explain(error, folder=str(run.folder), step=steps, checkpoint=checkpoint, config=attempt.config)
    _say(failure.trace)
    attempt.problem(failure.reason, hint=failure.hint, details=failure.details, severity="error", metric=failure.metric)
    return RunOutcome(state=RunState.FAILED, steps=steps, reason=failure.reason, checkpoint=checkpoint)


def _last_good(run: Run) -> str | None:
    """The name of the newest sound checkpoint that training can go on from, of this attempt or one before."""
    checkpoint = CheckpointStore(run.checkpoints_folder).latest_full()
    return None if checkpoint is None else checkpoint.name


def _settle(attempt: Attempt, outcome: RunOutcome) -> None:
    """Write the last state and tell the plugins; no signal interrupts that any more."""
    attempt.control.over = True
    attempt.control.refuse_all("the run ended")
    attempt.state.set(seconds_left=None)
    attempt.move(outcome.state, outcome.reason)
    attempt.app.plugins.run_finished(attempt.run, outcome)


def _exit_code(attempt: Attempt, outcome: RunOutcome) -> int:
    if outcome.state is RunState.FAILED:
        return EXIT_FAILED
    return EXIT_AGAIN if attempt.control.preempted else EXIT_OK


@contextlib.contextmanager
def _signals(control: RunControl) -> Iterator[None]:
    """The first signal stops cleanly, the second at once."""

    def take(number: int, _: FrameType | None) -> None:
        if control.stop is not None and control.signals and not control.over:
            raise StopTraining
        control.signals += 1
        name = signal.Signals(number).name
        control.request_stop(f"stopped by {name}", preempted=number != signal.SIGINT)

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)]
    before = {getattr(signal, name): signal.signal(getattr(signal, name), take) for name in names}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _say(text: str) -> None:
    sys.stderr.write(text.rstrip() + "\n")
    sys.stderr.flush()


def _refuse(message: str) -> int:
    _say(message)
    return EXIT_FAILED


if __name__ == "__main__":
    sys.exit(main())
