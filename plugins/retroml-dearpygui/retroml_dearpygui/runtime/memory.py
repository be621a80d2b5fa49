"""Memory that large pictures took goes back to the system."""

from __future__ import annotations

import contextlib
import ctypes
import sys

__all__ = ["return_large_blocks"]

LARGE_BYTES = 1 << 20
M_MMAP_THRESHOLD = -3


def return_large_blocks() -> None:
    """Have every block of a megabyte or more go back to the system the moment it is freed. For glibc; nothing elsewhere.

    Left to itself glibc does so until the first such block is freed, then it raises the bound to the size of that one, up to
    32 MB (mallopt(3), M_MMAP_THRESHOLD): pictures of films then leave holes that smaller things settle in.
    """
    if sys.platform == "linux":
        with contextlib.suppress(AttributeError, OSError):  # another library of C
            ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)
