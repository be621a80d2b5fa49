"""From the scores of single games to a line with a band."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.index import StoredCurve

    Values = NDArray[np.float64]

__all__ = ["WINDOW", "Smooth", "smooth"]

WINDOW = 100
BAND = 1.2816
"""Standard deviations to each side that hold 80 % of a normal distribution."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Smooth:
    """A line over steps, float64 (n,) each: the mean of the last `window` points, and where most of them lie."""

    steps: Values
    seconds: Values
    mean: Values
    low: Values
    high: Values
    window: int
    band_name: str


def smooth(curve: StoredCurve, window: int = WINDOW) -> Smooth:
    """The moving mean of `curve` over the last `window` of its points, with a band.

    The band is the mean and 1.28 standard deviations to each side (80 % of games), or, where the stored points are means of
    stretches already, the mean of the lowest and highest of each stretch.
    """
    good = np.isfinite(curve.values)
    steps, seconds, values = curve.steps[good], curve.seconds[good], curve.values[good]
    thinned = len(values) < curve.points
    width = max(1, round(window * len(values) / max(1, curve.points)))
    mean = _moving(values, width)
    if thinned:
        low, high = _moving(curve.low[good], width), _moving(curve.high[good], width)
        name = "lowest to highest"
    else:
        spread = BAND * np.sqrt(np.maximum(0.0, _moving(values * values, width) - mean * mean))
        low, high = (
            np.maximum(mean - spread, _running(np.minimum, values)),
            np.minimum(mean + spread, _running(np.maximum, values)),
        )
        name = "80 % of games"
    return Smooth(steps=steps, seconds=seconds, mean=mean, low=low, high=high, window=window, band_name=name)


def _moving(values: Values, width: int) -> Values:
    """The mean of the last `width` values at each place, of fewer at the beginning."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    ends = np.arange(1, len(values) + 1)
    begins = np.maximum(0, ends - width)
    result: Values = (sums[ends] - sums[begins]) / np.maximum(1, ends - begins)
    return result


def _running(which: np.ufunc, values: Values) -> Values:
    """The lowest or highest value so far: a band does not go beyond what was seen."""
    result: Values = which.accumulate(values) if len(values) else values
    return result
