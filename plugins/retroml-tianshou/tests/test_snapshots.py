"""Tensors, generators and optimizers as plain trees and back."""

import numpy as np
import pytest
import torch
from retroml_tianshou.snapshots import (
    array,
    generator_state,
    load_generator,
    load_optimizer,
    load_parameters,
    optimizer_state,
    parameters,
)

from retroml_core.tree import load_tree, save_tree


def through_a_file(tree, folder):
    save_tree(tree, folder / "state")
    return load_tree(folder / "state")


def test_values_are_in_logical_order_whatever_the_layout():
    plain = torch.arange(2 * 3 * 4 * 5.0).view(2, 3, 4, 5)
    assert np.array_equal(array(plain.contiguous(memory_format=torch.channels_last)), plain.numpy())


def test_parameters_come_back_bit_for_bit_in_the_layout_that_is_there(make_network, tmp_path):
    one, two = make_network(1), make_network(2)
    load_parameters(two, through_a_file(parameters(one), tmp_path))
    for mine, theirs in zip(two.parameters(), one.parameters(), strict=True):
        assert torch.equal(mine, theirs)
        assert mine.stride() == theirs.stride()


def test_loading_parameters_leaves_no_tie_to_the_tree(make_network):
    one, two = make_network(1), make_network(2)
    tree = parameters(one)
    load_parameters(two, tree)
    with torch.no_grad():
        two.value_head.bias.add_(1.0)
    assert not torch.equal(one.value_head.bias, two.value_head.bias)


def test_unknown_parameters_are_refused(make_network):
    with pytest.raises(ValueError, match="surprise"):
        load_parameters(make_network(), parameters(make_network()) | {"surprise": np.zeros(1)})


def test_a_generator_goes_on_where_it_was(tmp_path):
    one, two = torch.Generator().manual_seed(1), torch.Generator().manual_seed(2)
    torch.rand(5, generator=one)
    load_generator(two, through_a_file({"generator": generator_state(one)}, tmp_path)["generator"])
    assert torch.equal(torch.rand(5, generator=one), torch.rand(5, generator=two))


def test_the_stored_state_of_a_generator_stands_still():
    generator = torch.Generator().manual_seed(1)
    state = generator_state(generator)
    kept = state.copy()
    torch.rand(5, generator=generator)
    assert np.array_equal(state, kept)


def test_learning_goes_on_bit_for_bit_from_a_stored_optimizer(make_ppo, make_samples, tmp_path):
    whole, resumed = make_ppo(1), make_ppo(2)
    samples = make_samples(whole.network)
    whole.learn(samples, epochs=2, minibatches=2, order=np.random.default_rng(1))
    whole.optim.learning_rate = 1e-3
    load_parameters(resumed.network, parameters(whole.network))
    load_optimizer(resumed.optim, through_a_file(optimizer_state(whole.optim), tmp_path))
    assert resumed.optim.learning_rate == 1e-3
    for ppo in (whole, resumed):
        ppo.learn(samples, epochs=2, minibatches=2, order=np.random.default_rng(5))
    assert all(map(torch.equal, whole.network.parameters(), resumed.network.parameters()))


def test_without_the_moments_it_would_go_on_differently(make_ppo, make_samples):
    whole, forgetful = make_ppo(1), make_ppo(2)
    samples = make_samples(whole.network)
    whole.learn(samples, epochs=2, minibatches=2, order=np.random.default_rng(1))
    load_parameters(forgetful.network, parameters(whole.network))
    for ppo in (whole, forgetful):
        ppo.learn(samples, epochs=1, minibatches=1, order=np.random.default_rng(5))
    assert not all(map(torch.equal, whole.network.parameters(), forgetful.network.parameters()))


def test_an_optimizer_that_never_stepped_can_be_stored(make_ppo, tmp_path):
    fresh, used = make_ppo(1), make_ppo(2)
    state = through_a_file(optimizer_state(fresh.optim), tmp_path)
    used.learn(samples_of(used), epochs=1, minibatches=1, order=np.random.default_rng(1))
    load_optimizer(used.optim, state)
    assert used.optim.moments() == {}


def samples_of(ppo):
    from retroml_tianshou.rollout import Samples

    zeros = torch.zeros(4)
    return Samples(
        obs=torch.zeros(4, 12, 12, 2, dtype=torch.uint8),
        actions=torch.zeros(4, dtype=torch.int64),
        log_probs=zeros,
        values=zeros,
        advantages=torch.arange(4.0),
        returns=zeros,
    )
