"""Results as a Markdown table, beside random and human play and published figures."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks import learning_markdown as markdown
from benchmarks.learning_markdown import mean_and_deviation, number
from benchmarks.learning_statistics import distance

if TYPE_CHECKING:
    from benchmarks.learning_results import Outcome
    from retroml_core.specs import GameSpec

__all__ = ["published", "table"]

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
    `distance` of the evaluation games from those of `algorithm=random`, where that was run too; of several seeds it is that of
    their means, because games of one model are more alike than those of two.
    """
    known = _games() if games is None else games
    figures = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    ordered = sorted((each for each in outcomes if each.state != "failed"), key=_protocol)
    baselines = {each.game: each.games for each in ordered if each.family == "random"}
    return markdown.table(HEAD, (_row(list(same), known, figures, baselines) for _, same in groupby(ordered, _protocol)))


def published(figures: Mapping[str, Any], family: str, game: str) -> str:
    """What others report for the algorithm on the game, each with its source; "" when nobody does."""
    found = [score for score in figures["scores"] if (score["algorithm"], score["game"]) == (family, game)]
    return ", ".join(f"{figures['sources'][score['source']]['title']} {number(score['mean'])}" for score in found)


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
        mean_and_deviation(each.first for each in same),
        mean_and_deviation(each.last for each in same),
        mean_and_deviation(statistics.fmean(each.games) if each.games else None for each in same),
        number(game.random_score if game else None),
        number(game.human_score if game else None),
        _above(same, baselines.get(first.game, [])),
        published(figures, first.family, first.game),
    ]


def _above(same: Sequence[Outcome], baseline: Sequence[float]) -> str:
    if same[0].family == "random":
        return "-"
    evaluated = [each.games for each in same if each.games]
    scores = (
        [statistics.fmean(each) for each in evaluated]
        if len(evaluated) > 1
        else [score for each in evaluated for score in each]
    )
    far = distance(scores, baseline)
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


def _games() -> Mapping[str, GameSpec]:
    from retroml_core.app import App

    with App.open() as app:
        return app.registry.games
