"""An attempt: one process at work on a run, from taking up its folder to letting go of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.events import ProblemFound, RunState, RunStateChanged
from retroml_core.runs.control import Mailbox
from retroml_core.runs.eventlog import EventLog, event_files, last_seq
from retroml_core.runs.state import StateFile, stored_status
from retroml_core.training.bus import MetricEventBus
from retroml_core.training.clock import Allowance, TrainingClock
from retroml_core.training.commanding import RunControl
from retroml_core.training.devices import Device, choose_device
from retroml_core.training.pulse import Pulse
from retroml_core.training.tally import Tally

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.run import Run
    from retroml_core.schema import ExperimentConfig

__all__ = ["Attempt", "open_attempt"]


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """What an attempt works with; `number` counts from 1 over the run."""

    run: Run
    app: App
    config: ExperimentConfig
    number: int
    device: Device
    bus: MetricEventBus
    log: EventLog
    state: StateFile
    pulse: Pulse
    clock: TrainingClock
    tally: Tally
    allowance: Allowance
    control: RunControl

    def move(self, state: RunState, reason: str = "", *, resumed_from: int | None = None, activity: str = "") -> None:
        """The run is now in `state`: in `state.json` first, then as an event. Raises IllegalTransition, OSError."""
        self.state.move(state, reason, activity=activity)
        self.bus.say(RunStateChanged(state=state, reason=reason, resumed_from=resumed_from))

    def doing(self, activity: str) -> None:
        """Say in words what goes on besides training."""
        self.state.set(activity=activity)
        self.state.write()

    def problem(self, message: str, *, hint: str = "", details: str = "", severity: str = "warning", metric: str = "") -> None:
        """Say that something is wrong."""
        self.bus.say(ProblemFound(message=message, hint=hint, details=details, severity=severity, metric=metric))


@contextmanager
def open_attempt(run: Run, app: App, config: ExperimentConfig, since: float) -> Iterator[Attempt]:
    """Begin the next attempt; the caller holds the lock of the run. Commands sent before `since` are out of date.

    Raises OSError when the folder cannot be written to, DeviceError when the device asked for is not there.
    """
    number = next_attempt(run)
    device = choose_device(config.device)
    log = EventLog(run.events_folder, number)
    bus = MetricEventBus(log, attempt=number, seq=last_seq(run.events_folder))
    state = StateFile(run.folder, number)
    bus.step = state.status.step
    gpu = int(device.name.partition(":")[2] or 0) if device.name.startswith("cuda") else None
    pulse = Pulse(run.folder, state, log, bus, gpu)
    clock, tally = TrainingClock(), Tally()
    allowance = Allowance(config.budget.limit_seconds(), config.budget.steps)
    control = RunControl(
        Mailbox(run.control_folder),
        bus,
        clock=clock,
        allowance=allowance,
        tally=tally,
        since=since,
        check=pulse.check,
        scarce=lambda: pulse.scarce,
    )
    attempt = Attempt(
        run=run,
        app=app,
        config=config,
        number=number,
        device=device,
        bus=bus,
        log=log,
        state=state,
        pulse=pulse,
        clock=clock,
        tally=tally,
        allowance=allowance,
        control=control,
    )
    try:
        attempt.move(RunState.STARTING)
        yield attempt
    finally:
        _close(pulse.close, bus.close, log.close)


def next_attempt(run: Run) -> int:
    """The number of the next attempt of `run`."""
    files = event_files(run.events_folder)
    return max(stored_status(run.folder).attempt, int(files[-1].stem) if files else 0) + 1


def _close(*closers: Callable[[], None]) -> None:
    """Call all, even when one fails; raise the first failure."""
    failure: OSError | None = None
    for close in closers:
        try:
            close()
        except OSError as error:
            failure = failure or error
    if failure is not None:
        raise failure
