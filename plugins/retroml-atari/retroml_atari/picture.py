"""The agent's picture from the console's own: OpenCV's area interpolation, repeated exactly in numpy.

ale-py shrinks the screen with `cv::resize(..., INTER_AREA)` (OpenCV, modules/imgproc/src/resize.cpp); here the same sums are
made in the same order in single precision, so that the bytes are equal. Tests compare them with ale-py's.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Shrink"]


class Shrink:
    """Shrinks grey pictures uint8 (`source` height, width) to `target`; neither side of `target` may be the larger."""

    def __init__(self, source: tuple[int, int], target: tuple[int, int]) -> None:
        self._source, self._target = source, target
        self._rows = _taps(source[0], target[0])
        self._columns = _taps(source[1], target[1])
        whole = [s // t if s % t == 0 else 0 for s, t in zip(source, target, strict=True)]
        self._blocks = (whole[0], whole[1]) if all(whole) else None

    def __call__(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The shrunk picture; a copy also when nothing shrinks."""
        if self._source == self._target:
            return picture.copy()
        small = self._average(picture, *self._blocks) if self._blocks else self._interpolate(picture)
        return small.astype(np.uint8)

    def _average(self, picture: NDArray[np.uint8], high: int, wide: int) -> NDArray[np.float32]:
        sums: NDArray[np.int32] = picture.reshape(self._target[0], high, self._target[1], wide).sum(axis=(1, 3), dtype=np.int32)
        if high == wide == 2:
            return ((sums + 2) // 4).astype(np.float32)
        rounded: NDArray[np.float32] = np.rint(sums.astype(np.float32) * np.float32(1.0 / (high * wide)))
        return rounded

    def _interpolate(self, picture: NDArray[np.uint8]) -> NDArray[np.float32]:
        (columns, column_weights), (rows, row_weights) = self._columns, self._rows
        values = picture.astype(np.float32)
        narrow = values[:, columns[0]] * column_weights[0]
        for column, weight in zip(columns[1:], column_weights[1:], strict=True):
            narrow += values[:, column] * weight
        small = narrow[rows[0]] * row_weights[0][:, None]
        for row, weight in zip(rows[1:], row_weights[1:], strict=True):
            small += narrow[row] * weight[:, None]
        rounded: NDArray[np.float32] = np.clip(np.rint(small), 0, 255)
        return rounded


def _taps(source: int, target: int) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Which source lines each target line is made of, and their weights: two arrays (most lines used, target)."""
    scale = 1.0 / (target / source)
    lines = [_line(index, scale, source) for index in range(target)]
    most = max(len(line) for line in lines)
    indices, weights = np.zeros((most, target), np.intp), np.zeros((most, target), np.float32)
    for position, line in enumerate(lines):
        for tap, (index, weight) in enumerate(line):
            indices[tap, position], weights[tap, position] = index, weight
    return indices, weights


def _line(index: int, scale: float, source: int) -> list[tuple[int, np.float32]]:
    begin, end = index * scale, index * scale + scale
    width = min(scale, source - begin)
    last = min(math.floor(end), source - 1)
    first = min(math.ceil(begin), last)
    line = [(first - 1, np.float32((first - begin) / width))] if first - begin > 1e-3 else []
    line += [(inner, np.float32(1.0 / width)) for inner in range(first, last)]
    if end - last > 1e-3:
        line.append((last, np.float32(min(min(end - last, 1.0), width) / width)))
    return line
