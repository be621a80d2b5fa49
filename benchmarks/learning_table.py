"""Results as a Markdown table, beside random and human play and published figures."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.learning_results import Outcome
    from retroml_core.specs import GameSpec

__all__ = ["distance", "published", "table"]

PUBLISHED = Path(__file__).resolve().parent / "published.json"
HEAD = (
    "game",
    "algorithm",
    "network",
    "steps",
    "seeds",
    "first 20",
    "last 20",
    "best model",
    "random",
    "human",
    "above random",
    "published at 10 M steps",
)


def table(outcomes: Sequence[Outcome], games: Mapping[str, GameSpec] | None = None) -> str:
    """One row for each game, algorithm and protocol: means over the seeds, with the deviation where there are several.

    Runs that failed are left out; those that were stopped before their budget was used up say so. "above random" is the
    `distance` of the evaluation games from those of `algorithm=random`, where that was run too.
    """
    known = _games() if games is None else games
    figures = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    ordered = sorted((each for each in outcomes if each.state != "failed"), key=_protocol)
    baselines = {each.game: each.evaluation for each in ordered if each.family == "random"}
    rows = [_row(list(same), known, figures, baselines) for _, same in groupby(ordered, _protocol)]
    return "\n".join(_line(cells) for cells in (HEAD, ["---"] * len(HEAD), *rows))


def distance(scores: Sequence[float], baseline: Sequence[float]) -> float | None:
    """How far the mean of `scores` lies above that of `baseline`, in standard errors of the difference (Welch 1947).

    https://doi.org/10.1093/biomet/34.1-2.28. None when either has fewer than two scores, or no score differs from another.
    """
    if min(len(scores), len(baseline)) < 2:
        return None
    error = math.sqrt(sum(statistics.variance(each) / len(each) for each in (scores, baseline)))
    return (statistics.fmean(scores) - statistics.fmean(baseline)) / error if error else None


def published(figures: Mapping[str, Any], family: str, game: str) -> str:
    """What others report for the algorithm on the game, each with its source; "" when nobody does."""
    found = [score for score in figures["scores"] if (score["algorithm"], score["game"]) == (family, game)]
    return ", ".join(f"{figures['sources'][score['source']]['title']} {_number(score['mean'])}" for score in found)


def _row(
    same: Sequence[Outcome],
    games: Mapping[str, GameSpec],
    figures: Mapping[str, Any],
    baselines: Mapping[str, Sequence[float]],
) -> list[str]:
    first, game = same[0], games.get(same[0].game)
    return [
        first.game,
        first.algorithm,
        _network(first.overrides),
        _steps(same),
        str(len(same)),
        _over_seeds(each.first for each in same),
        _over_seeds(each.last for each in same),
        _over_seeds(statistics.fmean(each.evaluation) if each.evaluation else None for each in same),
        _number(game.random_score if game else None),
        _number(game.human_score if game else None),
        _above(same, baselines.get(first.game, [])),
        published(figures, first.family, first.game),
    ]


def _above(same: Sequence[Outcome], baseline: Sequence[float]) -> str:
    if same[0].family == "random":
        return "-"
    far = distance([score for each in same for score in each.evaluation], baseline)
    return "-" if far is None else f"{far:.1f} s.e."


def _protocol(outcome: Outcome) -> tuple[Any, ...]:
    return (outcome.game, outcome.algorithm, outcome.overrides)


def _network(overrides: Sequence[str]) -> str:
    """What was said of the network, "-" when nothing: the default of the algorithm's plugin."""
    said = [each.removeprefix("network").lstrip("=.") for each in overrides if each.startswith("network")]
    return " ".join(said) or "-"


def _steps(same: Sequence[Outcome]) -> str:
    fewest = min(each.steps for each in same)
    return f"{fewest:,}" + ("" if all(each.state == "completed" for each in same) else " (stopped)")


def _over_seeds(values: Iterable[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return "-"
    spread = f" ± {_number(statistics.stdev(known))}" if len(known) > 1 else ""
    return _number(statistics.fmean(known)) + spread


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.1f}"


def _line(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _games() -> Mapping[str, GameSpec]:
    from retroml_core.app import App

    with App.open() as app:
        return app.registry.games
