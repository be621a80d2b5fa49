"""The standard metrics: scores, speed, and what the samples of an update tell when the algorithm did not say it itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from retroml_core.metrics import Metric, UpdateBatch
from retroml_metrics.formulas import action_entropy, explained_variance, return_error
from retroml_metrics.games import LastGames

if TYPE_CHECKING:
    from retroml_core.tree import Tree

__all__ = ["StandardMetric"]


class StandardMetric(Metric):
    """Its memory is the scores and lengths of the last 100 games and the best score; `state` holds all of it."""

    def __init__(self, config: Any = None) -> None:
        super().__init__(config)
        self._games = LastGames()
        self._best: float | None = None

    def on_update(self, batch: UpdateBatch) -> Mapping[str, float]:
        """Names and units are in `retroml_metrics.names.STANDARD`; scores are left out until a game has ended."""
        self._games.take(batch.episodes)
        for episode in batch.episodes:
            self._best = episode.score if self._best is None else max(self._best, episode.score)
        return {**self._score_numbers(), **_speed(batch), **_sample_numbers(batch)}

    def _score_numbers(self) -> dict[str, float]:
        if self._best is None:
            return {}
        scores = self._games.scores
        return {
            "score/mean_100": float(scores.mean()),
            "score/min_100": float(scores.min()),
            "score/max_100": float(scores.max()),
            "score/last": float(scores[-1]),
            "score/best": self._best,
            "episode/length_mean": float(self._games.lengths.mean()),
        }

    def state(self) -> Tree:
        """The last games and the best score."""
        return {**self._games.state(), "best": self._best}

    def restore(self, state: Tree) -> None:
        """Take up `state()`."""
        self._games.restore(state)
        self._best = state["best"]


def _speed(batch: UpdateBatch) -> dict[str, float]:
    numbers: dict[str, float] = {}
    if batch.chunk_seconds > 0:
        speed = batch.chunk_steps / batch.chunk_seconds
        numbers["time/steps_per_second"] = speed
        numbers["time/frames_per_second"] = speed * batch.frames_per_step
    if "time/collect_share" in batch.metrics:
        numbers["time/update_share"] = 1.0 - batch.metrics["time/collect_share"]
    return numbers


def _sample_numbers(batch: UpdateBatch) -> dict[str, float]:
    """What the samples tell; a name the algorithm reported is left to it, for it knows the exact moment to measure."""
    samples = {name: array for name, array in batch.samples.items() if array.size}
    numbers: dict[str, float | None] = {}
    if "advantages" in samples:
        advantages_N = samples["advantages"].astype(np.float64)
        numbers["advantage/mean"] = float(advantages_N.mean())
        numbers["advantage/std"] = float(advantages_N.std())
    if "values" in samples and "returns" in samples:
        numbers["value/explained_variance"] = explained_variance(samples["values"], samples["returns"])
        numbers["value/return_error"] = return_error(samples["values"], samples["returns"])
    if "actions" in samples:
        numbers["policy/action_entropy"] = action_entropy(samples["actions"], batch.action_count)
    return {name: value for name, value in numbers.items() if value is not None and name not in batch.metrics}
