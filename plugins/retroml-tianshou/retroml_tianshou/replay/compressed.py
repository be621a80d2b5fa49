"""Pictures of a replay kept compressed in memory: consecutive ones of a game differ little, so they are packed together.

A chunk is a few consecutive pictures of one environment as an LZ4 block (https://github.com/lz4/lz4). Larger chunks compress
better but more is unpacked for each picture drawn; eight take a thirteenth of the memory or less, and about 10 microseconds.

Shapes: L slots, B environments, N pictures, K slots of a chunk, U chunks, P bytes of a picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import lz4.block
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["CHUNK", "CompressedFrames"]

CHUNK = 8
"""Slots of a chunk."""


class CompressedFrames:
    """See `replay.frames.FrameStorage`. The chunk being filled lies open; the rest of it is still that of the last lap."""

    def __init__(self, slots: int, environments: int, picture_bytes: int) -> None:
        self._slots, self._environments = slots, environments
        self._chunks: list[list[bytes]] = [[b""] * environments for _ in range(-(-slots // CHUNK))]
        self._open_KBP = np.zeros((CHUNK, environments, picture_bytes), np.uint8)
        self._open_chunk, self._open_filled = -1, 0
        self._packed_bytes = 0

    def write(self, slot: int, pictures_BP: NDArray[np.uint8]) -> None:
        """See `FrameStorage.write`."""
        self._open_chunk, offset = divmod(slot, CHUNK)
        self._open_KBP[offset] = pictures_BP
        self._open_filled = offset + 1
        if self._open_filled == CHUNK or slot == self._slots - 1:
            self._seal()

    def _seal(self) -> None:
        chunk = self._chunks[self._open_chunk]
        for environment in range(self._environments):
            pictures_KP = np.ascontiguousarray(self._open_KBP[: self._open_filled, environment])
            packed = lz4.block.compress(pictures_KP, store_size=False)
            self._packed_bytes += len(packed) - len(chunk[environment])
            chunk[environment] = packed
        self._open_chunk, self._open_filled = -1, 0

    def take(self, slots_N: NDArray[np.int64], environments_N: NDArray[np.int64]) -> NDArray[np.uint8]:
        """See `FrameStorage.take`; each chunk is unpacked once, and consecutive pictures are copied together."""
        chunks_N, offsets_N = np.divmod(slots_N, CHUNK)
        keys_N = chunks_N * self._environments + environments_N
        pictures_NP = np.empty((len(slots_N), self._open_KBP.shape[2]), np.uint8)
        breaks = np.flatnonzero((np.diff(keys_N) != 0) | (np.diff(offsets_N) != 1)) + 1
        begins, ends = np.append(0, breaks), np.append(breaks, len(slots_N))
        unpacked, unpacked_KP = -1, self._open_KBP[:, 0]
        for run in np.argsort(keys_N[begins], kind="stable").tolist():
            begin, end = begins[run], ends[run]
            key, offset = int(keys_N[begin]), offsets_N[begin]
            if key != unpacked:
                unpacked, unpacked_KP = key, self._unpack(*divmod(key, self._environments))
            pictures_NP[begin:end] = unpacked_KP[offset : offset + end - begin]
        open_N = (chunks_N == self._open_chunk) & (offsets_N < self._open_filled)
        if open_N.any():
            pictures_NP[open_N] = self._open_KBP[offsets_N[open_N], environments_N[open_N]]
        return pictures_NP

    def _unpack(self, chunk: int, environment: int) -> NDArray[np.uint8]:
        """The pictures of a chunk as it was last sealed; blank ones where it never was."""
        shape = (min(CHUNK, self._slots - chunk * CHUNK), self._open_KBP.shape[2])
        packed = self._chunks[chunk][environment]
        if not packed:
            return np.zeros(shape, np.uint8)
        return np.frombuffer(lz4.block.decompress(packed, uncompressed_size=shape[0] * shape[1]), np.uint8).reshape(shape)

    def rows(self, slot: int, count: int) -> NDArray[np.uint8]:
        """See `FrameStorage.rows`; unpacked."""
        slots, environments = np.meshgrid(np.arange(slot, slot + count), np.arange(self._environments), indexing="ij")
        return self.take(slots.ravel(), environments.ravel()).reshape(count, self._environments, -1)

    def load(self, slot: int, pictures_KBP: NDArray[np.uint8]) -> None:
        """See `FrameStorage.load`."""
        for offset, pictures_BP in enumerate(pictures_KBP):
            self.write(slot + offset, pictures_BP)

    @property
    def nbytes(self) -> int:
        """See `FrameStorage.nbytes`."""
        return self._packed_bytes + self._open_KBP.nbytes

    def close(self) -> None:
        """See `FrameStorage.close`."""
        self._chunks = []
