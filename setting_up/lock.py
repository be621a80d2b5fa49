"""One set-up of a checkout at a time."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _acquire(file: IO[str]) -> bool:
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _acquire(file: IO[str]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


@contextmanager
def only_one(path: Path, say: Callable[[str], None], pause: Callable[[], None] = lambda: time.sleep(0.5)) -> Iterator[None]:
    """Hold the lock file `path`, waiting, and saying so once, while another process holds it.

    The system releases it when the process ends, however it ends.
    """
    with path.open("w", encoding="utf-8") as file:
        if not _acquire(file):
            say("Another set-up of this checkout is running: waiting for it.")
            while not _acquire(file):
                pause()
        yield
