"""RMSprop against the formula of the paper, and what the metered optimizer asks of it."""

import math

import numpy as np
import pytest
import torch
from retroml_tianshou.optimizer import MeteredOptimizer
from retroml_tianshou.rmsprop import RMSprop
from retroml_tianshou.snapshots import load_optimizer, optimizer_state
from torch import nn

from retroml_core.tree import load_tree, save_tree


@pytest.fixture
def optimizer_of():
    def make(module: nn.Module, epsilon: float = 1e-5) -> MeteredOptimizer:
        factory = RMSprop(learning_rate=0.1, decay=0.9, epsilon=epsilon)
        return MeteredOptimizer(factory.create_instances(module)[0], module)

    return make


def weight(*values: float) -> nn.Linear:
    module = nn.Linear(len(values), 1, bias=False)
    with torch.no_grad():
        module.weight.copy_(torch.tensor([values]))
    return module


@pytest.mark.parametrize("epsilon", [1e-5, 0.1])
def test_steps_are_those_of_the_formula(optimizer_of, epsilon):
    module, slopes = weight(1.0, -2.0, 3.0), np.array([0.5, 0.0, -1e-4])
    optimizer = optimizer_of(module, epsilon)
    expected, mean_square = np.array([1.0, -2.0, 3.0]), np.ones(3)
    for _ in range(5):
        optimizer.step((module.weight * torch.tensor(slopes, dtype=torch.float32)).sum())
        mean_square = 0.9 * mean_square + 0.1 * slopes**2
        expected -= 0.1 * slopes / np.sqrt(mean_square + epsilon)
    np.testing.assert_allclose(module.weight.detach().numpy()[0], expected, rtol=1e-5)


def test_the_first_step_is_as_long_as_the_gradient(optimizer_of):
    module = weight(0.0)
    optimizer_of(module).step(module.weight.sum() * 0.01)
    assert module.weight.item() == pytest.approx(-0.1 * 0.01 / math.sqrt(0.9 + 0.1 * 1e-4 + 1e-5), rel=1e-5)


def test_a_parameter_without_a_gradient_stays(optimizer_of):
    module = nn.ModuleDict({"used": weight(1.0), "idle": weight(2.0)})
    optimizer = optimizer_of(module)
    optimizer.step(module["used"].weight.sum())
    assert module["idle"].weight.item() == 2.0
    assert module["used"].weight.item() < 1.0


@pytest.mark.parametrize("nonsense", [math.nan, math.inf])
def test_a_step_that_is_not_finite_changes_nothing(optimizer_of, nonsense):
    module = weight(1.0, 2.0)
    optimizer = optimizer_of(module)
    optimizer.step(module.weight.sum())
    before = module.weight.detach().clone()
    memory = optimizer.moments()["mean_square"][0].clone()
    optimizer.step(module.weight.sum() * nonsense)
    assert torch.equal(module.weight, before)
    assert torch.equal(optimizer.moments()["mean_square"][0], memory)
    assert not optimizer.read().finite


def test_it_goes_on_bit_for_bit_from_a_file(optimizer_of, tmp_path):
    one, two = weight(1.0, 2.0), weight(1.0, 2.0)
    whole, resumed = optimizer_of(one), optimizer_of(two)
    whole.step(one.weight.square().sum())
    save_tree(optimizer_state(whole), tmp_path / "state")
    load_optimizer(resumed, load_tree(tmp_path / "state"))
    with torch.no_grad():
        two.weight.copy_(one.weight)
    for module, optimizer in ((one, whole), (two, resumed)):
        optimizer.step(module.weight.square().sum())
    assert torch.equal(one.weight, two.weight)


def test_its_memory_lies_as_its_parameter_does(optimizer_of):
    module = nn.Conv2d(3, 4, 2).to(memory_format=torch.channels_last)
    optimizer = optimizer_of(module)
    optimizer.step(module.weight.sum() + module.bias.sum())
    again = optimizer_of(module)
    again.set_moments(optimizer.moments())
    assert again.moments()["mean_square"][0].stride() == module.weight.stride()
