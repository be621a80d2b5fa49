"""Fewer points for a line without losing its peaks: at most two for each pixel of width."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Values = NDArray[np.float64]

__all__ = ["decimate", "visible"]


def visible(x: Values, low: float, high: float) -> slice:
    """The points of the rising `x` (n,) between `low` and `high`, with one beyond on each side."""
    first = max(0, int(np.searchsorted(x, low, "left")) - 1)
    return slice(first, int(np.searchsorted(x, high, "right")) + 1)


def decimate(x: Values, ys: tuple[Values, ...], pixels: int) -> tuple[Values, tuple[Values, ...]]:
    """`x` and each of `ys` (n,), where there are more than two points a pixel: the lowest and highest of each stretch.

    Several `ys` that belong together (a line with its band) are taken at the middle of each stretch instead, the first
    keeping its means.
    """
    stretch = -(-len(x) // max(1, pixels))
    if stretch <= 2:
        return x, ys
    whole = len(x) // stretch * stretch
    if len(ys) == 1:
        index = _peaks(ys[0][:whole].reshape(-1, stretch))
        index = np.concatenate([index, np.arange(whole, len(x))])
        return x[index], (ys[0][index],)
    middle = np.concatenate([np.arange(stretch // 2, whole, stretch), [len(x) - 1]])
    return x[middle], tuple(y[middle] for y in ys)


def _peaks(rows: Values) -> NDArray[np.int64]:
    """Where the lowest and the highest of each row stand, in order of place."""
    base = np.arange(len(rows)) * rows.shape[1]
    ends = np.stack([base + rows.argmin(axis=1), base + rows.argmax(axis=1)], axis=1)
    ends.sort(axis=1)
    return ends.ravel().astype(np.int64)
