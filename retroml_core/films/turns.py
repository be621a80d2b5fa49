"""Films wait for their turn: as many at a time under one data root as their makers agree to, in the order they came.

Each maker holds a lock on a **ticket**, a file named by when it came. A ticket whose lock is free belongs to a maker that
died, and is removed by whoever notices.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

__all__ = ["turn"]

_PATIENCE_SECONDS = 10.0


@contextmanager
def turn(folder: Path, *, at_once: int, waiting: Callable[[int], None], poll_seconds: float = 0.3) -> Iterator[None]:
    """Wait until fewer than `at_once` makers with tickets in `folder` came earlier, then hold the turn.

    `waiting(ahead)` is called again and again meanwhile; what it raises ends the waiting. Where tickets cannot be written,
    nobody waits: a full or read-only data root is told of by the film itself.
    """
    ticket = _draw(folder)
    if ticket is None:
        yield
        return
    try:
        while (ahead := sum(_alive(path) for path in _before(folder, Path(ticket.lock_file)))) >= at_once:
            waiting(ahead)
            time.sleep(poll_seconds)
        yield
    finally:
        with contextlib.suppress(OSError):
            if os.name != "nt":
                Path(ticket.lock_file).unlink(missing_ok=True)
        ticket.release()
        with contextlib.suppress(OSError):
            Path(ticket.lock_file).unlink(missing_ok=True)


def _draw(folder: Path) -> FileLock | None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            ticket = FileLock(folder / f"{time.time_ns():020}-{os.getpid()}.ticket", timeout=_PATIENCE_SECONDS)
            ticket.acquire()
        except (OSError, Timeout):
            return None
        # Somebody who saw the file before it was locked may have taken it for a dead maker's.
        if Path(ticket.lock_file).exists():
            return ticket
        ticket.release()
    return None


def _before(folder: Path, mine: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.ticket")) if path.name < mine.name]


def _alive(path: Path) -> bool:
    """Whether a maker holds this ticket; removes it when none does."""
    lock = FileLock(path, timeout=0)
    try:
        lock.acquire()
    except Timeout:
        return True
    except OSError:
        return False
    with contextlib.suppress(OSError):
        if os.name != "nt":
            path.unlink(missing_ok=True)
    lock.release()
    with contextlib.suppress(OSError):
        path.unlink(missing_ok=True)
    return False
