"""Metrics that the config of a run defines by expressions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.metrics import Metric, UpdateBatch
from retroml_metrics.expressions import parse
from retroml_metrics.games import LastGames
from retroml_metrics.names import custom_name

if TYPE_CHECKING:
    from retroml_core.tree import Tree
    from retroml_metrics.settings import CustomConfig

__all__ = ["CustomMetric"]

FRAMES_A_SECOND = 60


class CustomMetric(Metric):
    """Computes `config.definitions` in their order; its memory is the last 100 games. Raises BadExpression for a bad one."""

    def __init__(self, config: CustomConfig) -> None:
        super().__init__(config)
        self._games = LastGames()
        self._expressions = {custom_name(name): parse(text) for name, text in config.definitions.items()}

    def on_update(self, batch: UpdateBatch) -> Mapping[str, float]:
        """`custom/<name>` for each definition; one whose values are not there yet is left out."""
        self._games.take(batch.episodes)
        values = {**batch.samples, **{name: np.asarray(value) for name, value in batch.metrics.items()}}
        lengths = self._games.lengths
        values |= {
            "score": self._games.scores,
            "length": lengths,
            "duration": lengths * batch.frames_per_step / FRAMES_A_SECOND,
        }
        numbers: dict[str, float] = {}
        for name, expression in self._expressions.items():
            number = expression.evaluate(values)
            if number is not None:
                numbers[name] = number
                values[name] = np.asarray(number)
        return numbers

    def state(self) -> Tree:
        """The last games."""
        return self._games.state()

    def restore(self, state: Tree) -> None:
        """Take up `state()`."""
        self._games.restore(state)
