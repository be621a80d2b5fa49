"""Epsilon-greedy exploration: how often an agent that learns off-policy tries a random action.

Shapes: B environments, A actions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

__all__ = ["EpsilonSchedule", "epsilon_greedy", "greedy_probabilities"]


@dataclass(frozen=True, kw_only=True)
class EpsilonSchedule:
    """A straight line from `start` to `end`, then flat: over `steps`, or without them over a `fraction` of the budget."""

    start: float
    end: float
    fraction: float
    steps: int | None = None

    def at(self, step: int, budget_used: float) -> float:
        """The chance of a random action at `step`, when the share `budget_used` of the budget is used."""
        gone, whole = (budget_used, self.fraction) if self.steps is None else (step, self.steps)
        share = min(max(gone / whole, 0.0), 1.0) if whole else 1.0
        return self.start + (self.end - self.start) * share


def epsilon_greedy(
    epsilon: float, greedy: Callable[[], NDArray[np.int64]], count: int, actions: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """`count` actions (B,), each random with chance `epsilon`, else that of `greedy()`, which is asked only when needed."""
    tries_B = random.random(count) < epsilon
    drawn_B = random.integers(actions, size=count)
    return drawn_B if tries_B.all() else np.where(tries_B, drawn_B, greedy())


def greedy_probabilities(values_BA: NDArray[np.float32], epsilon: float) -> NDArray[np.float32]:
    """How likely epsilon-greedy takes each action (B, A) when these are their values."""
    count, actions = values_BA.shape
    chances_BA = np.full((count, actions), epsilon / actions, np.float32)
    chances_BA[np.arange(count), values_BA.argmax(1)] += np.float32(1.0 - epsilon)
    return chances_BA
