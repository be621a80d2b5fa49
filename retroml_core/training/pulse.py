"""The heartbeat of an attempt: a thread that keeps `state.json` and the event file fresh, and says what the run uses."""

from __future__ import annotations

import contextlib
import os
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.events import Resource

if TYPE_CHECKING:
    from retroml_core.runs.eventlog import EventLog
    from retroml_core.runs.state import StateFile
    from retroml_core.training.bus import MetricEventBus

__all__ = ["Pulse", "folder_bytes"]

BEAT_SECONDS = 1.0
STATE_BEATS = 3
RESOURCE_BEATS = 10


class Pulse:
    """Beats once a second. What it meets (a full disk) is raised by `check`, in the thread that trains."""

    def __init__(self, folder: Path, state: StateFile, log: EventLog, bus: MetricEventBus, gpu: int | None = None) -> None:
        import psutil

        self._folder = folder
        self._state = state
        self._log = log
        self._bus = bus
        self._gpu = gpu
        self._process = psutil.Process()
        self._process.cpu_percent()
        self._error: OSError | None = None
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="pulse", daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise what the thread met, once. Raises OSError."""
        error, self._error = self._error, None
        if error is not None:
            raise error

    def close(self) -> None:
        """End the thread."""
        self._end.set()
        self._thread.join()

    def resources(self) -> Resource:
        """What the run uses now."""
        from retroml_core.training.devices import gpu_use

        use = gpu_use(self._gpu) if self._gpu is not None else None
        return Resource(
            memory_bytes=self._process.memory_info().rss,
            cpu=self._process.cpu_percent() / 100.0,
            disk_free_bytes=shutil.disk_usage(self._folder).free,
            run_bytes=folder_bytes(self._folder),
            gpu_utilization=use[0] if use is not None else None,
            gpu_memory_bytes=use[1] if use is not None else None,
        )

    def _beat(self) -> None:
        beat = 0
        while not self._end.wait(BEAT_SECONDS):
            beat += 1
            self._try(self._log.flush_if_due)
            if beat % STATE_BEATS == 0:
                self._try(self._state.write)
            if beat % RESOURCE_BEATS == 0:
                self._try(lambda: self._bus.say(self.resources()))

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
        except OSError as error:
            self._error = error


def folder_bytes(folder: Path) -> int:
    """The size of everything in `folder`; files that vanish meanwhile count nothing."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(parent) / name).stat().st_size
    return total
