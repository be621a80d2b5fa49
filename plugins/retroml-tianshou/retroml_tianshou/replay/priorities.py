"""Prioritised experience replay: steps about which the network was wrong are drawn more often, and count less each time.

Schaul et al. 2016, https://arxiv.org/abs/1511.05952, the proportional variant: a step is drawn with probability
P = p^alpha / sum of all, p = |error| + epsilon, and counts (N P)^-beta in the loss, divided by the largest of its minibatch.
A new step gets the highest priority met so far. Each minibatch is drawn in strata, one step from each of equal parts.

Shapes: N steps, n leaves of the tree (a power of two).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tree import Tree

__all__ = ["PrioritizedSampler", "SumTree"]

_EPSILON = 1e-6


class SumTree:
    """`capacity` numbers, none negative, of which any prefix is summed or found in O(log capacity), many at a time.

    The tree lies in one array of 2 n: node 1 is the root, node i has the children 2 i and 2 i + 1, the leaves begin at n.
    Every inner node is the sum of its two children, so equal leaves make equal trees, bit for bit.
    """

    def __init__(self, capacity: int) -> None:
        self.capacity = capacity
        self._leaves = 1 << max(0, (capacity - 1).bit_length())
        self._nodes = np.zeros(2 * self._leaves, np.float64)

    @property
    def total(self) -> float:
        """The sum of all numbers."""
        return float(self._nodes[1])

    @property
    def values(self) -> NDArray[np.float64]:
        """All numbers (capacity,), a view."""
        return self._nodes[self._leaves : self._leaves + self.capacity]

    def get(self, indices_N: NDArray[np.int64]) -> NDArray[np.float64]:
        """The numbers at these places (N,)."""
        numbers_N: NDArray[np.float64] = self._nodes[indices_N + self._leaves]
        return numbers_N

    def set(self, indices_N: NDArray[np.int64], numbers_N: NDArray[np.float64] | float) -> None:
        """Write numbers to places; of several for one place the last counts."""
        nodes_N = indices_N + self._leaves
        self._nodes[nodes_N] = numbers_N
        for _ in range(self._leaves.bit_length() - 1):
            nodes_N = nodes_N >> 1
            self._nodes[nodes_N] = self._nodes[2 * nodes_N] + self._nodes[2 * nodes_N + 1]

    def find(self, sums_N: NDArray[np.float64]) -> NDArray[np.int64]:
        """The place at which the running sum of all numbers first exceeds each of `sums_N`; never one whose number is 0.

        The sums are at least 0; the total must be more than 0.
        """
        rest_N, nodes_N = sums_N.astype(np.float64), np.ones(len(sums_N), np.int64)
        for _ in range(self._leaves.bit_length() - 1):
            left_N = self._nodes[2 * nodes_N]
            # An empty right side is never entered, so that rounding cannot lead to a number of 0.
            right_N = (rest_N >= left_N) & (self._nodes[2 * nodes_N + 1] > 0)
            rest_N -= left_N * right_N
            nodes_N = 2 * nodes_N + right_N
        return nodes_N - self._leaves

    def load(self, numbers: NDArray[np.float64]) -> None:
        """Take up `values`."""
        self._nodes[:] = 0.0
        self._nodes[self._leaves : self._leaves + self.capacity] = numbers
        level = self._leaves
        while level > 1:
            below = self._nodes[level : 2 * level]
            self._nodes[level // 2 : level] = below[0::2] + below[1::2]
            level //= 2


class PrioritizedSampler:
    """See the module, and `replay.sampling.Sampler`. `beta` rises linearly to 1 over the budget."""

    wants_errors = True

    def __init__(self, capacity: int, random: np.random.Generator, *, alpha: float, beta: float) -> None:
        self.random = random
        self.alpha = alpha
        self.beta = self._beta_start = beta
        self._tree = SumTree(capacity)
        self._count = 0
        self._highest = 1.0

    def added(self, indices: NDArray[np.int64]) -> None:
        """See `Sampler.added`."""
        self._tree.set(indices, self._highest**self.alpha)
        self._count += len(indices)

    def removed(self, indices: NDArray[np.int64]) -> None:
        """See `Sampler.removed`."""
        self._tree.set(indices, 0.0)
        self._count -= len(indices)

    def sample(self, count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See `Sampler.sample`."""
        if not self._count:
            raise ValueError("the replay holds nothing to draw yet")
        strata = (np.arange(count) + self.random.random(count)) / count
        indices = self._tree.find(strata * self._tree.total)
        expected = self._tree.get(indices) * (self._count / self._tree.total)
        weights = expected**-self.beta
        return indices, (weights / weights.max()).astype(np.float32)

    def update(self, indices: NDArray[np.int64], td_errors: NDArray[np.float32]) -> None:
        """See `Sampler.update`."""
        priorities = np.abs(td_errors.astype(np.float64)) + _EPSILON
        self._tree.set(indices, priorities**self.alpha)
        self._highest = max(self._highest, float(priorities.max()))

    def schedule(self, fraction: float) -> None:
        """Raise `beta` to what that share of the budget asks for."""
        self.beta = self._beta_start + (1.0 - self._beta_start) * min(max(fraction, 0.0), 1.0)

    def state(self) -> Tree:
        """See `Sampler.state`."""
        return {
            "priorities": self._tree.values,
            "count": self._count,
            "highest": self._highest,
            "beta": self.beta,
            "random": self.random.bit_generator.state,
        }

    def restore(self, state: Tree) -> None:
        """See `Sampler.restore`."""
        self._tree.load(state["priorities"])
        self._count, self._highest, self.beta = int(state["count"]), float(state["highest"]), float(state["beta"])
        self.random.bit_generator.state = state["random"]
