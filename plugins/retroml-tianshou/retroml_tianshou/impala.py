"""The residual network of IMPALA, https://arxiv.org/abs/1802.01561 (figure 3, right), without its LSTM.

Three stages, each a convolution, a max-pool that halves the picture, and `blocks` residual blocks of two convolutions.

Deviation: weights start orthogonal as in the other networks; so that fifteen layers add up to no more than three, the last
convolution of each residual block starts smaller, by the root of the number of blocks.

Shapes: B samples, C channels, H height, W width, F features.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from torch import Tensor, nn
from torch.nn import functional

from retroml_tianshou.networks import PixelConvolution

if TYPE_CHECKING:
    from retroml_tianshou.network_specs import Architecture

__all__ = ["encoder"]


def encoder(architecture: Architecture, observation_shape: tuple[int, int, int]) -> nn.Sequential:
    """From uint8 (B, C, H, W) to features (B, F)."""
    layers: list[nn.Module] = []
    incoming = observation_shape[0]
    blocks_in_all = architecture.blocks * len(architecture.channels)
    for channels in architecture.channels:
        kind = nn.Conv2d if layers else PixelConvolution
        layers += [kind(incoming, channels, 3, padding=1), nn.MaxPool2d(3, stride=2, padding=1)]
        layers += [Residual(channels, 1 / math.sqrt(blocks_in_all)) for _ in range(architecture.blocks)]
        incoming = channels
    return nn.Sequential(*layers, nn.ReLU(inplace=True), nn.Flatten())


class Residual(nn.Module):
    """Adds to its input what two convolutions make of it."""

    def __init__(self, channels: int, share: float) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, channels, 3, padding=1)
        self.second = ScaledConvolution(channels, channels, 3, padding=1)
        self.second.initial_gain = share

    def forward(self, pixels_BCHW: Tensor) -> Tensor:
        """The same shape."""
        inner = self.first(functional.relu(pixels_BCHW))
        change: Tensor = self.second(functional.relu(inner))
        return pixels_BCHW + change


class ScaledConvolution(nn.Conv2d):
    """A convolution that says how large its weights start."""

    initial_gain: float = 1.0
