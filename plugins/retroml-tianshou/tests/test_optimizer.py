"""The metered optimizer: what it reads, what it limits, what it refuses."""

import math

import pytest
import torch
from retroml_tianshou.optimizer import FusedAdam, MeteredOptimizer
from torch import nn


def optimizer_of(module: nn.Module, *, limit: float | None = 0.5, kind=MeteredOptimizer) -> MeteredOptimizer:
    return kind(FusedAdam(learning_rate=0.1, epsilon=1e-8).create_instances(module)[0], module, max_grad_norm=limit)


def weight(*values: float) -> nn.Linear:
    module = nn.Linear(len(values), 1, bias=False)
    with torch.no_grad():
        module.weight.copy_(torch.tensor([values]))
    return module


def test_the_norm_is_that_before_clipping():
    module = weight(1.0, 1.0)
    optimizer = optimizer_of(module)
    optimizer.step((module.weight * torch.tensor([3.0, 4.0])).sum())
    meters = optimizer.read()
    assert meters.grad_norm == pytest.approx(5.0)
    assert meters.clip_share == 1.0


@pytest.mark.parametrize(("limit", "left"), [(0.5, 0.5), (100.0, 5.0), (None, 5.0)])
def test_gradients_are_no_longer_than_the_limit(limit, left):
    module = weight(1.0, 1.0)
    optimizer_of(module, limit=limit).step((module.weight * torch.tensor([3.0, 4.0])).sum())
    assert float(module.weight.grad.norm()) == pytest.approx(left, rel=1e-4)


def test_short_gradients_are_not_counted_as_clipped():
    module = weight(1.0)
    optimizer = optimizer_of(module, limit=2.0)
    for size in (1.0, 3.0, 1.5, 9.0):
        optimizer.step((module.weight * size).sum())
    assert optimizer.read().clip_share == 0.5


def test_the_update_ratio_is_step_over_parameters():
    module = weight(3.0, 4.0)
    optimizer = optimizer_of(module)
    optimizer.step(module.weight.sum(), measure_ratio=True)
    # Adam's first step moves every parameter by the learning rate.
    assert optimizer.read().update_ratio == pytest.approx(0.1 * math.sqrt(2) / 5, rel=1e-4)


def test_reading_starts_the_meters_anew():
    module = weight(1.0)
    optimizer = optimizer_of(module)
    optimizer.step(module.weight.sum() * 100)
    optimizer.read()
    optimizer.step(module.weight.sum() * 0.1)
    assert optimizer.read().grad_norm == pytest.approx(0.1)


@pytest.mark.parametrize("nonsense", [math.nan, math.inf])
def test_a_step_that_is_not_finite_changes_nothing(nonsense):
    module = weight(1.0, 2.0)
    optimizer = optimizer_of(module)
    optimizer.step(module.weight.sum())
    before = module.weight.detach().clone()
    moments = [tensor.clone() for tensors in optimizer.moments().values() for tensor in tensors]
    optimizer.step(module.weight.sum() * nonsense)
    assert torch.equal(module.weight, before)
    assert all(map(torch.equal, moments, [tensor for tensors in optimizer.moments().values() for tensor in tensors]))
    assert not optimizer.read().finite


def test_after_nonsense_it_goes_on():
    module = weight(1.0)
    optimizer = optimizer_of(module)
    optimizer.step(module.weight.sum() * math.nan)
    optimizer.step(module.weight.sum())
    assert module.weight.item() == pytest.approx(0.9)


def test_gradients_are_reduced_before_they_are_clipped():
    class Averaging(MeteredOptimizer):
        def reduce_gradients(self) -> None:
            for parameter in self.parameters:
                parameter.grad.mul_(0.1)

    module = weight(1.0)
    optimizer = optimizer_of(module, limit=100.0, kind=Averaging)
    optimizer.step(module.weight.sum() * 10)
    assert optimizer.read().grad_norm == pytest.approx(1.0)


def test_fused_adam_is_adam():
    one, two = weight(1.0, -2.0, 3.0), weight(1.0, -2.0, 3.0)
    ours = optimizer_of(one, limit=None)
    theirs = torch.optim.Adam(two.parameters(), lr=0.1)
    for _ in range(5):
        ours.step(one.weight.square().sum())
        theirs.zero_grad()
        two.weight.square().sum().backward()
        theirs.step()
    torch.testing.assert_close(one.weight, two.weight)


def test_the_learning_rate_is_in_force_at_once():
    module = weight(1.0)
    optimizer = optimizer_of(module)
    optimizer.learning_rate = 0.25
    optimizer.step(module.weight.sum())
    assert module.weight.item() == pytest.approx(0.75)
    assert optimizer.learning_rate == 0.25


def test_moments_go_on_in_another_optimizer():
    one, two = weight(1.0, 2.0), weight(1.0, 2.0)
    whole, resumed = optimizer_of(one), optimizer_of(two)
    whole.step(one.weight.square().sum())
    with torch.no_grad():
        two.weight.copy_(one.weight)
    resumed.set_moments({name: [t.clone() for t in tensors] for name, tensors in whole.moments().items()})
    for module, optimizer in ((one, whole), (two, resumed)):
        optimizer.step(module.weight.square().sum())
    assert torch.equal(one.weight, two.weight)


def test_moments_of_a_fresh_optimizer_are_empty():
    module = weight(1.0)
    optimizer = optimizer_of(module)
    assert optimizer.moments() == {}
    optimizer.set_moments({})
    assert optimizer.moments() == {}
