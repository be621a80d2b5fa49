"""A network that says what each action is worth: a trunk and a linear head, or the two streams of a dueling network.

Shapes: B observations, A actions, C stacked frames, H height, W width, F features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from retroml_tianshou.architectures import ARCHITECTURES, Networks, resolve
from retroml_tianshou.networks import build_trunk, in_precision, initialise

if TYPE_CHECKING:
    from retroml_core.schema import NetworkConfig

__all__ = ["DuelingHead", "QNetwork", "build_q_network"]


class QNetwork(nn.Module):
    """`trunk` computes in `precision`; parameters and head are always float32."""

    def __init__(self, trunk: nn.Module, head: nn.Module) -> None:
        super().__init__()
        self.precision = torch.float32
        self.trunk = trunk
        self.head = head

    def forward(self, obs_BCHW: Tensor) -> Tensor:
        """The values (B, A), float32, of uint8 observations; fastest when they lie channels last in memory."""
        values_BA: Tensor = self.head(in_precision(self.trunk, obs_BCHW, self.precision))
        return values_BA


class DuelingHead(nn.Module):
    """A state's value plus each action's advantage over their mean, https://arxiv.org/abs/1511.06581 eq. 9.

    Each of the two streams has hidden layers of its own.
    """

    def __init__(self, features: int, hidden: tuple[int, ...], actions: int) -> None:
        super().__init__()
        self.value = _stream(features, hidden, 1)
        self.advantage = _stream(features, hidden, actions)

    def forward(self, features_BF: Tensor) -> Tensor:
        """Values (B, A)."""
        advantages_BA = self.advantage(features_BF)
        values_BA: Tensor = self.value(features_BF) + advantages_BA - advantages_BA.mean(1, keepdim=True)
        return values_BA


def _stream(features: int, hidden: tuple[int, ...], outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for units in hidden:
        layers += [nn.Linear(features, units), nn.ReLU(inplace=True)]
        features = units
    last = nn.Linear(features, outputs)
    last.initial_gain = 1.0  # type: ignore[assignment]  # read by `initialise`
    return nn.Sequential(*layers, last)


def build_q_network(
    config: NetworkConfig,
    observation_shape: tuple[int, int, int],
    actions: int,
    generator: torch.Generator,
    networks: Networks = ARCHITECTURES,
    *,
    dueling: bool,
) -> QNetwork:
    """The network `config` names with a head of `actions` values, initialised from `generator`; raises as `build_trunk`."""
    hidden = resolve(config, networks).hidden
    trunk, features = build_trunk(config, observation_shape, generator, networks, hidden=not dueling)
    head = DuelingHead(features, hidden, actions) if dueling else _stream(features, (), actions)
    initialise(head, generator)
    return QNetwork(trunk, head)
