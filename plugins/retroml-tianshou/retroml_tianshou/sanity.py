"""What a training that still learns never comes to: numbers that are none, and estimates beyond what any game could pay."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from retroml_core.algorithm import TrainingFault

__all__ = ["RAW_RETURNS", "Bounds", "bounds"]

RAW_RETURNS = 3e7
"""Where rewards are raw points no return is that large: records are millions in whole games, and returns are discounted."""

LONGEST_GAME = 27_000
"""Steps: the 108,000 frames (half an hour) of Machado et al. 2018, https://arxiv.org/abs/1709.06009, table 5."""

_TIMES = 100.0
_SQUARED = ("loss/", "grad/")
_ESTIMATES = ("value/mean", "value/q_mean")


@dataclass(frozen=True)
class Bounds:
    """No estimate of a return is as large as `returns`; no loss, which at most squares it, and no gradient as its square."""

    returns: float = RAW_RETURNS

    def refuse(self, metrics: Mapping[str, float]) -> None:
        """Raise TrainingFault naming the first metric that is not a finite number, or the first that exploded."""
        for name, value in metrics.items():
            if not math.isfinite(value) or abs(value) > self._most(name):
                raise TrainingFault(
                    f"{name} is {value:.3g}: training {'exploded' if math.isfinite(value) else 'became unstable'}",
                    metric=name,
                    value=value,
                    hint="train with a lower algorithm.learning_rate, from the last checkpoint where there is one; with "
                    "environment.reward_clip=false also lower environment.reward_scale",
                )

    def _most(self, name: str) -> float:
        if name.startswith(_SQUARED):
            return self.returns**2
        return self.returns if name in _ESTIMATES else math.inf


def bounds(gamma: float, reward_limit: float | None) -> Bounds:
    """A hundred times the largest return of rewards up to `reward_limit` a step (None: not known) that `gamma` discounts.

    An estimator that is so far off has lost its way, and is caught long before it overflows.
    """
    if not reward_limit:
        return Bounds()
    steps = LONGEST_GAME if gamma >= 1 - 1 / LONGEST_GAME else 1 / (1 - gamma)
    return Bounds(_TIMES * reward_limit * steps)
