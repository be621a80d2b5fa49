"""What an algorithm with a replay is made of besides the replay: the minibatch it is given, and the learner that takes it.

Shapes: N drawn steps, B observations, C stacked frames, H height, W width, A actions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import torch
from torch import Tensor, nn

from retroml_tianshou.pixels import channels_last

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_tianshou.beside import Beside
    from retroml_tianshou.optimizer import MeteredOptimizer
    from retroml_tianshou.replay.buffer import Drawn

__all__ = ["Learned", "Learner", "Minibatch", "to_device", "upload"]


@dataclass(frozen=True, kw_only=True)
class Minibatch:
    """Steps to learn from, each (N, ...) on the device of the network; see `replay.buffer.Drawn`.

    Pictures lie channels last in memory, as convolutions want them: `obs` and `next_obs` are uint8 views (N, C, H, W).
    """

    obs: Tensor
    actions: Tensor
    returns: Tensor
    discounts: Tensor
    next_obs: Tensor
    weights: Tensor

    def __len__(self) -> int:
        return len(self.actions)


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What a gradient step came to: scalar tensors by metric name, and how wrong the network was about each step (N,)."""

    metrics: Mapping[str, Tensor]
    td_errors: Tensor


class Learner(Protocol):
    """The networks of an algorithm, and one gradient step on them."""

    beside: Beside
    """Where the pass of the target may be made beside that of the network."""

    @property
    def network(self) -> nn.Module:
        """What acting needs."""

    def values(self, obs: Tensor) -> Tensor:
        """What each action is worth (B, A), float32, for uint8 observations (B, C, H, W); the greedy action is the highest."""

    def learn(self, batch: Minibatch, *, measure_ratio: bool) -> Learned:
        """One gradient step; with `measure_ratio` the optimizers meter its size. No number may be read from the device."""

    def modules_by_name(self) -> Mapping[str, nn.Module]:
        """Everything with parameters, targets included, under stable names."""

    def optimizers(self) -> Mapping[str, MeteredOptimizer]:
        """Under stable names; the first one's meters are reported."""

    def targets(self) -> Sequence[tuple[nn.Module, nn.Module]]:
        """Pairs of a target network and the network it follows."""


def to_device(array: NDArray[Any], device: torch.device) -> Tensor:
    """`array` on the device; to a GPU through pinned memory, without waiting."""
    tensor = torch.from_numpy(array)
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor


def upload(drawn: Drawn, device: torch.device) -> Minibatch:
    """`drawn` on the device, as `to_device` brings it there."""

    def pictures(array: NDArray[Any]) -> Tensor:
        return to_device(channels_last(array), device).permute(0, 3, 1, 2)

    return Minibatch(
        obs=pictures(drawn.obs),
        actions=to_device(drawn.actions, device),
        returns=to_device(drawn.returns, device),
        discounts=to_device(drawn.discounts, device),
        next_obs=pictures(drawn.next_obs),
        weights=to_device(drawn.weights, device),
    )
