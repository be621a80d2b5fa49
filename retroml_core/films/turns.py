"""Films wait for their turn: as many at a time under one data root as their makers agree to, in the order they came.

Each maker holds a lock on a **ticket**, a file named by when it came. A ticket whose lock is free belongs to a maker that
died, and is removed by whoever notices. A maker that rests gives its ticket back, and draws a new one to go on.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock, Timeout

__all__ = ["Turn"]

_PATIENCE_SECONDS = 10.0


class Turn:
    """The turn of one maker, held within a `with` block: fewer than `at_once` makers with tickets in `folder` came earlier.

    `waiting(ahead)` is called again and again until it is; what it raises ends the waiting, and it may `give_back` and `take`
    itself. Where tickets cannot be written, nobody waits: a full or read-only data root is told of by the film itself.
    """

    def __init__(self, folder: Path, *, at_once: int, waiting: Callable[[int], None], poll_seconds: float = 0.3) -> None:
        self.folder, self.at_once, self.waiting, self.poll_seconds = folder, at_once, waiting, poll_seconds
        self._ticket: FileLock | None = None

    def take(self) -> None:
        """Draw a ticket and wait until it is its turn."""
        self._ticket = self._ticket or _draw(self.folder)
        while self._ticket is not None and (ahead := sum(map(_alive, _before(self.folder, self._ticket)))) >= self.at_once:
            self.waiting(ahead)
            time.sleep(self.poll_seconds)

    def give_back(self) -> None:
        """Let others go first. May be called twice."""
        ticket, self._ticket = self._ticket, None
        if ticket is not None:
            _release(ticket)

    def __enter__(self) -> Turn:
        try:
            self.take()
        except BaseException:
            self.give_back()
            raise
        return self

    def __exit__(self, *exception: object) -> None:
        self.give_back()


def _draw(folder: Path) -> FileLock | None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            folder.mkdir(exist_ok=True)
            ticket = FileLock(folder / f"{time.time_ns():020}-{os.getpid()}.ticket", timeout=_PATIENCE_SECONDS)
            ticket.acquire()
        except (OSError, Timeout):
            return None
        # Somebody who saw the file before it was locked may have taken it for a dead maker's.
        if Path(ticket.lock_file).exists():
            return ticket
        ticket.release()
    return None


def _release(ticket: FileLock) -> None:
    """Give up a lock that is held, and its file: before that where the system allows it, so that nobody finds it free."""
    path = Path(ticket.lock_file)
    with contextlib.suppress(OSError):
        if os.name != "nt":
            path.unlink(missing_ok=True)
    ticket.release()
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)


def _before(folder: Path, mine: FileLock) -> list[Path]:
    return [path for path in sorted(folder.glob("*.ticket")) if path.name < Path(mine.lock_file).name]


def _alive(path: Path) -> bool:
    """Whether a maker holds this ticket; removes it when none does."""
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    except OSError:
        return False
    _release(lock)
    return False
