"""The heartbeat of an attempt: a thread that keeps `state.json` and the event file fresh, and says what the run uses."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.events import Resource
from retroml_core.files import folder_bytes
from retroml_core.runs.forecast import size_text
from retroml_core.training.memory import Memory, read_memory

if TYPE_CHECKING:
    from retroml_core.runs.eventlog import EventLog
    from retroml_core.runs.state import StateFile
    from retroml_core.training.bus import MetricEventBus

__all__ = ["Pulse"]

BEAT_SECONDS = 1.0
STATE_BEATS = 3
RESOURCE_BEATS = 10
LOW_BEATS = 2


class Pulse:
    """Beats once a second. What it meets (a full disk) is raised by `check`, in the thread that trains.

    `scarce` says in words that the memory is nearly used up, seen twice in a row by `look`; "" as long as it is not.
    """

    def __init__(
        self,
        folder: Path,
        state: StateFile,
        log: EventLog,
        bus: MetricEventBus,
        gpu: int | None = None,
        *,
        look: Callable[[], Memory] = read_memory,
    ) -> None:
        import psutil

        self._folder = folder
        self._state = state
        self._log = log
        self._bus = bus
        self._gpu = gpu
        self._process = psutil.Process()
        self._process.cpu_percent()
        self._error: OSError | None = None
        self._look = look
        self._low = 0
        self.scarce = ""
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
            self._try(self._watch_memory)
            if beat % STATE_BEATS == 0:
                self._try(self._state.write)
            if beat % RESOURCE_BEATS == 0:
                self._try(lambda: self._bus.say(self.resources()))

    def _watch_memory(self) -> None:
        memory = self._look()
        self._low = self._low + 1 if memory.scarce else 0
        if self._low >= LOW_BEATS:
            whose = "this container may use" if memory.contained else "of this machine"
            left = f"{size_text(memory.free)} of {size_text(memory.total)} are free"
            own = size_text(self._process.memory_info().rss)
            self.scarce = f"the memory {whose} is nearly used up ({left}, this run takes {own})"

    def _try(self, work: Callable[[], object]) -> None:
        try:
            work()
        except OSError as error:
            self._error = error
        except Exception as error:  # noqa: BLE001  # systems tell their figures in their own ways, and no figure is worth a run
            sys.stderr.write(f"pulse: {type(error).__name__}: {error}\n")
