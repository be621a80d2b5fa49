"""One window per data root: a second start calls it to the front instead of opening another."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from retroml_core.faults import Fault

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["AlreadyOpen", "called", "only_one"]

CALL = "desktop.call"


class AlreadyOpen(Fault):
    """The app is open already for this data root."""


def only_one(root: Path) -> FileLock:
    """Take the lock of the app under `root`, to be held while it runs; the system frees it after a crash.

    Where it is held already, its window is called to the front. Raises AlreadyOpen, OSError when the folder cannot be
    written to.
    """
    root.mkdir(parents=True, exist_ok=True)
    lock = FileLock(root / "desktop.lock")
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        with contextlib.suppress(OSError):
            (root / CALL).touch()
        raise AlreadyOpen(f"the app is open already for {root}: its window is asked to come to the front") from error
    called(root)
    return lock


def called(root: Path) -> bool:
    """Whether the app was started again since this was asked last."""
    try:
        (root / CALL).unlink()
    except OSError:
        return False
    return True
