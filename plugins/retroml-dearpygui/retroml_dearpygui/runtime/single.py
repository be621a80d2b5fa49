"""One window per data root: a second start says so instead of opening another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from retroml_core.faults import Fault

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AlreadyOpen", "only_one"]


class AlreadyOpen(Fault):
    """The app is open already for this data root."""


def only_one(root: Path) -> FileLock:
    """Take the lock of the app under `root`, to be held while it runs; the system frees it after a crash.

    Raises AlreadyOpen, OSError when the folder cannot be written to.
    """
    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / "desktop.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise AlreadyOpen(f"the app is open already for {root}: look for its window") from error
    return lock
