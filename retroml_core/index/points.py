"""The arithmetic of curves: blocks of points, how they are stored, and how many are summed up by few.

Shapes: (rows, n) float64, one column a point. Single points are stored with 3 rows (step, seconds, value), sums with 6 (mean
step, mean seconds, mean value, lowest, highest, number of finite values); in memory there are always 6.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["HIGH", "LOW", "SECONDS", "STEP", "VALUE", "Points", "decode", "encode", "extremes", "reduce", "widen"]

STEP, SECONDS, VALUE, LOW, HIGH, WEIGHT = range(6)

Points = NDArray[np.float64]


def widen(points: Points) -> Points:
    """Single points (3, n) in the form of sums (6, n): a value that is not finite weighs nothing."""
    finite = np.isfinite(points[VALUE])
    known = np.where(finite, points[VALUE], np.nan)
    return np.stack([points[STEP], points[SECONDS], points[VALUE], known, known, finite.astype(np.float64)])


def encode(points: Points, *, single: bool) -> bytes:
    """The bytes (little-endian float64) of `points` (6, n); of `single` points only three rows are needed."""
    return np.ascontiguousarray(points[:3] if single else points, dtype="<f8").tobytes()


def decode(data: bytes, *, single: bool) -> Points:
    """The points (6, n) that `encode` wrote."""
    block = np.frombuffer(data, dtype="<f8").astype(np.float64).reshape(3 if single else 6, -1)
    return widen(block) if single else block


def reduce(points: Points, stretch: int) -> Points:
    """Sum up each `stretch` columns of (6, n) by one: means, extremes and weight; the last stretch may be shorter."""
    if stretch <= 1 or not points.shape[1]:
        return points
    starts = np.arange(0, points.shape[1], stretch)
    sizes = np.diff(np.append(starts, points.shape[1]))
    weight = np.add.reduceat(points[WEIGHT], starts)
    total = np.add.reduceat(np.where(points[WEIGHT] > 0, points[VALUE], 0.0) * points[WEIGHT], starts)
    return np.stack(
        [
            np.add.reduceat(points[STEP], starts) / sizes,
            np.add.reduceat(points[SECONDS], starts) / sizes,
            np.where(weight > 0, total / np.maximum(weight, 1), np.nan),
            np.fmin.reduceat(points[LOW], starts),
            np.fmax.reduceat(points[HIGH], starts),
            weight,
        ]
    )


def extremes(points: Points) -> tuple[float | None, float | None]:
    """The lowest and the highest finite value of (6, n); None when there is none."""
    if not points[WEIGHT].any():
        return None, None
    return float(np.fmin.reduce(points[LOW])), float(np.fmax.reduce(points[HIGH]))
