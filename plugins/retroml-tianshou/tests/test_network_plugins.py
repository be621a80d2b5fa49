"""Networks that other plugins add: how they are found, built, and refused."""

import re
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest
import retroml_tianshou
import torch
from retroml_tianshou.architectures import ARCHITECTURES, HOOK, collect, parameter_count, resolve
from retroml_tianshou.network_specs import Architecture, NetworkSpec
from retroml_tianshou.networks import PixelConvolution, build_trunk, own_draws
from torch import nn

from retroml_core import hookimpl
from retroml_core.algorithm import TrainingFault
from retroml_core.plugins.manager import PluginManager
from retroml_core.plugins.registry import resolve as resolve_factory
from retroml_core.schema import NetworkConfig
from retroml_core.testing import FakeControl

SHAPE = (2, 12, 12)
REPLAYING = {"environments": 2, "report_steps": 16, "learning_starts": 8, "batch_size": 4, "replay_size": 60}


@pytest.fixture(autouse=True)
def fakes(monkeypatch):
    """This module under a name that a spec can have."""
    monkeypatch.setitem(sys.modules, "network_fakes", sys.modules[__name__])


def spec(name: str = "mine", factory: str = "pooled", **parts) -> NetworkSpec:
    return NetworkSpec(
        name=name, title="Mine", summary="A test.", factory=f"network_fakes:{factory}", **{"default": PARTS} | parts
    )


PARTS = Architecture(channels=(6,), hidden=(5,))


def pooled(architecture: Architecture, observation_shape: tuple[int, int, int]) -> nn.Module:
    convolution = PixelConvolution(observation_shape[0], architecture.channels[0], 4, 2)
    return nn.Sequential(convolution, nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten())


def unflattened(architecture: Architecture, observation_shape: tuple[int, int, int]) -> nn.Module:
    return pooled(architecture, observation_shape)[:-1]


def forgetful(architecture: Architecture, observation_shape: tuple[int, int, int]) -> nn.Module:
    return nn.Sequential(nn.Flatten(0), nn.Unflatten(0, (1, -1)))


def whole(architecture: Architecture, observation_shape: tuple[int, int, int]) -> nn.Module:
    return nn.Flatten()


def failing(architecture: Architecture, observation_shape: tuple[int, int, int]) -> nn.Module:
    raise KeyError("weights.bin")


