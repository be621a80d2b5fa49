"""The processes of trainings this app started. They outlive it; while it is there it takes note of their end."""

from __future__ import annotations

import subprocess
import threading
from typing import TYPE_CHECKING

from retroml_core.runs.launching import start_worker

if TYPE_CHECKING:
    from retroml_core.runs.run import Run

__all__ = ["Children"]


class Children:
    """Starts runs and keeps the handles of their processes, so that none stays behind as a zombie. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, run: Run) -> None:
        """Start the process of `run`. Raises OSError when it cannot be started."""
        self.adopt(start_worker(run))

    def adopt(self, process: subprocess.Popen[bytes]) -> None:
        """Take note of the end of a process that was started for trainings."""
        with self._lock:
            self._processes = [one for one in self._processes if one.poll() is None]
            self._processes.append(process)

    def release(self) -> None:
        """The app ends, the trainings go on."""
        with self._lock:
            for process in self._processes:
                if process.poll() is None:
                    process.returncode = 0  # or Popen complains of a child that nobody waited for
            self._processes.clear()
