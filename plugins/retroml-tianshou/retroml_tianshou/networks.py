"""Networks: an encoder of pixels, hidden layers, and the heads of an algorithm.

Shapes: B samples, C stacked frames, H height, W width, A actions, F features.

Speed without changing the result: observations stay uint8 until they are inside the network and lie channels last
(B, H, W, C), as the convolutions want them; the usual division by 255 is done on the few weights of the first convolution
instead of on every pixel, which is the same product.
"""

from __future__ import annotations

import hashlib
import math
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from retroml_core.algorithm import TrainingFault
from retroml_core.plugins.registry import resolve as imported
from retroml_tianshou.architectures import ARCHITECTURES, Networks, encoder_size, resolve
from retroml_tianshou.compiling import Trunk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retroml_core.schema import NetworkConfig
    from retroml_tianshou.network_specs import Architecture

__all__ = [
    "ActorCritic",
    "PixelConvolution",
    "ScaledPixels",
    "build_network",
    "build_trunk",
    "convolutions",
    "initialise",
    "pixels",
]


def build_network(
    config: NetworkConfig,
    observation_shape: tuple[int, int, int],
    actions: int,
    generator: torch.Generator,
    networks: Networks = ARCHITECTURES,
) -> ActorCritic:
    """The actor-critic `config` names, freshly initialised from `generator` (on the CPU); raises as `build_trunk`."""
    trunk, features = build_trunk(config, observation_shape, generator, networks)
    return ActorCritic(trunk, features, actions, generator)


def build_trunk(
    config: NetworkConfig,
    observation_shape: tuple[int, int, int],
    generator: torch.Generator,
    networks: Networks = ARCHITECTURES,
    *,
    hidden: bool = True,
) -> tuple[nn.Sequential, int]:
    """The network `config` names without heads, and how many features it gives: uint8 (B, C, H, W) to (B, F).

    Freshly initialised from `generator` (on the CPU). With `hidden=False` only the encoder, for heads that bring hidden
    layers of their own (`architectures.resolve(config).hidden` says of which sizes). Raises ArchitectureError naming the
    setting at fault, TrainingFault when the encoder of a plugin gives something else than it should or cannot be repeated.
    """
    architecture = resolve(config, networks)
    encoder_size(architecture, observation_shape, networks)
    layers, units = _encoder(architecture, observation_shape, networks, generator)
    for size in architecture.hidden if hidden else ():
        layers += [nn.Linear(units, size), nn.ReLU(inplace=True)]
        units = size
    trunk = Trunk(*layers)
    initialise(trunk, generator)
    trunk.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub lacks the module form
    return trunk, units


def initialise(module: nn.Module, generator: torch.Generator) -> None:
    """Orthogonal weights and zero biases in every convolution and linear layer (Huang 2022, detail 2).

    The gain is sqrt(2), or what the class or instance says in an attribute `initial_gain`. A layer of another kind that has
    a method `initialise(generator)` does it itself.
    """
    for layer in module.modules():
        if callable(own := getattr(layer, "initialise", None)):
            own(generator)
        elif isinstance(layer, nn.Conv2d | nn.Linear):
            gain = float(getattr(layer, "initial_gain", math.sqrt(2)))
            nn.init.orthogonal_(layer.weight, gain, generator)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


class PixelConvolution(nn.Conv2d):
    """A convolution on uint8 pixels (B, C, H, W) that sees them scaled to 0..1."""

    def forward(self, pixels: Tensor) -> Tensor:
        """The convolution of `pixels / 255`."""
        weight = self.weight * (1 / 255)
        return functional.conv2d(pixels.to(self.weight.dtype), weight, self.bias, self.stride, self.padding)


class ScaledPixels(nn.Module):
    """uint8 pixels (B, C, H, W) as floats (B, F) from 0 to 1."""

    def forward(self, pixels: Tensor) -> Tensor:
        """`pixels / 255`, one row an observation."""
        return pixels.flatten(1).float() * (1 / 255)


def pixels(architecture: Architecture, observation_shape: tuple[int, int, int]) -> nn.Sequential:  # noqa: ARG001  # as all factories
    """The encoder of "mlp": the pixels themselves, for the hidden layers on top."""
    return nn.Sequential(ScaledPixels())


def convolutions(architecture: Architecture, observation_shape: tuple[int, int, int]) -> nn.Sequential:
    """The encoder of "nature" and "small": convolutions without padding, each followed by ReLU."""
    return nn.Sequential(*convolution_layers(architecture, observation_shape[0]), nn.Flatten())