class Biased(nn.Module):
    """Weights of its own making, drawn as torch's layers draw theirs."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.scales = nn.Parameter(torch.randn(count))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features * self.scales


def drawing(architecture: Architecture, observation_shape: tuple[int, int, int]) -> nn.Module:
    return nn.Sequential(*pooled(architecture, observation_shape), Biased(architecture.channels[0]))


def dropping(architecture: Architecture, observation_shape: tuple[int, int, int]) -> nn.Module:
    return nn.Sequential(*pooled(architecture, observation_shape), nn.Dropout(0.5))


def normalising(architecture: Architecture, observation_shape: tuple[int, int, int]) -> nn.Module:
    return nn.Sequential(*pooled(architecture, observation_shape), nn.BatchNorm1d(architecture.channels[0]))


def plugins_offering(*specs: object) -> PluginManager:
    manager = PluginManager(discover=False)
    manager.register(retroml_tianshou, "tianshou")
    manager.register(SimpleNamespace(**{HOOK: hookimpl(optionalhook=True)(lambda: specs)}), "other")
    return manager


def build(*specs: NetworkSpec, **config):
    networks = collect(plugins_offering(*specs).offers)
    return build_trunk(NetworkConfig(**{"name": "mine"} | config), SHAPE, torch.Generator().manual_seed(1), networks)


def test_a_network_of_a_plugin_joins_ours():
    networks = collect(plugins_offering(spec()).offers)
    assert set(networks) == {*ARCHITECTURES, "mine"}


def test_without_plugins_there_are_ours():
    assert collect(lambda hook, kind: ()) == dict(ARCHITECTURES)


def test_it_is_built_with_its_hidden_layers_and_overrides():
    trunk, features = build(spec(), channels=[3], hidden=[7])
    assert features == 7
    assert trunk(torch.zeros(4, *SHAPE, dtype=torch.uint8)).shape == (4, 7)
    assert [len(parameter) for parameter in trunk.parameters()] == [3, 3, 7, 7]


def test_its_weights_come_from_the_seed_of_the_run():
    (one, _), (two, _) = build(spec()), build(spec())
    assert torch.equal(one[0].weight, two[0].weight)
    rows = one[0].weight.flatten(1)
    torch.testing.assert_close(rows @ rows.T, 2 * torch.eye(6), rtol=1e-4, atol=1e-4)


def scales(seed: int) -> torch.Tensor:
    networks = {"mine": spec(factory="drawing")}
    trunk, _ = build_trunk(NetworkConfig(name="mine"), SHAPE, torch.Generator().manual_seed(seed), networks)
    return trunk[4].scales.detach()


def test_what_it_draws_itself_follows_from_the_seed_of_the_run():
    first = scales(1)
    torch.rand(3)
    assert torch.equal(scales(1), first)
    assert not torch.equal(scales(2), first)


def test_what_it_draws_itself_is_not_what_the_other_layers_draw():
    assert not torch.equal(scales(1), torch.randn(6, generator=torch.Generator().manual_seed(1)))


def test_what_is_drawn_while_it_is_built_leaves_both_generators_alone():
    generator = torch.Generator().manual_seed(1)
    before, own = torch.get_rng_state(), generator.get_state()
    with own_draws(generator):
        torch.rand(3)
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(generator.get_state(), own)


@pytest.mark.parametrize("algorithm", ["ppo", "dqn", "fqf"])
def test_a_run_with_it_repeats(make_build, algorithm):
    (offered,) = (one for one in retroml_tianshou.retroml_algorithms() if one.name == algorithm)
    small = {"ppo": {"environments": 2, "rollout_steps": 8, "minibatches": 2}}.get(algorithm, REPLAYING)
    parts = {"network": NetworkConfig(name="mine"), "config": offered.config(**small)}

    def trained() -> str:
        build = replace(make_build(), offers=plugins_offering(spec(factory="drawing")).offers, **parts)
        trainable = resolve_factory(offered.factory)(build)
        trainable.advance(FakeControl())
        trainable.close()
        return trainable.fingerprint()

    assert trained() == trained()


def test_its_size_is_unknown_until_it_is_built_or_told():
    networks = collect(plugins_offering(spec()).offers)
    assert parameter_count(resolve(NetworkConfig(name="mine"), networks), SHAPE, 3, networks) is None


@pytest.mark.parametrize(
    ("factory", "given"),
    [
        ("unflattened", r"not torch.float32 of shape \(2, 6, 1, 1\)"),
        ("forgetful", r"not torch.uint8 of shape \(1, 576\)"),
        ("whole", r"not torch.uint8 of shape \(2, 288\)"),
        ("failing", "failing failed: KeyError: 'weights.bin'"),
        ("nowhere", "nowhere failed: AttributeError"),
        ("dropping", r"draws at random whenever it is asked \(dropout\?\), so what is trained with it could not be repeated"),
        ("normalising", r"changes whenever it is asked \(batch normalisation\?\)"),
    ],
)
def test_what_does_not_fit_is_named_with_what_was_expected(factory, given):
    with pytest.raises(TrainingFault, match=given) as fault:
        build(spec(factory=factory))
    assert "network 'mine' cannot be used for observations of shape (2, 12, 12)" in str(fault.value)
    assert "docs/plugins/networks.md" in fault.value.hint


@pytest.mark.parametrize(
    ("offer", "why"),
    [
        (spec("nature"), "'nature', which is left out: its name is taken"),
        (spec("Big Net"), "lower-case letters"),
        (NetworkSpec(name="mine", title="Mine", summary="", factory="nonsense", default=PARTS), "module:attribute"),
        ("a network", "which is not a NetworkSpec"),
    ],
)
def test_a_faulty_offer_is_reported_and_left_out(offer, why):
    plugins = plugins_offering(offer)
    assert set(collect(plugins.offers, plugins.report)) == set(ARCHITECTURES)
    assert why in str(plugins.failures[-1])


def test_the_network_of_the_docs_works_as_written(monkeypatch):
    page = (Path(__file__).parents[3] / "docs" / "plugins" / "networks.md").read_text(encoding="utf-8")
    offer, build = re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)[:2]
    package, module = ModuleType("retroml_mine"), ModuleType("retroml_mine.strided")
    exec(offer, package.__dict__)
    exec(build, module.__dict__)
    monkeypatch.setitem(sys.modules, "retroml_mine", package)
    monkeypatch.setitem(sys.modules, "retroml_mine.strided", module)
    (offered,) = package.retroml_tianshou_networks()
    trunk, features = build_trunk(NetworkConfig(name="strided"), SHAPE, torch.Generator(), {"strided": offered})
    assert trunk(torch.zeros((3, *SHAPE), dtype=torch.uint8)).shape == (3, features)
