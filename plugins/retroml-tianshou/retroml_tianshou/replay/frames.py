"""Where the pictures of a replay lie: in memory or in a mapped file. Memory is taken as it fills.

Shapes: L slots of the ring, B environments, N pictures, K consecutive slots, P bytes of a picture.
"""

from __future__ import annotations

import mmap
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["FrameStorage", "MappedFrames", "MemoryFrames"]


class FrameStorage(Protocol):
    """A ring of L slots, each holding one picture of P bytes for each of B environments."""

    def write(self, slot: int, pictures_BP: NDArray[np.uint8]) -> None:
        """Fill a slot. Slots are filled in turn: the one after the last is the first again."""

    def take(self, slots_N: NDArray[np.int64], environments_N: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The pictures (N, P) at these slots of these environments."""

    def rows(self, slot: int, count: int) -> NDArray[np.uint8]:
        """The pictures (K, B, P) of `count` slots from `slot` on, which do not run over the end; perhaps a view."""

    def load(self, slot: int, pictures_KBP: NDArray[np.uint8]) -> None:
        """Fill slots from `slot` on, which do not run over the end, with what `rows` gave."""

    @property
    def nbytes(self) -> int:
        """What it holds now takes, in memory or on disk."""

    def close(self) -> None:
        """Release it. May be called twice."""


class MemoryFrames:
    """Pictures in memory as they are."""

    def __init__(self, slots: int, environments: int, picture_bytes: int) -> None:
        # Zeros come from the kernel untouched: a page is committed when it is first written to.
        self._adopt(np.zeros((slots, environments, picture_bytes), np.uint8))

    def _adopt(self, pictures_LBP: NDArray[np.uint8]) -> None:
        self.pictures_LBP = pictures_LBP
        self._flat = pictures_LBP.reshape(-1, pictures_LBP.shape[2])
        self._filled = 0

    def write(self, slot: int, pictures_BP: NDArray[np.uint8]) -> None:
        """See `FrameStorage.write`."""
        self.pictures_LBP[slot] = pictures_BP
        self._filled = max(self._filled, slot + 1)

    def take(self, slots_N: NDArray[np.int64], environments_N: NDArray[np.int64]) -> NDArray[np.uint8]:
        """See `FrameStorage.take`."""
        pictures_NP: NDArray[np.uint8] = self._flat.take(slots_N * self.pictures_LBP.shape[1] + environments_N, axis=0)
        return pictures_NP

    def rows(self, slot: int, count: int) -> NDArray[np.uint8]:
        """See `FrameStorage.rows`; a view."""
        return self.pictures_LBP[slot : slot + count]

    def load(self, slot: int, pictures_KBP: NDArray[np.uint8]) -> None:
        """See `FrameStorage.load`."""
        self.pictures_LBP[slot : slot + len(pictures_KBP)] = pictures_KBP
        self._filled = max(self._filled, slot + len(pictures_KBP))

    @property
    def nbytes(self) -> int:
        """See `FrameStorage.nbytes`."""
        return int(self.pictures_LBP[: self._filled].nbytes)

    def close(self) -> None:
        """See `FrameStorage.close`."""
        self._adopt(self.pictures_LBP[:0].copy())


class MappedFrames(MemoryFrames):
    """Pictures in a file without a name, gone with the process: the system keeps in memory what it has room for."""

    def __init__(self, slots: int, environments: int, picture_bytes: int, folder: Path | None = None) -> None:
        size = slots * environments * picture_bytes
        with tempfile.TemporaryFile(prefix="retroml-replay-", dir=folder) as file:
            file.truncate(size)
            # The map keeps the file until the last array that looks into it is gone.
            mapped = mmap.mmap(file.fileno(), size)
        self._adopt(np.frombuffer(mapped, np.uint8).reshape(slots, environments, picture_bytes))
