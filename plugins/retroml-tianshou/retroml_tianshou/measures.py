"""Numbers about a rollout and an update that on-policy algorithms report alike.

Shapes: T steps, B environments, N = T * B samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from retroml_core.algorithm import TrainingFault

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_tianshou.rollout import Samples

__all__ = ["EXPLODED", "about", "arrays", "explained_variance", "refuse_nonsense"]

EXPLODED = 1e15
"""No loss is that large: it would be the square of a return of thirty million. Soon it would not be a number any more."""


def explained_variance(values: NDArray[np.floating], returns: NDArray[np.floating]) -> float:
    """Share of the variance of the returns that the values explain: 1 for a perfect critic, 0 for a constant, less if worse."""
    total, left = float(np.var(returns, dtype=np.float64)), float(np.var(returns - values, dtype=np.float64))
    if total == 0.0:
        return 1.0 if left == 0.0 else 0.0
    return 1.0 - left / total


def about(samples: Mapping[str, NDArray[Any]]) -> dict[str, float]:
    """What a rollout says of critic and advantages, by metric name; `samples` are `arrays` of it."""
    return {
        "value/explained_variance": explained_variance(samples["values"], samples["returns"]),
        "value/mean": float(samples["values"].mean()),
        "advantage/mean": float(samples["advantages"].mean()),
        "advantage/std": float(samples["advantages"].std()),
    }


def arrays(samples: Samples, rewards_TB: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """Actions, values, returns, advantages and rewards as learned from, each a copy (N,), for metric plugins."""
    tensors = {name: getattr(samples, name) for name in ("actions", "values", "returns", "advantages")}
    return {name: tensor.cpu().numpy().copy() for name, tensor in tensors.items()} | {"rewards": rewards_TB.ravel().copy()}


def refuse_nonsense(metrics: Mapping[str, float]) -> None:
    """Raise TrainingFault naming the first metric that is not a finite number, or the first loss that exploded."""
    for name, value in metrics.items():
        exploded = name.startswith(("loss/", "grad/")) and abs(value) > EXPLODED
        if not np.isfinite(value) or exploded:
            raise TrainingFault(
                f"{name} is {value:.3g}: training {'exploded' if np.isfinite(value) else 'became unstable'}",
                metric=name,
                value=value,
                hint="lower algorithm.learning_rate, or go on from the last checkpoint; with environment.reward_clip=false "
                "also lower environment.reward_scale",
            )
