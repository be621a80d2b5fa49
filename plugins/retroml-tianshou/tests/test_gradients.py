"""Gradients in parts: the same gradient as in one piece, each time, and no thread is left behind."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from retroml_tianshou.gradients import Gradients
from retroml_tianshou.ppo import JointPPO
from retroml_tianshou.ppo_config import PPOConfig


@pytest.fixture
def make_gradients() -> Iterator:
    made: list[Gradients] = []

    def make(network, parts: int) -> Gradients:
        made.append(Gradients(network, parts=parts, threads=1))
        return made[-1]

    yield make
    for gradients in made:
        gradients.close()


def gradient_of(network) -> torch.Tensor:
    return torch.cat([parameter.grad.flatten() for parameter in network.parameters()])


@pytest.mark.parametrize("parts", [2, 3, 5])
@pytest.mark.parametrize("count", [30, 31])
def test_parts_add_up_to_the_whole(make_network, make_samples, make_gradients, parts, count):
    network = make_network()
    ppo = JointPPO(PPOConfig(), network, 3)
    batch = ppo.normalized(make_samples(network, count, shift=0.3))
    whole = make_gradients(network, 1).backward(ppo.terms, batch)
    expected = gradient_of(network)
    network.zero_grad()
    added = make_gradients(network, parts).backward(ppo.terms, batch)
    torch.testing.assert_close(gradient_of(network), expected, rtol=1e-4, atol=1e-6)
    for name, value in whole.items():
        torch.testing.assert_close(added[name], value, rtol=1e-4, atol=1e-6)


def test_parts_give_the_same_bits_each_time(make_network, make_samples, make_gradients):
    def once() -> torch.Tensor:
        network = make_network()
        ppo = JointPPO(PPOConfig(), network, 3, make_gradients(network, 3))
        samples = make_samples(network, 48, shift=0.2)
        ppo.learn(samples, epochs=2, minibatches=2, order=np.random.default_rng(0))
        return torch.cat([parameter.detach().flatten() for parameter in network.parameters()])

    assert torch.equal(once(), once())


def test_every_part_sees_the_parameters_of_the_last_step(make_network, make_samples, make_gradients):
    network = make_network()
    gradients = make_gradients(network, 2)
    ppo = JointPPO(PPOConfig(), network, 3)
    batch = ppo.normalized(make_samples(network, 16))
    gradients.backward(ppo.terms, batch)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.mul_(1.5)
    network.zero_grad()
    after = gradients.backward(ppo.terms, batch)
    torch.testing.assert_close(after["loss/total"], ppo.terms(network, batch)["loss/total"].detach())


def test_fewer_samples_than_parts_are_enough(make_network, make_samples, make_gradients):
    network = make_network()
    ppo = JointPPO(PPOConfig(normalize_advantage=False), network, 3)
    batch = make_samples(network, 2)
    losses = make_gradients(network, 4).backward(ppo.terms, batch)
    torch.testing.assert_close(losses["loss/total"], ppo.losses(batch)["loss/total"].detach())


@pytest.mark.parametrize("broken", [0, 1])
def test_what_a_part_raises_is_raised_when_all_have_ended(make_network, make_samples, make_gradients, broken):
    network = make_network()
    ppo = JointPPO(PPOConfig(), network, 3)
    batch = make_samples(network, 16)
    first = batch.chunk(2)[broken].returns[0]
    ended: list[bool] = []

    def terms(network, piece):
        if piece.returns[0] == first:
            raise ValueError("no room")
        ended.append(True)
        return ppo.terms(network, piece)

    with pytest.raises(ValueError, match="no room"):
        make_gradients(network, 2).backward(terms, batch)
    assert ended == [True]


def test_it_can_be_closed_twice(make_network):
    gradients = Gradients(make_network(), parts=2, threads=1)
    gradients.close()
    gradients.close()
