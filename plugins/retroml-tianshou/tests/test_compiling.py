"""Compiled networks: which batches are, that nothing else changes, and what happens where torch cannot."""

import copy
import functools
import logging
from dataclasses import replace

import pytest
import torch
from retroml_tianshou.compiling import Trunk, by_torch, compile_trunks
from retroml_tianshou.compute import Compute
from retroml_tianshou.ppo import build

from retroml_core.testing import FakeControl
from retroml_core.training.building import no_environment

SHAPE = (2, 12, 12)
COMPUTE = Compute(device=torch.device("cpu"), precision=torch.float32, threads=1, compiling=True)


class Compiler:
    """Compiles nothing, and notes the size of each batch passed through what it made, and whether gradients were kept."""

    def __init__(self):
        self.passed = []

    def __call__(self, function, **settings):
        self.settings = settings

        def compiled(trunk, obs):
            self.passed.append((len(obs), torch.is_grad_enabled()))
            return function(trunk, obs)

        return compiled


def broken(function, **settings):
    def compiled(trunk, obs):
        raise RuntimeError("\nno C++ compiler was found\nsecond line")

    return compiled


def obs(size):
    pictures = torch.randint(0, 256, (size, 12, 12, 2), dtype=torch.uint8, generator=torch.Generator().manual_seed(size))
    return pictures.permute(0, 3, 1, 2)


def compiled(network, compiler, **settings):
    return compile_trunks([network], COMPUTE, SHAPE, **{"learning": [6], "acting": [4, 2], **settings}, compiler=compiler)


def test_batches_of_the_sizes_asked_for_are_compiled_and_no_others(make_network):
    network, compiler = make_network(), Compiler()
    assert compiled(network, compiler)
    compiler.passed.clear()
    for size in (6, 5, 4, 2, 1):
        network(obs(size))
    assert [size for size, _ in compiler.passed] == [6, 4, 2]
    assert compiler.settings == {"dynamic": False}


def test_a_trial_is_made_with_gradients_for_learning_and_without_for_acting(make_network):
    compiler = Compiler()
    compiled(make_network(), compiler)
    assert set(compiler.passed) == {(6, True), (4, False), (2, False)}


def test_a_trial_leaves_no_gradients_and_no_other_names(make_network):
    network, plain = make_network(), make_network()
    compiled(network, Compiler())
    assert all(parameter.grad is None for parameter in network.parameters())
    assert network.state_dict().keys() == plain.state_dict().keys()


def test_a_copy_of_a_network_is_compiled_too(make_network):
    network, compiler = make_network(), Compiler()
    compiled(network, compiler)
    twin = copy.deepcopy(network)
    compiler.passed.clear()
    assert torch.equal(twin(obs(6))[0], network(obs(6))[0])
    assert compiler.passed == [(6, True)] * 2


def test_nothing_is_compiled_unless_asked_for(make_network):
    network, compiler = make_network(), Compiler()
    off = Compute(device=COMPUTE.device, precision=COMPUTE.precision, threads=1)
    assert not compile_trunks([network], off, SHAPE, learning=[6], acting=[2], compiler=compiler)
    assert network.trunk.compiled is None


def test_what_cannot_be_compiled_is_said_in_one_line_and_stays_as_it_is(make_network, caplog):
    network = make_network()
    assert not compiled(network, broken)
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert "(no C++ compiler was found); training goes on without" in record.message
    assert torch.equal(network(obs(6))[0], make_network()(obs(6))[0])


def test_other_failures_than_those_of_the_compiler_are_no_reason_to_go_on(make_network, monkeypatch):
    network, compiler = make_network(), Compiler()
    compiled(network, compiler)
    network.trunk[0] = FailingLayer()
    with pytest.raises(RuntimeError, match="out of memory"):
        network(obs(6))


class FailingLayer(torch.nn.Module):
    def forward(self, pixels):
        raise RuntimeError("out of memory")


def test_a_later_failure_of_the_compiler_is_said_once_and_training_goes_on(make_network, caplog):
    from torch._dynamo.exc import TorchDynamoException

    network, failing = make_network(), []

    def compiler(function, **settings):
        def compiled(trunk, obs):
            if failing:
                raise TorchDynamoException("no room for another graph")
            return function(trunk, obs)

        return compiled

    assert compiled(network, compiler)
    failing.append(True)
    assert torch.equal(network(obs(6))[0], make_network()(obs(6))[0])
    network(obs(6))
    (record,) = caplog.records
    assert "no room for another graph" in record.message


def test_graphs_are_recorded_on_a_gpu_only(make_network):
    compiler = Compiler()
    compiled(make_network(), compiler, graphs=True)
    assert "mode" not in compiler.settings


def test_compiled_code_gives_the_numbers_of_the_network(make_network):
    """Traced by torch, with its own operations behind: the same up to 1e-6. Code of a C++ compiler takes minutes, not here."""
    network, plain = make_network(), make_network()
    assert compiled(network, functools.partial(by_torch, backend="eager"), learning=[6], acting=[])
    for one in (network, plain):
        logits_BA, values_B = one(obs(6))
        (logits_BA.square().sum() + values_B.sum()).backward()
    for ours, theirs in zip(network.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(ours.grad, theirs.grad, rtol=1e-6, atol=1e-6)


@pytest.mark.parametrize("overlap", [False, True])
def test_ppo_plays_and_learns_through_compiled_code_to_the_same_policy(make, monkeypatch, overlap):
    compiler = Compiler()
    monkeypatch.setattr(torch, "compile", compiler)
    trained = {}
    for setting in ("on", "off"):
        ppo = make(overlap=overlap, compile=setting)
        compiler.passed.clear()
        for _ in range(2):
            ppo.advance(FakeControl())
        trained[setting] = ppo.fingerprint(), set(compiler.passed)
        ppo.close()
    assert trained["on"][0] == trained["off"][0]
    assert trained["on"][1] == {(4, False), (16, True)}
    assert trained["off"][1] == set()
    assert isinstance(ppo.network.trunk, Trunk)


def test_a_player_compiles_nothing(make_build, monkeypatch):
    monkeypatch.setattr(torch, "compile", Compiler())
    player = build(replace(make_build(compile="on"), make_environment=no_environment))
    assert player.network.trunk.compiled is None
