"""Numbers about a rollout and an update that on-policy algorithms report alike.

Shapes: T steps, B environments, N = T * B samples.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_tianshou.rollout import Samples

__all__ = ["about", "arrays", "explained_variance"]


def explained_variance(values: NDArray[np.floating], returns: NDArray[np.floating]) -> float | None:
    """Share of the variance of the returns that the values explain: 1 for a perfect critic, 0 for a constant, less if worse.

    None when the returns do not vary: then there is nothing to explain.
    """
    total, left = float(np.var(returns, dtype=np.float64)), float(np.var(returns - values, dtype=np.float64))
    return None if total == 0.0 else 1.0 - left / total


def about(samples: Mapping[str, NDArray[Any]]) -> dict[str, float]:
    """What a rollout says of critic and advantages, by metric name; `samples` are `arrays` of it."""
    explained = explained_variance(samples["values"], samples["returns"])
    return {
        **({} if explained is None else {"value/explained_variance": explained}),
        "value/mean": float(samples["values"].mean()),
        "advantage/mean": float(samples["advantages"].mean()),
        "advantage/std": float(samples["advantages"].std()),
    }


def arrays(samples: Samples, rewards_TB: NDArray[np.float32]) -> dict[str, NDArray[Any]]:
    """Actions, values, returns, advantages and rewards as learned from, each a copy (N,), for metric plugins."""
    tensors = {name: getattr(samples, name) for name in ("actions", "values", "returns", "advantages")}
    return {name: tensor.cpu().numpy().copy() for name, tensor in tensors.items()} | {"rewards": rewards_TB.ravel().copy()}
