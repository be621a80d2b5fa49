"""The gradient of a minibatch, worked out by several threads, a part of the minibatch each, and added up.

Two convolutions on one thread each use two cores better than one convolution on two: nothing waits for the slower half of
each layer (benchmarks/train_speed.py: 6 % more steps a second on two cores). The sum is the gradient of the whole minibatch
up to rounding, and the same each time, since parts and order of addition are fixed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from typing import Self

__all__ = ["Divisible", "Gradients"]

NetworkT = TypeVar("NetworkT", bound=nn.Module)


class Divisible(Protocol):
    """A minibatch that can be cut into parts."""

    def __len__(self) -> int:
        """How many samples there are."""

    def chunk(self, parts: int) -> Sequence[Self]:
        """At most `parts` parts of about the same size, in order."""


BatchT = TypeVar("BatchT", bound=Divisible)


class Gradients(Generic[NetworkT]):
    """Gradients of the parameters of `network`, by `parts` threads that compute with `threads` threads of torch each."""

    def __init__(self, network: NetworkT, *, parts: int = 1, threads: int | None = None) -> None:
        self.network = network
        self._threads = threads
        self._twins = [_twin(network) for _ in range(parts - 1)]
        self._pool = ThreadPoolExecutor(parts - 1, thread_name_prefix="gradients") if parts > 1 else None

    def backward(self, losses: Callable[[NetworkT, BatchT], Mapping[str, Tensor]], batch: BatchT) -> dict[str, Tensor]:
        """Add the gradient of the mean `losses(network, batch)["loss/total"]` to those of the parameters.

        The losses must be means over the samples. Returns them for the whole batch, detached.
        """
        pieces = batch.chunk(len(self._twins) + 1)
        others = [
            self._pool.submit(self._part, twin, losses, piece, len(piece) / len(batch))
            for twin, piece in zip(self._twins, pieces[1:], strict=False)
            if self._pool is not None
        ]
        try:
            means = self._part(self.network, losses, pieces[0], len(pieces[0]) / len(batch))
        finally:
            failures = [other.exception() for other in others]
        for failure in failures:
            if failure is not None:
                raise failure
        for twin, other in zip(self._twins, others, strict=False):
            self._collect(twin)
            means = {name: value + other.result()[name] for name, value in means.items()}
        return means

    def _part(
        self, network: NetworkT, losses: Callable[[NetworkT, BatchT], Mapping[str, Tensor]], piece: BatchT, share: float
    ) -> dict[str, Tensor]:
        # In torch the number of threads belongs to the thread that asks.
        if self._threads is not None and torch.get_num_threads() != self._threads:
            torch.set_num_threads(self._threads)
        terms = losses(network, piece)
        whole = share == 1.0
        torch.autograd.backward(terms["loss/total"] if whole else terms["loss/total"] * share)
        return {name: value.detach() if whole else value.detach() * share for name, value in terms.items()}

    def _collect(self, twin: NetworkT) -> None:
        """Add the gradients of `twin` to those of the network and forget them."""
        pairs = [
            (own.grad, other.grad)
            for own, other in zip(self.network.parameters(), twin.parameters(), strict=True)
            if own.grad is not None and other.grad is not None
        ]
        torch._foreach_add_([own for own, _ in pairs], [other for _, other in pairs])
        twin.zero_grad()

    def close(self) -> None:
        """End the threads. May be called twice."""
        if self._pool is not None:
            self._pool.shutdown()


def _twin(network: NetworkT) -> NetworkT:
    """A network with the same parameters in memory and gradients of its own."""
    twin = copy.deepcopy(network)
    for own, shared in zip(twin.parameters(), network.parameters(), strict=True):
        own.data = shared.data
    return twin
