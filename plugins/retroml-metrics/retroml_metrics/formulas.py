"""The formulas of docs/metrics.md, each a function of arrays. All compute in float64.

Shapes: N samples of one update.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from retroml_core.metrics import Histogram

__all__ = ["action_entropy", "action_shares", "explained_variance", "histogram", "return_error"]

Samples = NDArray[Any]


def explained_variance(values_N: Samples, returns_N: Samples) -> float | None:
    """`1 - Var(returns - values) / Var(returns)`: 1 for a perfect critic, 0 for a constant one, below 0 for a worse one.

    None when the returns do not vary: then there is nothing to explain.
    """
    returns_N = returns_N.astype(np.float64)
    variance = float(returns_N.var())
    if variance == 0.0:
        return None
    return 1.0 - float((returns_N - values_N).var()) / variance


def return_error(values_N: Samples, returns_N: Samples) -> float:
    """The root mean square of `returns - values`, in the units of the learning rewards."""
    return float(np.sqrt(np.mean(np.square(returns_N.astype(np.float64) - values_N))))


def histogram(samples_N: Samples, bins: int) -> Histogram:
    """How often samples fall into `bins` equally wide bins between the least and the greatest; each sample counts once.

    Samples that are all alike lie in the middle one of bins around them, as in numpy.
    """
    counts, edges = np.histogram(samples_N.astype(np.float64), bins)
    return Histogram(low=float(edges[0]), high=float(edges[-1]), counts=tuple(counts.tolist()))


def action_shares(actions_N: Samples, action_count: int) -> NDArray[np.float64]:
    """How often each action occurs, (action_count,), summing to 1."""
    counts_A: NDArray[np.float64] = np.bincount(actions_N.astype(np.int64), minlength=action_count).astype(np.float64)
    return counts_A / actions_N.size


def action_entropy(actions_N: Samples, action_count: int) -> float:
    """The entropy in nats of the actions taken: ln(action_count) when all are equally frequent, 0 when only one is taken.

    It is not the policy's entropy: a policy sure of a different action in each situation still has a high one.
    """
    shares = action_shares(actions_N, action_count)
    taken = shares[shares > 0]
    # A single action gives -(1 * ln 1) = -0.0; the entropy is never negative.
    return abs(float(-(taken * np.log(taken)).sum()))
