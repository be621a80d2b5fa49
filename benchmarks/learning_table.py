"""Results as a Markdown table, beside random and human play and published figures."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.learning_results import Outcome
    from retroml_core.specs import GameSpec

__all__ = ["published", "table"]

PUBLISHED = Path(__file__).resolve().parent / "published.json"
HEAD = (
    "game",
    "algorithm",
    "steps",
    "seeds",
    "first 20",
    "last 20",
    "best model",
    "random",
    "human",
    "published at 10 M steps",
)


def table(outcomes: Sequence[Outcome], games: Mapping[str, GameSpec] | None = None) -> str:
    """One row for each game, algorithm and protocol: means over the seeds, with the deviation where there are several.

    Runs that failed are left out; those that were stopped before their budget was used up say so.
    """
    known = _games() if games is None else games
    figures = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    ordered = sorted((each for each in outcomes if each.state != "failed"), key=_protocol)
    rows = [_row(list(same), known, figures) for _, same in groupby(ordered, _protocol)]
    return "\n".join(_line(cells) for cells in (HEAD, ["---"] * len(HEAD), *rows))


def published(figures: Mapping[str, Any], family: str, game: str) -> str:
    """What others report for the algorithm on the game, each with its source; "" when nobody does."""
    found = [score for score in figures["scores"] if (score["algorithm"], score["game"]) == (family, game)]
    return ", ".join(f"{figures['sources'][score['source']]['title']} {_number(score['mean'])}" for score in found)


def _row(same: Sequence[Outcome], games: Mapping[str, GameSpec], figures: Mapping[str, Any]) -> list[str]:
    first, game = same[0], games.get(same[0].game)
    return [
        first.game,
        first.algorithm,
        _steps(same),
        str(len(same)),
        _over_seeds(each.first for each in same),
        _over_seeds(each.last for each in same),
        _over_seeds(statistics.fmean(each.evaluation) if each.evaluation else None for each in same),
        _number(game.random_score if game else None),
        _number(game.human_score if game else None),
        published(figures, first.family, first.game),
    ]


def _protocol(outcome: Outcome) -> tuple[Any, ...]:
    return (outcome.game, outcome.algorithm, outcome.overrides)


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