def convolution_layers(architecture: Architecture, incoming: int) -> list[nn.Module]:
    """Convolutions and ReLUs from `incoming` frames of uint8 pixels to (B, channels, H, W)."""
    layers: list[nn.Module] = []
    for channels, kernel, stride in zip(architecture.channels, architecture.kernels, architecture.strides, strict=True):
        kind = nn.Conv2d if layers else PixelConvolution
        layers += [kind(incoming, channels, kernel, stride), nn.ReLU(inplace=True)]
        incoming = channels
    return layers


class ActorCritic(nn.Module):
    """Trunk and two heads. `precision` is what the trunk computes in; parameters and heads are always float32."""

    def __init__(self, trunk: nn.Sequential, features: int, actions: int, generator: torch.Generator) -> None:
        super().__init__()
        self.precision = torch.float32
        self.trunk = trunk
        self.policy_head = nn.Linear(features, actions)
        self.value_head = nn.Linear(features, 1)
        for head, gain in ((self.policy_head, 0.01), (self.value_head, 1.0)):
            nn.init.orthogonal_(head.weight, gain, generator)
            nn.init.zeros_(head.bias)

    def forward(self, obs_BCHW: Tensor) -> tuple[Tensor, Tensor]:
        """Logits (B, A) and values (B,), float32, of uint8 observations; fastest when they lie channels last in memory."""
        features = in_precision(self.trunk, obs_BCHW, self.precision)
        return self.policy_head(features), self.value_head(features).squeeze(1)

    @property
    def parameter_count(self) -> int:
        """How many numbers this network learns."""
        return sum(parameter.numel() for parameter in self.parameters())


def in_precision(trunk: nn.Module, obs_BCHW: Tensor, precision: torch.dtype) -> Tensor:
    """Features (B, F), float32, of a trunk that computes in `precision`."""
    with torch.autocast(obs_BCHW.device.type, precision, enabled=precision != torch.float32):
        features: Tensor = trunk(obs_BCHW)
    return features.float()


def _encoder(
    architecture: Architecture, observation_shape: tuple[int, int, int], networks: Networks, generator: torch.Generator
) -> tuple[list[nn.Module], int]:
    """The layers of the encoder, tried once on black pictures, and how many features it gives."""
    spec = networks[architecture.name]
    try:
        with own_draws(generator):
            encoder: nn.Module = imported(spec.factory)(architecture, observation_shape)
            found, changes = _tried(encoder, torch.zeros(2, *observation_shape, dtype=torch.uint8))
    except Exception as error:
        raise _fault(spec.name, f"{spec.factory} failed: {type(error).__name__}: {error}", observation_shape) from error
    if not (isinstance(found, Tensor) and found.ndim == 2 and len(found) == 2 and found.is_floating_point()):
        given = f"{found.dtype} of shape {tuple(found.shape)}" if isinstance(found, Tensor) else type(found).__name__
        raise _fault(
            spec.name, f"it must give floats of shape (2, features) for 2 observations, not {given}", observation_shape
        )
    if changes:
        raise _fault(spec.name, f"{changes}, so what is trained with it could not be repeated", observation_shape)
    layers = list(encoder) if isinstance(encoder, nn.Sequential) else [encoder]
    return layers, found.shape[1]


@contextmanager
def own_draws(generator: torch.Generator) -> Iterator[None]:
    """What is drawn inside from torch's global generator follows from the seed of `generator`, which itself stays as it is;
    afterwards the global one is as it was before."""
    digits = hashlib.blake2b(f"{generator.initial_seed()}/global".encode(), digest_size=8).digest()
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(int.from_bytes(digits) >> 1)
        yield


@torch.no_grad()
def _tried(encoder: nn.Module, pixels: Tensor) -> tuple[Any, str]:
    """What `encoder` makes of `pixels`, and what it changes by that although it must not: "" for nothing."""
    generator, buffers = torch.get_rng_state(), [buffer.clone() for buffer in encoder.buffers()]
    found = encoder(pixels)
    if not torch.equal(generator, torch.get_rng_state()):
        return found, "it draws at random whenever it is asked (dropout?)"
    if not all(map(torch.equal, buffers, encoder.buffers())):
        return found, "it changes whenever it is asked (batch normalisation?)"
    return found, ""


def _fault(name: str, what: str, observation_shape: tuple[int, int, int]) -> TrainingFault:
    hint = "network.name=nature works everywhere; authors of networks find what they owe in docs/plugins/networks.md"
    return TrainingFault(f"network {name!r} cannot be used for observations of shape {observation_shape}: {what}", hint=hint)
