"""Learning curves of two implementations as data, and whether ours lies within the spread of the reference's seeds.

Two numbers are taken from each run: the mean of its whole curve, which says how fast it learns, and the mean of its last
quarter, which says where it stands in the end. See `verdict` for the rule.
"""

from __future__ import annotations

import itertools
import json
import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.learning_results import BINS

if TYPE_CHECKING:
    from benchmarks.learning import Cell

__all__ = ["LAST_QUARTER", "OURS", "Curve", "Curves", "chance", "comparison_table", "curve_table", "verdict"]

OURS = "retroml"
"""The side that is not the reference."""

LAST_QUARTER = 3 / 4


@dataclass(frozen=True, kw_only=True)
class Curve:
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

    def mean(self, since: float = 0.0) -> float:
        """The mean of the curve after the share `since` of the run; 0: of all of it."""
        return statistics.fmean(score for step, score in self.curve if step > self.steps * since)

    def at(self, part: int) -> float | None:
        """The mean score of the twentieth number `part`, from 1; None when no game ended in it."""
        width = -(-self.steps // BINS)
        return next((score for step, score in self.curve if step == min(part * width, self.steps)), None)


class Curves:
    """The curves in one JSON file, which is written anew with each that is kept."""

    def __init__(self, path: Path, curves: Sequence[Curve] = ()) -> None:
        self.path = path
        self.curves = list(curves)

    @classmethod
    def read(cls, path: Path) -> Curves:
        """What `path` holds; nothing when there is no such file."""
        if not path.exists():
            return cls(path)
        runs: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["runs"]
        return cls(path, [Curve(**run) for run in runs])

    def has(self, recipe: str, side: str, cell: Cell) -> bool:
        """Whether that run is held, by the same settings."""
        key = (recipe, side, cell.seed, list(cell.overrides))
        return any((each.recipe, each.side, each.seed, each.overrides) == key for each in self.curves)

    def keep(self, curve: Curve) -> None:
        """Keep `curve` in the place of an earlier one of the same recipe, side and seed, or as a further one."""
        key = (curve.recipe, curve.side, curve.seed)
        self.curves = [old for old in self.curves if (old.recipe, old.side, old.seed) != key] + [curve]
        self.curves.sort(key=lambda each: (each.recipe, each.side, each.seed))
        self.path.parent.mkdir(parents=True, exist_ok=True)
        about = "Made by python -m benchmarks.learning_peers; scores are raw points, means by twentieths of the run."
        runs = ",\n".join(json.dumps(asdict(each)) for each in self.curves)  # a line each, for readable differences
        self.path.write_text(f'{{"about": {json.dumps(about)}, "runs": [\n{runs}\n]}}\n', encoding="utf-8")


def verdict(ours: Sequence[float], reference: Sequence[float]) -> str:
    """ "within" when the mean of our seeds lies between the lowest and the highest seed of the reference; "above", "below"."""
    mean = statistics.fmean(ours)
    if mean > max(reference):
        return "above"
    return "below" if mean < min(reference) else "within"


def chance(ours: Sequence[float], reference: Sequence[float]) -> float:
    """The share of all ways to divide these seeds into two such groups whose means differ at least as much as these do.

    The exact two-sided permutation test (Fisher 1935). With 5 seeds each it can be as small as 2 / 252.
    """
    both = [*ours, *reference]
    total, count, others = sum(both), len(ours), len(reference)

    def difference(chosen: Sequence[float]) -> float:
        part = sum(chosen)
        return abs(part / count - (total - part) / others)

    seen = difference(ours) * (1 - 1e-9)
    ways = [difference(chosen) >= seen for chosen in itertools.combinations(both, count)]
    return sum(ways) / len(ways)


def comparison_table(curves: Sequence[Curve]) -> str:
    """A row for each recipe and number taken: mean, lowest and highest seed of either side, verdict, chance."""
    head = ("recipe", "steps", "seeds", "mean of", "ours", "reference", "ours is", "p")
    rows = [head, ["---"] * len(head)]
    for recipe in _recipes(curves):
        our, their = _sides(curves, recipe)
        for what, since in (("whole curve", 0.0), ("last quarter", LAST_QUARTER)):
            mine, others = ([each.mean(since) for each in side] for side in (our, their))
            judged = [_spread(mine), _spread(others), verdict(mine, others), f"{chance(mine, others):.2f}"]
            rows.append([recipe, f"{our[0].steps:,}", f"{len(our)} and {len(their)}", what, *judged])
    return "\n".join(map(_line, rows))


def curve_table(curves: Sequence[Curve]) -> str:
    """A row for each twentieth: mean and standard deviation over the seeds of either side, recipe by recipe."""
    recipes = _recipes(curves)
    head = ["twentieth", *(f"{recipe} {side}" for recipe in recipes for side in ("ours", "reference"))]
    rows = [head, ["---"] * len(head)]
    for part in range(1, BINS + 1):
        cells = [_deviation([each.at(part) for each in side]) for recipe in recipes for side in _sides(curves, recipe)]
        rows.append([str(part), *cells])
    return "\n".join(map(_line, rows))


def _recipes(curves: Sequence[Curve]) -> list[str]:
    """Those that both sides have run."""
    names = sorted({each.recipe for each in curves})
    return [name for name in names if all(_sides(curves, name))]


def _sides(curves: Sequence[Curve], recipe: str) -> tuple[list[Curve], list[Curve]]:
    same = [each for each in curves if each.recipe == recipe]
    return [each for each in same if each.side == OURS], [each for each in same if each.side != OURS]


def _spread(values: Sequence[float]) -> str:
    return f"{statistics.fmean(values):,.2f} ({min(values):,.2f} to {max(values):,.2f})"


def _deviation(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return _plain(known[0]) if known else "-"
    return f"{_plain(statistics.fmean(known))} ± {_plain(statistics.stdev(known))}"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}"


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
