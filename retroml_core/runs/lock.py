"""One process owns a run folder: the others are refused in words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from retroml_core.faults import Fault

__all__ = ["RunBusy", "hold"]


class RunBusy(Fault):
    """Another process works on the run."""


@contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Own the run in `folder`. The operating system lets go of the lock when the process ends, however it ends.

    Raises RunBusy when another process holds it, OSError when the folder cannot be written to.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(folder / "run.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise RunBusy(f"{folder.name} is already being worked on by another process; pause or stop that one first") from None
    try:
        yield
    finally:
        lock.release()
