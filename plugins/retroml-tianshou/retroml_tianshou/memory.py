"""Memory of the process, tuned for training: large tensors come and go with every minibatch."""

from __future__ import annotations

import ctypes
import sys

__all__ = ["keep_freed_memory"]

# Names and numbers of mallopt(3), https://man7.org/linux/man-pages/man3/mallopt.3.html
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD = -1, -2, -3
_LARGEST_MMAP_THRESHOLD = 32 << 20


def keep_freed_memory() -> bool:
    """Let the C library keep what is freed, up to 32 MiB a block, instead of handing it back; whether it can.

    Pages that were handed back are zeroed by the kernel when they are needed again, which took a fifth of the time of a
    minibatch of 256 pictures on two cores (benchmarks/train_speed.py). Only glibc can be told so; elsewhere nothing happens.
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None) if sys.platform == "linux" else None
    if mallopt is None:
        return False
    settings = {_MMAP_THRESHOLD: _LARGEST_MMAP_THRESHOLD, _TRIM_THRESHOLD: 2**31 - 1, _TOP_PAD: 64 << 20}
    taken = [mallopt(option, value) for option, value in settings.items()]
    return all(taken)
