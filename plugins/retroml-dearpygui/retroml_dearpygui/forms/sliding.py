"""From the place of a slider to a value of a setting and back: over the usual range, in the steps people take.

Rates go by factors, sizes by powers of two or by 1, 2, 5, 10, all else evenly. A place is a number from 0 to 1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from retroml_dearpygui.forms.fields import Field, Kind

__all__ = ["Scale", "scale_of"]

BY_FACTORS = 16.0
"""Where the largest usual value is so many times the smallest, values are thought of by factors."""
POWERS_UP_TO = 4096


@dataclass(frozen=True)
class Scale:
    """From `low` to `high`; with `marks` only these are taken, with `factors` equal ways are equal factors."""

    low: float
    high: float
    whole: bool
    factors: bool
    marks: tuple[int, ...] = ()

    def value(self, place: float) -> float | int:
        """The value at `place`, as round as the scale allows."""
        if self.marks:
            return self.marks[round(min(max(place, 0.0), 1.0) * (len(self.marks) - 1))]
        if place <= 0 or place >= 1:
            end = self.low if place <= 0 else self.high
            return round(end) if self.whole else end
        if self.factors:
            return float(f"{self.low * (self.high / self.low) ** place:.2g}")
        value = self.low + (self.high - self.low) * place
        return round(value) if self.whole else round(value, max(0, 2 - math.ceil(math.log10(self.high - self.low))))

    def place(self, value: float | None) -> float:
        """Where `value` lies; the nearer end for one outside, the low end for none."""
        if value is None or value <= self.low:
            return 0.0
        if value >= self.high:
            return 1.0
        if self.marks:
            nearest = min(range(len(self.marks)), key=lambda index: abs(math.log(self.marks[index] / value)))
            return nearest / (len(self.marks) - 1)
        if self.factors:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)


def scale_of(field: Field) -> Scale | None:
    """The scale of a field that is a number with a usual range; None for others."""
    info = field.info
    low, high = (info.ge if info.soft_ge is None else info.soft_ge), (info.le if info.soft_le is None else info.soft_le)
    usual = info.soft_ge is not None or info.soft_le is not None
    if field.kind not in (Kind.NUMBER, Kind.WHOLE) or field.optional or not usual or low is None or high is None:
        return None
    if low >= high:
        return None
    whole, factors = field.kind is Kind.WHOLE, low > 0 and high / low >= BY_FACTORS
    marks = tuple(_marks(low, high)) if whole and factors else ()
    return Scale(low, high, whole, factors, marks)


def _marks(low: float, high: float) -> list[int]:
    if high <= POWERS_UP_TO:
        return [2**power for power in range(math.ceil(math.log2(low)), math.floor(math.log2(high)) + 1)]
    tens = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    return [one for ten in tens for one in (10**ten, 2 * 10**ten, 5 * 10**ten) if low <= one <= high]
