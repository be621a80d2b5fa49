"""What a network is to this plugin, and which ones it offers. Light: no torch.

A network is an **encoder**, from pixels to features, and fully connected **hidden** layers on top of it. The heads belong
to the algorithms. Encoders are offered as `NetworkSpec`s: ours below, those of other plugins through the hook
`retroml_tianshou_networks` (docs/plugins/networks.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from retroml_core.specs import Spec

__all__ = ["ARCHITECTURES", "Architecture", "NetworkSpec", "Size"]


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """The numbers of the network `name`: `channels`, `kernels` and `strides` of its convolutions, residual `blocks` a stage,
    attention `heads`, units of its `hidden` layers. A part that a network does not have is empty or 0."""

    name: str = ""
    channels: tuple[int, ...] = ()
    kernels: tuple[int, ...] = ()
    strides: tuple[int, ...] = ()
    blocks: int = 0
    heads: int = 0
    hidden: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Size:
    """What an encoder comes to: how many `parameters` it learns, and how many `features` it gives for each observation."""

    parameters: int
    features: int


@dataclass(frozen=True, kw_only=True)
class NetworkSpec(Spec):
    """A network: `network.name=<name>`.

    `factory` names a function `(architecture: Architecture, observation_shape: (C, H, W)) -> torch.nn.Module` that makes the
    encoder: from uint8 (B, C, H, W) to floats (B, features), its last activation included. Its convolutions and linear
    layers are initialised afterwards from the run's seed (see `retroml_tianshou.networks.initialise`).

    `default` holds the numbers, of which a config may override those that are not empty or 0; its `hidden` layers are put on
    top of the encoder and need not be made by the factory. `size` may name a function of the same arguments as the factory
    that works out the `Size` without torch; it may raise ArchitectureError. `source` says where the network was published.
    """

    factory: str
    default: Architecture
    size: str = ""
    source: str = ""


_NATURE = Architecture(channels=(32, 64, 64), kernels=(8, 4, 3), strides=(4, 2, 1), hidden=(512,))

_OURS = (
    NetworkSpec(
        name="nature",
        title="Nature CNN",
        summary="Three convolutions: the network that most published results were made with.",
        factory="retroml_tianshou.networks:convolutions",
        size="retroml_tianshou.network_sizes:convolutions",
        default=_NATURE,
        source="Mnih et al. 2015, https://doi.org/10.1038/nature14236",
    ),
    NetworkSpec(
        name="small",
        title="Small CNN",
        summary="Two convolutions: a third of the work of the Nature CNN.",
        factory="retroml_tianshou.networks:convolutions",
        size="retroml_tianshou.network_sizes:convolutions",
        default=Architecture(channels=(16, 32), kernels=(8, 4), strides=(4, 2), hidden=(256,)),
        source="Mnih et al. 2013, https://arxiv.org/abs/1312.5602",
    ),
    NetworkSpec(
        name="impala",
        title="IMPALA ResNet",
        summary="Fifteen convolutions in residual blocks: more is learned from a step, and a step takes longer.",
        factory="retroml_tianshou.impala:encoder",
        size="retroml_tianshou.network_sizes:impala",
        default=Architecture(channels=(16, 32, 32), blocks=2, hidden=(256,)),
        source="Espeholt et al. 2018, https://arxiv.org/abs/1802.01561",
    ),
    NetworkSpec(
        name="attention",
        title="Attention",
        summary="The Nature CNN, whose parts of the picture then attend to each other: it can show where it looks.",
        factory="retroml_tianshou.attention:encoder",
        size="retroml_tianshou.network_sizes:attention",
        default=Architecture(**vars(_NATURE) | {"heads": 4}),
        source="after Zambaldi et al. 2019, https://openreview.net/forum?id=HkxaFoC9KQ",
    ),
    NetworkSpec(
        name="mlp",
        title="MLP",
        summary="No convolutions: every pixel goes into fully connected layers, which do not know what lies beside what.",
        factory="retroml_tianshou.networks:pixels",
        size="retroml_tianshou.network_sizes:pixels",
        default=Architecture(hidden=(128, 128)),
    ),
)

ARCHITECTURES: Mapping[str, NetworkSpec] = MappingProxyType({spec.name: spec for spec in _OURS})
"""The networks of this plugin."""
