"""What the encoders of this plugin come to, worked out without torch, and what does not fit.

Shapes: observations are (C, H, W).
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from retroml_tianshou.network_specs import Architecture, Size

if TYPE_CHECKING:
    Shape = tuple[int, int, int]

__all__ = ["ArchitectureError", "attention", "convolutions", "feature_sizes", "impala", "pixels", "seen"]


class ArchitectureError(ValueError):
    """A network that cannot be built: `key` is the setting at fault (`"network.strides"`), the message what is wrong."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


def feature_sizes(architecture: Architecture, height: int, width: int) -> list[tuple[int, int]]:
    """Height and width after each convolution. Raises ArchitectureError when a kernel is larger than what it looks at."""
    sizes: list[tuple[int, int]] = []
    for layer, (kernel, stride) in enumerate(zip(architecture.kernels, architecture.strides, strict=True), start=1):
        if kernel > min(height, width):
            raise ArchitectureError(
                "network.kernels", f"convolution {layer} has a kernel of {kernel} but looks at only {height}x{width} pixels"
            )
        height, width = (height - kernel) // stride + 1, (width - kernel) // stride + 1
        sizes.append((height, width))
    return sizes


def seen(architecture: Architecture, height: int, width: int) -> tuple[int, int]:
    """How many rows and columns of a picture the convolutions look at, from its upper left corner.

    Without padding they pass over what their strides leave at the other edges. Raises ArchitectureError as above.
    """
    rows, columns = feature_sizes(architecture, height, width)[-1]
    for kernel, stride in zip(reversed(architecture.kernels), reversed(architecture.strides), strict=True):
        rows, columns = (rows - 1) * stride + kernel, (columns - 1) * stride + kernel
    return rows, columns


def convolutions(architecture: Architecture, observation_shape: Shape) -> Size:
    """The size of a plain stack of convolutions."""
    channels, height, width = observation_shape
    height, width = feature_sizes(architecture, height, width)[-1]
    count = 0
    for (incoming, outgoing), kernel in zip(pairwise((channels, *architecture.channels)), architecture.kernels, strict=True):
        count += outgoing * (incoming * kernel * kernel + 1)
    return Size(parameters=count, features=architecture.channels[-1] * height * width)


def pixels(architecture: Architecture, observation_shape: Shape) -> Size:  # noqa: ARG001  # as all of them
    """The size of pixels as they are: nothing to learn."""
    return Size(parameters=0, features=math.prod(observation_shape))


def impala(architecture: Architecture, observation_shape: Shape) -> Size:
    """The size of the residual network: each stage halves the picture, rounding up."""
    channels, height, width = observation_shape
    count = 0
    for incoming, outgoing in pairwise((channels, *architecture.channels)):
        count += outgoing * (9 * incoming + 1) + 2 * architecture.blocks * outgoing * (9 * outgoing + 1)
        height, width = (height + 1) // 2, (width + 1) // 2
    return Size(parameters=count, features=architecture.channels[-1] * height * width)


def attention(architecture: Architecture, observation_shape: Shape) -> Size:
    """The size of convolutions with self-attention on top."""
    base = convolutions(architecture, observation_shape)
    channels, heads = architecture.channels[-1], architecture.heads
    if channels % heads:
        raise ArchitectureError("network.heads", f"{heads} heads cannot share {channels} channels equally")
    # Projection to queries, keys and values of features and two coordinates; projection back; a layer normalisation.
    count = 3 * channels * (channels + 3) + channels * (channels + 1) + 2 * channels
    return Size(parameters=base.parameters + count, features=base.features)
