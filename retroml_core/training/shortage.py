"""Running out of memory: telling it from other failures, whose memory it was, and which settings would have needed less.

Libraries say it in many ways. The core imports none of them, so they are known by type name and by what they say.
"""

from __future__ import annotations

import dataclasses
import errno
import re
from dataclasses import dataclass
from typing import Any

from retroml_core.params import param_info
from retroml_core.runs.forecast import size_text

__all__ = ["Shortage", "memory_settings", "shortage"]

_HOST_WORDS = ("DefaultCPUAllocator", "std::bad_alloc", "bad allocation")
_DEVICE_WORDS = ("CUDA out of memory", "CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED")
_COMMITMENT_LIMIT = 1455
"""Windows: the paging file is too small. https://learn.microsoft.com/windows/win32/debug/system-error-codes--1300-1699-"""
_AMOUNT = re.compile(r"allocate ([\d.,]+ ?[A-Za-z]+)")


@dataclass(frozen=True, kw_only=True)
class Shortage:
    """Memory ran out: that of the `device` or of the machine; `asked` is how much was wanted ("20.00 MiB"), "" if not said."""

    device: bool
    asked: str = ""

    def __str__(self) -> str:
        whose = "the GPU" if self.device else "this machine"
        return f"the memory of {whose} ran out" + (f" ({self.asked} more were wanted)" if self.asked else "")


def shortage(error: BaseException | None) -> Shortage | None:
    """The shortage that `error` is or was caused by, or None."""
    while error is not None:
        device, text = _device(error), str(error)
        if device is not None:
            found = _AMOUNT.search(text)
            asked = found.group(1) if found else ""
            number, _, unit = asked.partition(" ")
            return Shortage(device=device, asked=size_text(int(number)) if unit == "bytes" and number.isdigit() else asked)
        error = error.__cause__
    return None


def memory_settings(config: Any) -> list[str]:
    """The settings of `config` that say they take memory, with their values: "algorithm.environments (now 8)"."""
    found = []
    for group in ("algorithm", "environment"):
        part = getattr(config, group, None)
        for field in dataclasses.fields(part) if dataclasses.is_dataclass(part) else ():
            info = param_info(field)
            if info is not None and info.memory:
                found.append(f"{group}.{field.name} (now {getattr(part, field.name):,})")
    return found


def _device(error: BaseException) -> bool | None:
    """Whether it was the memory of the device that ran out; None when it was none."""
    text = str(error)
    if type(error).__name__ == "OutOfMemoryError" or any(words in text for words in _DEVICE_WORDS):
        return True
    full = isinstance(error, OSError) and (error.errno == errno.ENOMEM or getattr(error, "winerror", 0) == _COMMITMENT_LIMIT)
    if full or isinstance(error, MemoryError) or any(words in text for words in _HOST_WORDS):
        return False
    return None
