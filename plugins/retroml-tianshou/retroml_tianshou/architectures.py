"""From a network config to checked numbers, without torch: names, parts that were overridden, sizes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from retroml_core.plugins.registry import resolve as imported
from retroml_core.plugins.spec_checks import fault_of
from retroml_core.plugins.suggestions import nearest
from retroml_tianshou.network_sizes import ArchitectureError
from retroml_tianshou.network_specs import ARCHITECTURES, Architecture, NetworkSpec, Size

if TYPE_CHECKING:
    from retroml_core.schema import NetworkConfig

__all__ = [
    "ARCHITECTURES",
    "HOOK",
    "ArchitectureError",
    "Networks",
    "collect",
    "encoder_size",
    "parameter_count",
    "resolve",
    "trunk_size",
]

HOOK = "retroml_tianshou_networks"

_PARTS = tuple(field.name for field in fields(Architecture) if field.name != "name")

Networks = Mapping[str, NetworkSpec]
Offers = Callable[[str, type[NetworkSpec]], Iterable[tuple[str, NetworkSpec]]]


def collect(offers: Offers, report: Callable[[str, str], None] | None = None) -> Networks:
    """Our networks and those of other plugins, by name. `offers` is `Build.offers` or `PluginManager.offers`.

    One that is faulty or whose name is taken is left out; `report` is told by whom and why.
    """
    held = dict(ARCHITECTURES)
    for plugin, spec in offers(HOOK, NetworkSpec):
        fault = fault_of(spec) or ("its name is taken" if spec.name in held else "")
        if not fault:
            held[spec.name] = spec
        elif report is not None:
            report(plugin, f"offers network {spec.name!r}, which is left out: {fault}")
    return held


def resolve(config: NetworkConfig, networks: Networks = ARCHITECTURES) -> Architecture:
    """The numbers of the network that `config` names, with the parts it overrides and its width.

    Raises ArchitectureError naming the setting at fault.
    """
    default = _named(config.name, networks).default
    parts: dict[str, Any] = {}
    for part in _PARTS:
        if (given := getattr(config, part)) is not None:
            parts[part] = given if isinstance(given, int) else tuple(given)
    architecture = replace(default, **parts, name=config.name)
    _check(architecture, default)
    return _widened(architecture, config.width)


def encoder_size(
    architecture: Architecture, observation_shape: tuple[int, int, int], networks: Networks = ARCHITECTURES
) -> Size | None:
    """The size of an encoder for observations (C, H, W), or None when its plugin does not say before it is built.

    Raises ArchitectureError when it does not fit them.
    """
    reference = networks[architecture.name].size
    size: Size | None = imported(reference)(architecture, observation_shape) if reference else None
    return size


def trunk_size(
    architecture: Architecture, observation_shape: tuple[int, int, int], networks: Networks = ARCHITECTURES
) -> Size | None:
    """The same with the hidden layers."""
    encoder = encoder_size(architecture, observation_shape, networks)
    if encoder is None:
        return None
    parameters, units = encoder.parameters, encoder.features
    for hidden in architecture.hidden:
        parameters += hidden * (units + 1)
        units = hidden
    return Size(parameters=parameters, features=units)


def parameter_count(
    architecture: Architecture, observation_shape: tuple[int, int, int], actions: int, networks: Networks = ARCHITECTURES
) -> int | None:
    """How many numbers an actor-critic learns for observations (C, H, W) and that many actions; None as above."""
    trunk = trunk_size(architecture, observation_shape, networks)
    return None if trunk is None else trunk.parameters + (actions + 1) * (trunk.features + 1)


def _named(name: str, networks: Networks) -> NetworkSpec:
    if name in networks:
        return networks[name]
    close = nearest(name, networks)
    meant = f"did you mean {' or '.join(close)}? " if close else ""
    raise ArchitectureError("network.name", f"no such network; {meant}there are {', '.join(sorted(networks))}")


def _parts_of(architecture: Architecture) -> list[str]:
    """The parts it has."""
    return [part for part in _PARTS if getattr(architecture, part)]


def _check(architecture: Architecture, default: Architecture) -> None:
    own = _parts_of(default)
    for part in set(_parts_of(architecture)) - set(own):
        raise ArchitectureError(f"network.{part}", f"{architecture.name} has none of these; it has {', '.join(own)}")
    for part in own:
        _check_part(part, getattr(architecture, part), len(architecture.channels))


def _check_part(part: str, value: tuple[int, ...] | int, layers: int) -> None:
    key = f"network.{part}"
    if not all(entry >= 1 for entry in (value if isinstance(value, tuple) else (value,))):
        raise ArchitectureError(key, "every entry must be at least 1")
    if not value and part in ("channels", "hidden"):
        what = "convolution" if part == "channels" else "fully connected layer"
        raise ArchitectureError(key, f"at least one {what} is needed")
    if part in ("kernels", "strides") and isinstance(value, tuple) and len(value) != layers:
        raise ArchitectureError(key, f"{len(value)} entries for {layers} convolutions: give one for each")


def _widened(architecture: Architecture, width: float) -> Architecture:
    def wider(units: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(max(1, round(count * width)) for count in units)

    return replace(architecture, channels=wider(architecture.channels), hidden=wider(architecture.hidden))
