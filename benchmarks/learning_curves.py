"""Learning curves of two implementations as data, and whether ours lies within the spread of the reference's seeds.

Two numbers are taken from each run: the mean of its whole curve, which says how fast it learns, and the mean of its last
quarter, which says where it stands in the end. See `learning_statistics.verdict` for the rule.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchmarks import learning_markdown as markdown
from benchmarks.learning_records import Record, Records
from benchmarks.learning_results import BINS
from benchmarks.learning_statistics import chance, standard_error, verdict

if TYPE_CHECKING:
    from benchmarks.learning import Cell

__all__ = ["LAST_QUARTER", "OURS", "Curve", "Curves", "comparison_table", "curve_table"]

OURS = "retroml"
"""The side that is not the reference."""

LAST_QUARTER = 3 / 4


@dataclass(frozen=True, kw_only=True)
class Curve(Record):
    """One run of one side. `curve` is [steps, mean raw score of the whole games that ended in that twentieth of the run]."""

    recipe: str
    side: str
    game: str
    algorithm: str
    seed: int
    overrides: list[str]
    steps: int
    seconds: float
    episodes: int
    curve: list[list[float]]
    measured_on: str
    versions: dict[str, str]

    @property
    def key(self) -> tuple[object, ...]:
        """See `Record.key`."""
        return (self.recipe, self.side, self.seed)

    def mean(self, since: float = 0.0) -> float:
        """The mean of the curve after the share `since` of the run; 0: of all of it."""
        return statistics.fmean(score for step, score in self.curve if step > self.steps * since)

    def at(self, part: int) -> float | None:
        """The mean score of the twentieth number `part`, from 1; None when no game ended in it."""
        width = -(-self.steps // BINS)
        return next((score for step, score in self.curve if step == min(part * width, self.steps)), None)


class Curves(Records[Curve]):
    """The curves in one JSON file."""

    kind = Curve
    about = "Made by python -m benchmarks.learning_peers; scores are raw points, means by twentieths of the run."

    def has(self, recipe: str, side: str, cell: Cell) -> bool:
        """Whether that run is held, by the same settings."""
        same = (each for each in self.records if each.key == (recipe, side, cell.seed))
        return any(each.overrides == list(cell.overrides) for each in same)


def comparison_table(curves: Sequence[Curve]) -> str:
    """A row for each recipe and number taken: mean, lowest and highest seed of either side, difference, verdict, chance."""
    head = ("recipe", "steps", "seeds", "mean of", "ours", "reference", "difference", "ours is", "p")
    rows = []
    for recipe in _recipes(curves):
        our, their = _sides(curves, recipe)
        for what, since in (("whole curve", 0.0), ("last quarter", LAST_QUARTER)):
            mine, others = ([each.mean(since) for each in side] for side in (our, their))
            judged = [_spread(mine), _spread(others), _difference(mine, others), verdict(mine, others)]
            rows.append([recipe, f"{our[0].steps:,}", f"{len(our)} and {len(their)}", what, *judged, _p(chance(mine, others))])
    return markdown.table(head, rows)


def curve_table(curves: Sequence[Curve]) -> str:
    """A row for each twentieth: mean and standard deviation over the seeds of either side, recipe by recipe."""
    recipes = _recipes(curves)
    head = ["twentieth", *(f"{recipe} {side}" for recipe in recipes for side in ("ours", "reference"))]
    sides = [side for recipe in recipes for side in _sides(curves, recipe)]
    parts = range(1, BINS + 1)
    rows = ([str(part), *(markdown.mean_and_deviation(each.at(part) for each in side) for side in sides)] for part in parts)
    return markdown.table(head, rows)


def _recipes(curves: Sequence[Curve]) -> list[str]:
    """Those that both sides have run."""
    names = sorted({each.recipe for each in curves})
    return [name for name in names if all(_sides(curves, name))]


def _sides(curves: Sequence[Curve], recipe: str) -> tuple[list[Curve], list[Curve]]:
    same = [each for each in curves if each.recipe == recipe]
    return [each for each in same if each.side == OURS], [each for each in same if each.side != OURS]


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.fmean(values):,.2f} ({min(values):,.2f} to {max(values):,.2f})"


def _difference(ours: Sequence[float], reference: Sequence[float]) -> str:
    error = standard_error(ours, reference)
    found = f"{statistics.fmean(ours) - statistics.fmean(reference):+,.2f}"
    return found if error is None else f"{found} ± {error:,.2f}"


def _p(chance: float) -> str:
    return f"{chance:.2f}" if chance >= 0.1 else f"{chance:.2g}"
