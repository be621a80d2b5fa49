"""Which steps of a replay are drawn: the protocol of samplers, and the uniform one.

A step is known by its **index** in the buffer, 0 to capacity - 1; the index of a step that was overwritten is used again.

Shapes: N steps.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tree import Tree

__all__ = ["Sampler", "UniformSampler"]


class Sampler(Protocol):
    """Draws steps. The buffer tells it which can be drawn, in the order in which they were played.

    Only with `wants_errors` is `update` called: it has to wait for the device.
    """

    wants_errors: bool

    def added(self, indices: NDArray[np.int64]) -> None:
        """These steps (N,) can be drawn from now on."""

    def removed(self, indices: NDArray[np.int64]) -> None:
        """These steps (N,), the oldest, can no longer be drawn."""

    def sample(self, count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Indices (count,) of steps drawn with replacement, and how much each counts in the loss (count,), at most 1.

        Raises ValueError while nothing can be drawn.
        """

    def update(self, indices: NDArray[np.int64], td_errors: NDArray[np.float32]) -> None:
        """How wrong the network was about steps just sampled: `td_errors` (N,) of `indices` (N,), of any sign."""

    def schedule(self, fraction: float) -> None:
        """That share of the budget, 0 to 1, is used: what changes over the training changes now."""

    def state(self) -> Tree:
        """Everything needed to draw the same steps again, generator included."""

    def restore(self, state: Tree) -> None:
        """Take up `state()` of a sampler of the same capacity."""


class UniformSampler:
    """Every step is as likely as any other and counts fully."""

    wants_errors = False

    def __init__(self, capacity: int, random: np.random.Generator) -> None:
        self.capacity = capacity
        self.random = random
        self._first = 0
        self._count = 0

    def added(self, indices: NDArray[np.int64]) -> None:
        """See `Sampler.added`."""
        if not self._count:
            self._first = int(indices[0])
        self._count += len(indices)

    def removed(self, indices: NDArray[np.int64]) -> None:
        """See `Sampler.removed`."""
        self._first = (self._first + len(indices)) % self.capacity
        self._count -= len(indices)

    def sample(self, count: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """See `Sampler.sample`."""
        if not self._count:
            raise ValueError("the replay holds nothing to draw yet")
        drawn = self.random.integers(self._count, size=count)
        return (self._first + drawn) % self.capacity, np.ones(count, np.float32)

    def update(self, indices: NDArray[np.int64], td_errors: NDArray[np.float32]) -> None:
        """All steps stay equally likely."""

    def schedule(self, fraction: float) -> None:
        """Nothing changes."""

    def state(self) -> Tree:
        """See `Sampler.state`."""
        return {"first": self._first, "count": self._count, "random": self.random.bit_generator.state}

    def restore(self, state: Tree) -> None:
        """See `Sampler.restore`."""
        self._first, self._count = int(state["first"]), int(state["count"])
        self.random.bit_generator.state = state["random"]
