"""Actor-critic networks: a convolutional trunk with a policy head and a value head.

Shapes: B samples, C stacked frames, H height, W width, A actions.

Speed without changing the result: observations stay uint8 until they are inside the network and lie channels last
(B, H, W, C), as the convolutions want them; the usual division by 255 is done on the few weights of the first convolution
instead of on every pixel, which is the same product.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from retroml_tianshou.architectures import Architecture, feature_sizes, resolve

if TYPE_CHECKING:
    from retroml_core.schema import NetworkConfig

__all__ = ["ActorCritic", "PixelConvolution", "build_network"]


def build_network(
    config: NetworkConfig, observation_shape: tuple[int, int, int], actions: int, generator: torch.Generator
) -> ActorCritic:
    """The network `config` names, freshly initialised from `generator` (on the CPU).

    Raises ArchitectureError naming the setting at fault when it does not fit observations (C, H, W).
    """
    return ActorCritic(resolve(config), observation_shape, actions, generator)


class PixelConvolution(nn.Conv2d):
    """A convolution on uint8 pixels (B, C, H, W) that sees them scaled to 0..1."""

    def forward(self, pixels: Tensor) -> Tensor:
        """The convolution of `pixels / 255`."""
        return functional.conv2d(pixels.to(self.weight.dtype), self.weight * (1 / 255), self.bias, self.stride)


class ActorCritic(nn.Module):
    """Trunk and two heads. `precision` is what the trunk computes in; parameters and heads are always float32."""

    def __init__(
        self, architecture: Architecture, observation_shape: tuple[int, int, int], actions: int, generator: torch.Generator
    ) -> None:
        super().__init__()
        self.precision = torch.float32
        self.trunk = _trunk(architecture, observation_shape)
        features = architecture.hidden[-1]
        self.policy_head = nn.Linear(features, actions)
        self.value_head = nn.Linear(features, 1)
        self._initialise(generator)
        self.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks the module form

    def _initialise(self, generator: torch.Generator) -> None:
        """Orthogonal weights, gain sqrt(2) in the trunk, 0.01 and 1 in the heads; zero biases (Huang 2022, detail 2)."""
        gains: dict[nn.Module, float] = {self.policy_head: 0.01, self.value_head: 1.0}
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.orthogonal_(module.weight, gains.get(module, math.sqrt(2)), generator)
                nn.init.zeros_(module.bias)  # type: ignore[arg-type]  # every layer here has a bias

    def forward(self, obs_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, A) and values (B,), float32, of uint8 observations; fastest when they lie channels last in memory."""
        with torch.autocast(obs_BCHW.device.type, self.precision, enabled=self.precision != torch.float32):
            features = self.trunk(obs_BCHW)
        features = features.float()
        return self.policy_head(features), self.value_head(features).squeeze(1)

    @property
    def parameter_count(self) -> int:
        """How many numbers this network learns."""
        return sum(parameter.numel() for parameter in self.parameters())


def _trunk(architecture: Architecture, observation_shape: tuple[int, int, int]) -> nn.Sequential:
    incoming, height, width = observation_shape
    sizes = feature_sizes(architecture, height, width)
    layers: list[nn.Module] = []
    for channels, kernel, stride in zip(architecture.channels, architecture.kernels, architecture.strides, strict=True):
        kind = nn.Conv2d if layers else PixelConvolution
        layers += [kind(incoming, channels, kernel, stride), nn.ReLU(inplace=True)]
        incoming = channels
    height, width = sizes[-1]
    layers.append(nn.Flatten())
    units = incoming * height * width
    for hidden in architecture.hidden:
        layers += [nn.Linear(units, hidden), nn.ReLU(inplace=True)]
        units = hidden
    return nn.Sequential(*layers)
