"""How many numbers each algorithm learns and what they take, in closed form and without torch; see `retroml_core.sizing`.

A network is an encoder, hidden layers and a head. Hidden layers may belong to the trunk or to streams of the head, which
changes nothing in their count unless there are two streams or noisy layers, whose weights have a deviation each.

F features of the encoder, A actions, K numbers an action.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from retroml_core.sizing import NetworkSize, Sizes
from retroml_tianshou.architectures import ArchitectureError, Networks, collect, encoder_size, resolve
from retroml_tianshou.checks_replay import replay_bytes
from retroml_tianshou.off_policy_config import OffPolicyConfig

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.environment import EnvInfo
    from retroml_core.schema import ExperimentConfig

__all__ = ["Learned", "learned", "sizes"]

NUMBER_BYTES = 4


@dataclass(frozen=True, kw_only=True)
class Learned:
    """How many numbers an algorithm learns, `copied` of which it keeps a second time (a target network)."""

    parameters: int
    copied: int = 0

    def memory_bytes(self, moments: int) -> int:
        """What they take with their gradients and so many `moments` of the optimizer."""
        return NUMBER_BYTES * (self.parameters * (2 + moments) + self.copied)


def sizes(app: App, config: ExperimentConfig, info: EnvInfo) -> Sizes:
    """Every network there is with these settings, and the replay."""
    networks = collect(app.plugins.offers)
    replay = replay_bytes(config) if isinstance(config.algorithm, OffPolicyConfig) else 0
    on_disk = getattr(config.algorithm, "replay_storage", "") == "mapped"
    return Sizes(
        networks=tuple(_network(name, config, info, networks) for name in networks),
        replay_memory_bytes=0 if on_disk else replay,
        replay_disk_bytes=replay if on_disk else 0,
    )


def learned(config: ExperimentConfig, info: EnvInfo, networks: Networks, name: str) -> Learned | None:
    """What the algorithm of `config` learns with the network `name`; None when its plugin does not say before it is made.

    Raises ArchitectureError when it cannot be made.
    """
    architecture = resolve(replace(config.network, name=name), networks)
    encoder = encoder_size(architecture, info.observation_shape, networks)
    if encoder is None:
        return None
    count = _COUNTS[config.algorithm.name]
    return count(config.algorithm, encoder.parameters, (encoder.features, *architecture.hidden), info.action_count)


def _network(name: str, config: ExperimentConfig, info: EnvInfo, networks: Networks) -> NetworkSize:
    sized = partial(NetworkSize, name=name, title=networks[name].title, summary=networks[name].summary)
    try:
        found = learned(config, info, networks, name)
    except ArchitectureError as error:
        return sized(problem=f"{error.key}: {error}")
    if found is None:
        return sized()
    moments = 1 if getattr(config.algorithm, "optimizer", "adam") == "rmsprop" else 2
    return sized(parameters=found.parameters, memory_bytes=found.memory_bytes(moments))


def _layers(units: tuple[int, ...]) -> int:
    """The weights and biases of fully connected layers from the first number of units to the last."""
    return sum((incoming + 1) * outgoing for incoming, outgoing in pairwise(units))


def _actor_critic(_config: Any, encoder: int, units: tuple[int, ...], actions: int) -> Learned:
    return Learned(parameters=encoder + _layers((*units, actions + 1)))


def _with_target(parameters: int) -> Learned:
    return Learned(parameters=parameters, copied=parameters)


def _q_values(config: Any, encoder: int, units: tuple[int, ...], actions: int) -> Learned:
    return _with_target(encoder + _streams(units, actions, 1, dueling=config.dueling))


def _atoms(config: Any, encoder: int, units: tuple[int, ...], actions: int) -> Learned:
    noisy = getattr(config, "noisy", False)
    return _with_target(encoder + _streams(units, actions, config.atoms, dueling=config.dueling) * (2 if noisy else 1))


def _quantiles(config: Any, encoder: int, units: tuple[int, ...], actions: int) -> Learned:
    return _with_target(encoder + _streams(units, actions, config.quantiles, dueling=config.dueling))


def _streams(units: tuple[int, ...], actions: int, numbers: int, *, dueling: bool) -> int:
    state = _layers((*units, numbers)) if dueling else 0
    return state + _layers((*units, actions * numbers))


def _implicit(config: Any, encoder: int, units: tuple[int, ...], actions: int) -> Learned:
    return _with_target(encoder + _layers((config.cosines, units[0])) + _layers((*units, actions)))


def _proposed(config: Any, encoder: int, units: tuple[int, ...], actions: int) -> Learned:
    return _with_target(_implicit(config, encoder, units, actions).parameters + _layers((units[0], config.fractions)))


def _soft(config: Any, encoder: int, units: tuple[int, ...], actions: int) -> Learned:
    each = encoder + _layers((*units, actions))
    return Learned(parameters=3 * each + (config.temperature is None), copied=2 * each)


_COUNTS: Mapping[str, Callable[[Any, int, tuple[int, ...], int], Learned]] = MappingProxyType(
    {
        "ppo": _actor_critic,
        "a2c": _actor_critic,
        "dqn": _q_values,
        "c51": _atoms,
        "rainbow": _atoms,
        "qrdqn": _quantiles,
        "iqn": _implicit,
        "fqf": _proposed,
        "sac": _soft,
    }
)
