"""Numbers and tables as Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence

__all__ = ["mean_and_deviation", "number", "table"]


def table(head: Sequence[str], rows: Iterable[Iterable[str]]) -> str:
    """A table of these cells, without a line break at its end."""
    return "\n".join("| " + " | ".join(cells) + " |" for cells in (head, ["---"] * len(head), *rows))


def number(value: float | None) -> str:
    """A figure as people read it, "-" when there is none."""
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}"


def mean_and_deviation(values: Iterable[float | None]) -> str:
    """The mean of the values known, with their standard deviation where there are several; "-" when there are none."""
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    spread = f" ± {number(statistics.stdev(known))}" if len(known) > 1 else ""
    return number(statistics.fmean(known)) + spread
