"""How much memory can still be had before the system ends a process: that of the machine, or of what a container is allowed.

A run looks every second and stops, with a checkpoint, while there is still memory to write one; see `Memory.scarce`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["RESERVE_BYTES", "Memory", "MemoryScarce", "read_memory"]

RESERVE_BYTES = 256 * 2**20
"""What must stay free: a second of play at full speed, and writing a checkpoint."""

_LEAST_SHARE = 20
"""Where little is there at all, one part in so many must stay free."""


class MemoryScarce(MemoryError):
    """The memory is nearly used up, in words; raised after what was trained had been saved."""


@dataclass(frozen=True, kw_only=True)
class Memory:
    """`available` of `total` bytes, and so many of `swap`; `contained`: what a control group (a container) allows is less than
    what the machine has."""

    total: int
    available: int
    swap: int = 0
    contained: bool = False

    @property
    def free(self) -> int:
        """What can still be had."""
        return self.available + self.swap

    @property
    def scarce(self) -> bool:
        """Whether it is time to stop."""
        return self.free < min(RESERVE_BYTES, self.total // _LEAST_SHARE)


def read_memory(proc: Path = Path("/proc"), groups: Path = Path("/sys/fs/cgroup")) -> Memory:
    """The tightest of what the machine has and the control groups of this process allow."""
    machine = _machine(proc)
    return min([machine, *_groups(proc, groups, machine)], key=lambda memory: memory.free)


def _machine(proc: Path) -> Memory:
    try:
        lines = (line.split() for line in (proc / "meminfo").read_text(encoding="ascii").splitlines())
        kilobytes = {words[0]: int(words[1]) for words in lines}
        total, available, swap = (kilobytes[key] * 1024 for key in ("MemTotal:", "MemAvailable:", "SwapFree:"))
        return Memory(total=total, available=available, swap=swap)
    except (OSError, KeyError, ValueError, IndexError):
        import psutil

        memory = psutil.virtual_memory()
        return Memory(total=memory.total, available=memory.available, swap=psutil.swap_memory().free)


def _groups(proc: Path, groups: Path, machine: Memory) -> Iterator[Memory]:
    """What each control group that this process is in allows, of version 1 or 2.

    https://docs.kernel.org/admin-guide/cgroup-v2.html and https://docs.kernel.org/admin-guide/cgroup-v1/memory.html
    """
    try:
        lines = (proc / "self" / "cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            yield from _above(groups, path, _SECOND, machine)
        elif "memory" in controllers.split(","):
            yield from _above(groups / "memory", path, _FIRST, machine)


@dataclass(frozen=True)
class _Names:
    """What a version calls the limit, what is used of it, and its figures that count the groups below too."""

    limit: str
    used: str
    prefix: str


_FIRST = _Names("memory.limit_in_bytes", "memory.usage_in_bytes", "total_")
_SECOND = _Names("memory.max", "memory.current", "")


def _above(root: Path, path: str, names: _Names, machine: Memory) -> Iterator[Memory]:
    """Of a group and those around it; inside a container only the root may be there."""
    parts = [part for part in path.split("/") if part not in ("", "..")]
    for count in range(len(parts), -1, -1):
        folder = root.joinpath(*parts[:count])
        total, used = _number(folder / names.limit), _number(folder / names.used)
        if total is not None and used is not None and total < machine.total:
            left = max(0, total - used + _reclaimable(folder, names.prefix))
            yield Memory(total=total, available=min(left, machine.available), swap=_swap(folder, machine), contained=True)


def _number(path: Path) -> int | None:
    """The number in a file; None for "max", and where there is no such file."""
    try:
        return int(path.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return None


def _reclaimable(folder: Path, prefix: str) -> int:
    """Bytes of files that the kernel keeps in memory as long as nobody needs the room."""
    try:
        lines = [line.split() for line in (folder / "memory.stat").read_text(encoding="ascii").splitlines()]
        return sum(int(words[1]) for words in lines if words[0] in (f"{prefix}inactive_file", f"{prefix}active_file"))
    except (OSError, ValueError, IndexError):
        return 0


def _swap(folder: Path, machine: Memory) -> int:
    """What a group of version 2 may still move out; none in version 1, which counts it in another way."""
    if not (folder / "memory.swap.max").exists():
        return 0
    allowed, used = _number(folder / "memory.swap.max"), _number(folder / "memory.swap.current") or 0
    return machine.swap if allowed is None else min(machine.swap, max(0, allowed - used))
