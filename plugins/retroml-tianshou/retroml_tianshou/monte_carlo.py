"""How right the critic was: what it expected, against what came of it once the life or game had ended.

The returns that an algorithm learns from are made of the critic's own values where a rollout ends, so a critic that is wrong
everywhere may explain them well. A Monte-Carlo return is the discounted sum of the learning rewards that really followed. It is
known only at the end, rollouts later; until then values and rewards are kept here. Play that only the clock ended has none.

Shapes: T steps, B environments, n steps of one environment.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from retroml_tianshou.measures import explained_variance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from retroml_core.tree import Tree
    from retroml_tianshou.rollout import Rollout

__all__ = ["MonteCarlo", "discounted"]

Pieces = list["NDArray[np.float32]"]


def discounted(rewards_n: NDArray[np.float32], gamma: float) -> NDArray[np.float64]:
    """The discounted sum of each reward and all after it (n,), in float64."""
    returns_n = np.empty(len(rewards_n))
    following = 0.0
    for t in range(len(rewards_n) - 1, -1, -1):
        following = returns_n[t] = float(rewards_n[t]) + gamma * following
    return returns_n


class MonteCarlo:
    """Takes rollouts of `environments` games in order; `state` holds all of its memory."""

    def __init__(self, environments: int, gamma: float) -> None:
        self._gamma = gamma
        self._rewards: list[Pieces] = [[] for _ in range(environments)]
        self._values: list[Pieces] = [[] for _ in range(environments)]
        self._known: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = []

    def take(self, rollout: Rollout) -> None:
        """Keep what a full rollout saw, and work out the returns of what ended in it."""
        values_TB = rollout.values_TB
        for environment in range(values_TB.shape[1]):
            begin = 0
            for end in (np.flatnonzero(rollout.ended_TB[:, environment]) + 1).tolist():
                self._keep(rollout, values_TB, environment, slice(begin, end))
                self._close(environment, known=rollout.bootstraps_TB[end - 1, environment] == 0)
                begin = end
            self._keep(rollout, values_TB, environment, slice(begin, None))

    def _keep(self, rollout: Rollout, values_TB: NDArray[np.float32], environment: int, steps: slice) -> None:
        self._rewards[environment].append(rollout.rewards_TB[steps, environment].copy())
        self._values[environment].append(values_TB[steps, environment].copy())

    def _close(self, environment: int, *, known: bool) -> None:
        if known:
            returns_n = discounted(np.concatenate(self._rewards[environment]), self._gamma)
            self._known.append((np.concatenate(self._values[environment]).astype(np.float64), returns_n))
        self._rewards[environment], self._values[environment] = [], []

    def read(self) -> dict[str, float]:
        """The error and the explained variance of all steps whose return became known since the last call, by metric name;
        nothing when none did."""
        known, self._known = self._known, []
        if not known:
            return {}
        values_n, returns_n = (np.concatenate(column) for column in zip(*known, strict=True))
        error, explained = float(np.sqrt(np.mean(np.square(returns_n - values_n)))), explained_variance(values_n, returns_n)
        return {"value/mc_error": error, **({} if explained is None else {"value/mc_explained_variance": explained})}

    def state(self) -> Tree:
        """What is kept of play that has not ended, each environment's steps after those of the one before."""
        lengths = [sum(map(len, pieces)) for pieces in self._rewards]
        return {"lengths": lengths, "rewards": _flat(self._rewards), "values": _flat(self._values)}

    def restore(self, state: Tree | None) -> None:
        """Take up `state()`; None, or that of another number of environments, begins anew."""
        count = len(self._rewards)
        self._rewards, self._values, self._known = [[] for _ in range(count)], [[] for _ in range(count)], []
        if state is None or len(state["lengths"]) != count:
            return
        borders = np.cumsum(state["lengths"])[:-1]
        for kept, name in ((self._rewards, "rewards"), (self._values, "values")):
            for pieces, piece in zip(kept, np.split(np.array(state[name], np.float32), borders), strict=True):
                pieces.append(piece)


def _flat(kept: Sequence[Pieces]) -> NDArray[np.float32]:
    pieces = [piece for pieces in kept for piece in pieces]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
