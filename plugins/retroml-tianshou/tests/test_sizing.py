"""Sizes told without torch are those of what is then made."""

import dataclasses
import subprocess
import sys

import pytest
from retroml_tianshou import retroml_algorithms
from retroml_tianshou.architectures import ARCHITECTURES, ArchitectureError
from retroml_tianshou.networks import build_network
from retroml_tianshou.sizing import learned, sizes
from torch import Generator

from retroml_core.algorithm import Build
from retroml_core.plugins.registry import resolve
from retroml_core.schema import Budget, ExperimentConfig, NetworkConfig
from retroml_core.seeding import Seeds
from retroml_core.testing import TinyConfig, TinyEnvironment

SPECS = {spec.name: spec for spec in retroml_algorithms()}
TINY = NetworkConfig(name="small", channels=[4], kernels=[4], strides=[2], hidden=[16, 8])
INFO = TinyEnvironment(TinyConfig(), 1, 0).info
REPLAY = {"environments": 2, "replay_size": 60, "learning_starts": 8, "batch_size": 4}


def config_of(name, network=TINY, **settings):
    return ExperimentConfig(algorithm=SPECS[name].config(**settings), network=network, environment=TinyConfig())


def built(config):
    """The numbers that the algorithm learns, and those of them that it has a second time, as torch counts them."""
    spec = SPECS[config.algorithm.name]
    build = Build(
        env=INFO,
        config=config.algorithm,
        network=config.network,
        seeds=Seeds(1),
        threads=1,
        make_environment=lambda count: TinyEnvironment(TinyConfig(), count, 1),
    )
    modules = resolve(spec.factory)(build).modules()
    own = {id(one): one for name, module in modules.items() if not name.startswith("target") for one in module.parameters()}
    copies = {id(one): one for name, module in modules.items() if name.startswith("target") for one in module.parameters()}
    return sum(one.numel() for one in own.values() if one.requires_grad), sum(one.numel() for one in copies.values())


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("ppo", {}),
        ("a2c", {}),
        ("dqn", REPLAY),
        ("dqn", REPLAY | {"dueling": True}),
        ("c51", REPLAY | {"atoms": 11}),
        ("c51", REPLAY | {"atoms": 11, "dueling": True}),
        ("rainbow", REPLAY | {"atoms": 11}),
        ("rainbow", REPLAY | {"atoms": 11, "noisy": False, "dueling": False}),
        ("rainbow", REPLAY | {"atoms": 11, "dueling": False}),
        ("qrdqn", REPLAY | {"quantiles": 10}),
        ("qrdqn", REPLAY | {"quantiles": 10, "dueling": True}),
        ("iqn", REPLAY | {"cosines": 8}),
        ("fqf", REPLAY | {"cosines": 8, "fractions": 6}),
        ("sac", REPLAY),
        ("sac", REPLAY | {"temperature": 0.1}),
    ],
)
def test_what_an_algorithm_learns_is_counted(name, settings):
    config = config_of(name, **settings)
    told = learned(config, INFO, ARCHITECTURES, config.network.name)
    assert (told.parameters, told.copied) == built(config)


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_every_network_is_counted_as_it_is_made(name):
    info = dataclasses.replace(INFO, observation_shape=(4, 84, 84), actions=("a", "b", "c", "d"))
    config = config_of("ppo", NetworkConfig(name=name, width=0.5))
    network = build_network(config.network, (4, 84, 84), 4, Generator().manual_seed(1))
    assert learned(config, info, ARCHITECTURES, name).parameters == network.parameter_count


def test_a_network_that_does_not_fit_says_which_setting_is_at_fault():
    with pytest.raises(ArchitectureError) as fault:
        learned(config_of("ppo", NetworkConfig(name="nature", heads=2)), INFO, ARCHITECTURES, "nature")
    assert fault.value.key == "network.heads"


class Offers:
    """An app without further plugins."""

    plugins = None

    def __init__(self):
        self.plugins = self

    def offers(self, hook, kind):
        return []


def test_all_networks_are_offered_and_those_that_cannot_be_made_say_so():
    found = sizes(Offers(), config_of("ppo", NetworkConfig(name="nature")), INFO)
    assert [network.name for network in found.networks] == ["nature", "small", "impala", "attention", "mlp"]
    nature = found.network("nature")
    assert (nature.parameters, "kernel" in nature.problem) == (None, True)
    assert found.network("impala").parameters > 0


def test_memory_holds_gradients_moments_and_copies():
    on_policy, off_policy = (sizes(Offers(), config_of(name), INFO).network("small") for name in ("a2c", "dqn"))
    assert on_policy.memory_bytes == on_policy.parameters * 4 * 3  # RMSprop keeps one moment
    assert off_policy.memory_bytes == off_policy.parameters * 4 * 5


def test_the_replay_is_told_where_it_is_kept():
    config = config_of("dqn", replay_size=1000)
    config.budget = Budget(hours=1)
    assert sizes(Offers(), config, INFO).replay_memory_bytes > 0
    config.algorithm.replay_storage = "mapped"
    told = sizes(Offers(), config, INFO)
    assert (told.replay_memory_bytes, told.replay_disk_bytes > 0) == (0, True)


def test_telling_sizes_imports_no_torch():
    code = "import sys, retroml_tianshou.sizing; print({'torch', 'tianshou'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
