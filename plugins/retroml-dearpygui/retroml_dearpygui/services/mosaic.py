"""Many small pictures as one: the live view of all agents."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Arrangement", "arrange", "mosaic"]

GAP = 3
SHADE = 24


@dataclass(frozen=True)
class Arrangement:
    """`columns` x `rows` cells of `height` x `width` pixels, `times` the pixels of a frame, with gaps between."""

    columns: int
    rows: int
    height: int
    width: int
    times: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the whole in pixels."""
        return self.rows * (self.height + GAP) - GAP, self.columns * (self.width + GAP) - GAP

    def cell_at(self, across: float, down: float) -> int | None:
        """The number of the cell at a place given in shares of width and height, None between cells."""
        high, wide = self.shape
        y, x = down * high, across * wide
        column, row = int(x // (self.width + GAP)), int(y // (self.height + GAP))
        inside = x % (self.width + GAP) < self.width and y % (self.height + GAP) < self.height
        return row * self.columns + column if inside and 0 <= column < self.columns and 0 <= row < self.rows else None


def arrange(count: int, height: int, width: int, room: tuple[int, int]) -> Arrangement:
    """Cells for `count` frames of `height` x `width` pixels that fill a `room` of (height, width) pixels best.

    A frame is enlarged by a whole number, or taken as it is where even that is too large.
    """
    shapes = [(columns, math.ceil(max(1, count) / columns)) for columns in range(1, max(1, count) + 1)]

    def times(shape: tuple[int, int]) -> int:
        columns, rows = shape
        return min(((room[1] + GAP) // columns - GAP) // width, ((room[0] + GAP) // rows - GAP) // height)

    columns, rows = max(shapes, key=lambda shape: (times(shape), -shape[0] * shape[1], shape[0]))
    factor = max(1, times((columns, rows)))
    return Arrangement(columns, rows, height * factor, width * factor, factor)


def mosaic(frames_BHW: NDArray[np.uint8], cells: Arrangement) -> NDArray[np.uint8]:
    """One grey picture of all frames; places without a frame stay dark."""
    picture_HW = np.full(cells.shape, SHADE, np.uint8)
    large_BHW = frames_BHW.repeat(cells.times, axis=1).repeat(cells.times, axis=2)
    for number, frame_HW in enumerate(large_BHW[: cells.columns * cells.rows]):
        row, column = divmod(number, cells.columns)
        top, left = row * (cells.height + GAP), column * (cells.width + GAP)
        picture_HW[top : top + cells.height, left : left + cells.width] = frame_HW
    return picture_HW
