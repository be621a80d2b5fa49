"""Memory that was needed for a while goes back to the system."""

from __future__ import annotations

import contextlib
import ctypes
import sys

__all__ = ["spare_memory"]

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8
LARGE_BYTES = 1 << 20
MOST_POOLS = 4


def spare_memory() -> None:
    """Have every block of a megabyte or more go back to the system the moment it is freed, and threads share few pools.

    For glibc, at the start of the process; nothing elsewhere. Left to itself it raises the bound for large blocks to the size
    of the first that is freed, up to 32 MB, and pictures of films then leave holes that smaller things settle in; and it gives
    each thread a pool, up to 8 for each core, of which every one keeps what films were decoded with (mallopt(3)).
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):  # another library of C
            system = ctypes.CDLL(None)
            system.mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
            system.mallopt(M_ARENA_MAX, MOST_POOLS)
