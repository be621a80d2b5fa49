"""Learning algorithms for Retro ML, on Tianshou (https://github.com/thu-ml/tianshou)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

from retroml_core import AlgorithmSpec, CommandSpec, Problem, hookimpl
from retroml_tianshou import reported
from retroml_tianshou.a2c_config import A2CConfig
from retroml_tianshou.c51_config import C51Config
from retroml_tianshou.dqn_config import DQNConfig
from retroml_tianshou.fqf_config import FQFConfig
from retroml_tianshou.iqn_config import IQNConfig
from retroml_tianshou.ppo_config import PPOConfig
from retroml_tianshou.qrdqn_config import QRDQNConfig
from retroml_tianshou.rainbow_config import RainbowConfig
from retroml_tianshou.sac_config import SACConfig

if TYPE_CHECKING:
    from pluggy import PluginManager

    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig


_SIZES = "retroml_tianshou.sizing:sizes"
_REPLAYING = frozenset({"learns", "deterministic", "probabilities", "values", "replay"})


@hookimpl
def retroml_add_hooks(manager: PluginManager) -> None:
    """The hook by which other plugins add networks."""
    from retroml_tianshou import network_hooks

    manager.add_hookspecs(network_hooks)


@hookimpl
def retroml_startup() -> None:
    """Let idle threads of torch sleep instead of spin: they would take the cores from the emulators. Before torch loads."""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


@hookimpl
def retroml_config_package() -> str:
    """The YAML files of this plugin: algorithm presets, networks, experiments."""
    return "retroml_tianshou.conf"


@hookimpl
def retroml_algorithms() -> Iterable[AlgorithmSpec]:
    """The algorithms of this plugin."""
    return [
        AlgorithmSpec(
            name="ppo",
            title="PPO",
            summary="Proximal Policy Optimization: learns from fresh games in small, safe steps. The usual first choice.",
            config=PPOConfig,
            factory="retroml_tianshou.ppo:build",
            reports=reported.PPO,
            sizes=_SIZES,
            family="on-policy",
            traits=frozenset({"learns", "deterministic", "probabilities", "values"}),
            paper="https://arxiv.org/abs/1707.06347",
        ),
        AlgorithmSpec(
            name="a2c",
            title="A2C",
            summary="Advantage actor-critic: one small step after every few moves. The simplest of its kind, quick to read.",
            config=A2CConfig,
            factory="retroml_tianshou.a2c:build",
            reports=reported.A2C,
            sizes=_SIZES,
            family="on-policy",
            traits=frozenset({"learns", "deterministic", "probabilities", "values"}),
            paper="https://arxiv.org/abs/1602.01783",
        ),
        AlgorithmSpec(
            name="dqn",
            title="DQN",
            summary="Deep Q-learning: remembers what it played and learns what each action is worth. Double and dueling too.",
            config=DQNConfig,
            factory="retroml_tianshou.dqn:build",
            reports=reported.DQN,
            sizes=_SIZES,
            family="off-policy",
            traits=_REPLAYING,
            paper="https://doi.org/10.1038/nature14236",
        ),
        AlgorithmSpec(
            name="c51",
            title="C51",
            summary="DQN that learns how likely each return is, not only its mean: steadier, and better on most games.",
            config=C51Config,
            factory="retroml_tianshou.c51:build",
            reports=reported.C51,
            sizes=_SIZES,
            family="off-policy",
            traits=_REPLAYING,
            paper="https://arxiv.org/abs/1707.06887",
        ),
        AlgorithmSpec(
            name="rainbow",
            title="Rainbow",
            summary="Six improvements of DQN in one: learns the most from each step, and takes the most time for it.",
            config=RainbowConfig,
            factory="retroml_tianshou.rainbow:build",
            reports=reported.RAINBOW,
            sizes=_SIZES,
            family="off-policy",
            traits=_REPLAYING,
            paper="https://arxiv.org/abs/1710.02298",
        ),
        AlgorithmSpec(
            name="qrdqn",
            title="QR-DQN",
            summary="DQN that learns 200 quantiles of the return: no range of returns has to be known.",
            config=QRDQNConfig,
            factory="retroml_tianshou.qrdqn:build",
            reports=reported.QUANTILES,
            sizes=_SIZES,
            family="off-policy",
            traits=_REPLAYING,
            paper="https://arxiv.org/abs/1710.10044",
        ),
        AlgorithmSpec(
            name="iqn",
            title="IQN",
            summary="DQN that can name any quantile of the return: strong on most games without parts of Rainbow.",
            config=IQNConfig,
            factory="retroml_tianshou.iqn:build",
            reports=reported.QUANTILES,
            sizes=_SIZES,
            family="off-policy",
            traits=_REPLAYING,
            paper="https://arxiv.org/abs/1806.06923",
        ),
        AlgorithmSpec(
            name="fqf",
            title="FQF",
            summary="IQN that also learns which quantiles to look at: the most exact, and the slowest.",
            config=FQFConfig,
            factory="retroml_tianshou.fqf:build",
            reports=reported.FQF,
            sizes=_SIZES,
            family="off-policy",
            traits=_REPLAYING,
            paper="https://arxiv.org/abs/1911.02140",
        ),
        AlgorithmSpec(
            name="sac",
            title="Discrete SAC",
            summary="Soft actor-critic: is paid for points and for keeping its choices open, and learns from a replay.",
            config=SACConfig,
            factory="retroml_tianshou.sac:build",
            reports=reported.SAC,
            sizes=_SIZES,
            family="off-policy",
            traits=_REPLAYING - {"values"},
            paper="https://arxiv.org/abs/1910.07207",
        ),
    ]


@hookimpl
def retroml_commands() -> Iterable[CommandSpec]:
    """The commands that list networks and find the fastest settings."""
    return [
        CommandSpec(
            name="networks",
            title="Networks",
            summary="List the networks and their sizes.",
            factory="retroml_tianshou.networks_command:main",
        ),
        CommandSpec(
            name="measure",
            title="Measure",
            summary="Measure which settings train a game fastest on this machine, and remember them.",
            factory="retroml_tianshou.measuring.command:main",
        ),
    ]


@hookimpl
def retroml_check_config(app: App, config: ExperimentConfig) -> Iterable[Problem]:
    """What is wrong with the settings of this plugin's algorithms beyond their ranges."""
    from retroml_tianshou.architectures import collect
    from retroml_tianshou.checks import check

    return check(config, collect(app.plugins.offers, app.plugins.report))
