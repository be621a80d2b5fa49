"""Network architectures by name, without torch: shapes, checks and parameter counts, for validation and forms.

An architecture is a stack of convolutions without padding and then fully connected layers, each followed by ReLU.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retroml_core.schema import NetworkConfig

__all__ = ["ARCHITECTURES", "Architecture", "ArchitectureError", "feature_sizes", "parameter_count", "resolve"]


class ArchitectureError(ValueError):
    """A network that cannot be built: `key` is the setting at fault (`"network.strides"`), the message what is wrong."""

    def __init__(self, key: str, message: str) -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Convolutions (`channels`, `kernels`, `strides`, one entry a layer), then fully connected layers of `hidden` units."""

    channels: tuple[int, ...]
    kernels: tuple[int, ...]
    strides: tuple[int, ...]
    hidden: tuple[int, ...]
    source: str = ""


ARCHITECTURES: Mapping[str, Architecture] = MappingProxyType(
    {
        "nature": Architecture(
            channels=(32, 64, 64),
            kernels=(8, 4, 3),
            strides=(4, 2, 1),
            hidden=(512,),
            source="Mnih et al. 2015, https://doi.org/10.1038/nature14236",
        ),
        "small": Architecture(
            channels=(16, 32),
            kernels=(8, 4),
            strides=(4, 2),
            hidden=(256,),
            source="Mnih et al. 2013, https://arxiv.org/abs/1312.5602",
        ),
    }
)


def resolve(config: NetworkConfig) -> Architecture:
    """The architecture `config` names, with the parts it overrides. Raises ArchitectureError naming the setting at fault."""
    try:
        base = ARCHITECTURES[config.name]
    except KeyError:
        raise ArchitectureError("network.name", f"no such network; there are {', '.join(sorted(ARCHITECTURES))}") from None
    given = {
        part: tuple(value)
        for part in ("channels", "kernels", "strides", "hidden")
        if (value := getattr(config, part)) is not None
    }
    architecture = replace(base, **given)  # type: ignore[arg-type]  # the keys are fields, all of them tuples of int
    _check_parts(architecture)
    return architecture


def _check_parts(architecture: Architecture) -> None:
    for part in ("channels", "kernels", "strides", "hidden"):
        values: tuple[int, ...] = getattr(architecture, part)
        if not all(value >= 1 for value in values):
            raise ArchitectureError(f"network.{part}", "every entry must be at least 1")
    layers = len(architecture.channels)
    for part in ("kernels", "strides"):
        count = len(getattr(architecture, part))
        if count != layers:
            raise ArchitectureError(f"network.{part}", f"{count} entries for {layers} convolutions: give one for each")
    if not layers:
        raise ArchitectureError("network.channels", "at least one convolution is needed")
    if not architecture.hidden:
        raise ArchitectureError("network.hidden", "at least one fully connected layer is needed")


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


def parameter_count(architecture: Architecture, observation_shape: tuple[int, int, int], actions: int) -> int:
    """How many numbers an actor-critic of `architecture` learns for observations (C, H, W) and that many actions."""
    incoming, height, width = observation_shape
    sizes = feature_sizes(architecture, height, width)
    count = 0
    for channels, kernel in zip(architecture.channels, architecture.kernels, strict=True):
        count += channels * (incoming * kernel * kernel + 1)
        incoming = channels
    height, width = sizes[-1]
    units = incoming * height * width
    for hidden in architecture.hidden:
        count += hidden * (units + 1)
        units = hidden
    return count + (actions + 1) * (units + 1)
