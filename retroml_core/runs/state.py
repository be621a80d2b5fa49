"""The state of a run: `state.json`, replaced whole on each change and every few seconds by the process that works on it.

A reader checks whether that process still lives, so what is shown is true at once after a crash.
"""

from __future__ import annotations

import dataclasses
import math
import os
import socket
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retroml_core.events import RunState
from retroml_core.files import read_json, write_json

__all__ = ["STALE_SECONDS", "IllegalTransition", "RunStatus", "StateFile", "process_lives", "read_status"]

STALE_SECONDS = 15.0
"""A live state of another machine that was not written for so long is taken for interrupted."""

_ENDS = {RunState.STOPPED, RunState.FAILED}
_AGAIN = {RunState.QUEUED, RunState.STARTING, RunState.FAILED}
TRANSITIONS: Mapping[RunState, set[RunState]] = {
    RunState.CREATED: {RunState.QUEUED, RunState.STARTING, RunState.STOPPED, RunState.FAILED},
    RunState.QUEUED: {RunState.STARTING, RunState.STOPPED, RunState.FAILED},
    RunState.STARTING: {RunState.RUNNING, RunState.STOPPING} | _ENDS,
    RunState.RUNNING: {RunState.PAUSED, RunState.STOPPING, RunState.COMPLETED} | _ENDS,
    RunState.PAUSED: {RunState.STARTING, RunState.STOPPING} | _ENDS,
    RunState.STOPPING: set(_ENDS),
    RunState.COMPLETED: _AGAIN,
    RunState.STOPPED: _AGAIN,
    RunState.FAILED: _AGAIN,
    RunState.INTERRUPTED: _AGAIN,
}
"""What may follow what. A run that ended may be taken up again by a further attempt."""


class IllegalTransition(ValueError):
    """A run cannot go from one state to the other; a bug of the caller."""


@dataclass(frozen=True, kw_only=True)
class RunStatus:
    """How a run stands. `step` counts decisions, `frames` emulator frames, `seconds` is training time; None: not known yet.

    `mean_score` is over the last 100 episodes. `activity` says in words what goes on besides training.
    """

    state: RunState = RunState.CREATED
    attempt: int = 0
    pid: int | None = None
    process_started: float | None = None
    host: str = ""
    step: int = 0
    frames: int = 0
    episodes: int = 0
    fraction: float = 0.0
    seconds: float = 0.0
    seconds_left: float | None = None
    steps_per_second: float = 0.0
    mean_score: float | None = None
    best_score: float | None = None
    last_score: float | None = None
    reason: str = ""
    activity: str = ""
    updated_at: float = 0.0


def process_lives(pid: int | None, started: float | None, tolerance_seconds: float = 2.0) -> bool:
    """Whether the process `pid` that began at about `started` (seconds since 1970) still runs."""
    import psutil

    if pid is None or started is None:
        return False
    try:
        process = psutil.Process(pid)
        return abs(process.create_time() - started) < tolerance_seconds and process.status() != psutil.STATUS_ZOMBIE
    except psutil.AccessDenied:
        return True
    except psutil.Error:
        return False


def read_status(folder: Path) -> RunStatus:
    """The status of the run in `folder` as of now; see `stored_status`."""
    status = stored_status(folder)
    if not status.state.live or _at_work(status):
        return status
    reason = status.reason or "its process is gone; resume it to go on from its last checkpoint"
    return dataclasses.replace(status, state=RunState.INTERRUPTED, reason=reason, activity="", seconds_left=None)


def stored_status(folder: Path) -> RunStatus:
    """What `state.json` says, whether or not its process lives; where it is gone or damaged, what events and checkpoints say.

    Created, when there are none of these either, or the file cannot be opened at this moment.
    """
    from retroml_core.runs.recovering import recovered

    try:
        raw = read_json(folder / "state.json")
        known = {field.name for field in dataclasses.fields(RunStatus)}
        values = {key: value for key, value in raw.items() if key in known}
        return RunStatus(**{**values, "state": RunState(raw["state"])})
    except (FileNotFoundError, ValueError, TypeError, AttributeError, KeyError):
        return RunStatus(**recovered(folder))
    except OSError:
        return RunStatus()


def _at_work(status: RunStatus) -> bool:
    fresh = time.time() - status.updated_at < STALE_SECONDS
    if status.host and status.host != socket.gethostname():
        return fresh
    # On Linux a clock that is set moves the start times of all processes: one that still writes is believed.
    return process_lives(status.pid, status.process_started, math.inf if fresh else 2.0)


class StateFile:
    """The state of the attempt at work, whose maker holds the lock of the run: nobody else is at work. Thread-safe."""

    def __init__(self, folder: Path, attempt: int) -> None:
        import psutil

        self._path = folder / "state.json"
        self._lock = threading.Lock()
        before = stored_status(folder)
        self._status = dataclasses.replace(
            before,
            state=RunState.INTERRUPTED if before.state.live else before.state,
            attempt=attempt,
            pid=os.getpid(),
            process_started=psutil.Process().create_time(),
            host=socket.gethostname(),
            reason="",
            activity="",
        )

    @property
    def status(self) -> RunStatus:
        """The status as last set."""
        return self._status

    def move(self, state: RunState, reason: str = "", **changes: Any) -> None:
        """Go to `state` and write it at once. Raises IllegalTransition, OSError."""
        if state not in TRANSITIONS[self._status.state]:
            raise IllegalTransition(f"a run that is {self._status.state} cannot become {state}")
        self.set(state=state, reason=reason, **changes)
        self.write()

    def set(self, **changes: Any) -> None:
        """Change fields; they are written by the next `write`."""
        with self._lock:
            self._status = dataclasses.replace(self._status, **changes)

    def write(self) -> None:
        """Replace the file. Raises OSError."""
        with self._lock:
            self._status = dataclasses.replace(self._status, updated_at=time.time())
            write_json(self._path, status_json(self._status))


def status_json(status: RunStatus) -> dict[str, Any]:
    """`status` as it stands in `state.json`; numbers that JSON does not know become null."""
    raw = dataclasses.asdict(status)
    return {"v": 1} | {
        key: None if isinstance(value, float) and not math.isfinite(value) else value for key, value in raw.items()
    }
