"""What a gradient step did to each layer, against torch on nets made by hand."""

import pytest
import torch
from retroml_tianshou.layers import Layers
from retroml_tianshou.networks import ActorCritic
from retroml_tianshou.optimizer import FusedAdam, MeteredOptimizer
from retroml_tianshou.views import Actor
from torch import nn


def network() -> ActorCritic:
    torch.manual_seed(1)
    trunk = nn.Sequential(nn.Flatten(), nn.Linear(8, 5), nn.ReLU(), nn.Linear(5, 4))
    return ActorCritic(trunk, 4, 3, torch.Generator())


def stepped(module, *, learning_rate=0.1, limit=None):
    """The meters of one step on a loss that every parameter has a part in, and copies of parameters and gradients."""
    optimizer = MeteredOptimizer(
        FusedAdam(learning_rate=learning_rate, epsilon=1e-8).create_instances(module)[0], module, limit
    )
    before = [parameter.detach().clone() for parameter in module.parameters()]
    optimizer.step(
        sum((parameter**2 * (place + 1)).sum() for place, parameter in enumerate(module.parameters())), measure_ratio=True
    )
    gradients = [2 * (place + 1) * parameter for place, parameter in enumerate(before)]
    return optimizer.read(), before, gradients


def norm(tensors) -> float:
    return float(torch.cat([tensor.flatten() for tensor in tensors]).norm())


def test_layers_are_named_after_their_part_of_the_network():
    names = [name.partition("_")[2] for name in Layers(Actor(network())).metrics([0.0] * 4, [0.0] * 4)][:4]
    assert names == ["trunk_1", "trunk_2", "policy_head", "value_head"]


def test_many_layers_of_a_part_keep_their_order_in_lists():
    module = nn.ModuleDict({"head": nn.Sequential(*[nn.Linear(1, 1) for _ in range(11)])})
    names = list(Layers(module).metrics([0.0] * 11, [0.0] * 11))[:11]
    assert names == sorted(names)
    assert names[0] == "grad/norm_head_01"


def test_a_lone_layer_has_a_name_too():
    assert list(Layers(nn.Linear(1, 1)).metrics([1.0], [0.5])) == ["grad/norm_network", "update/ratio_network"]


def test_norms_by_layer_are_those_of_torch():
    net = network()
    meters, _, gradients = stepped(net)
    for place, name in enumerate(["trunk_1", "trunk_2", "policy_head", "value_head"]):
        assert meters.layers[f"grad/norm_{name}"] == pytest.approx(norm(gradients[2 * place : 2 * place + 2]), rel=1e-5)


def test_norms_by_layer_add_up_to_the_norm_of_all():
    meters, _, _ = stepped(network())
    parts = [value for name, value in meters.layers.items() if name.startswith("grad/")]
    assert sum(part**2 for part in parts) ** 0.5 == pytest.approx(meters.grad_norm, rel=1e-5)


def test_norms_by_layer_are_those_before_clipping():
    free, clipped = stepped(network())[0], stepped(network(), limit=0.01)[0]
    assert clipped.layers["grad/norm_trunk_1"] == pytest.approx(free.layers["grad/norm_trunk_1"])


def test_ratios_by_layer_are_step_over_parameters():
    net = network()
    meters, before, _ = stepped(net)
    moved = [new.detach() - old for new, old in zip(net.parameters(), before, strict=True)]
    for place, name in enumerate(["trunk_1", "trunk_2", "policy_head", "value_head"]):
        own = slice(2 * place, 2 * place + 2)
        assert meters.layers[f"update/ratio_{name}"] == pytest.approx(norm(moved[own]) / norm(before[own]), rel=1e-4)
    assert meters.update_ratio == pytest.approx(norm(moved) / norm(before), rel=1e-4)


def test_frozen_parameters_are_no_layers():
    net = network()
    net.trunk.requires_grad_(False)
    assert list(Layers(net).metrics([0.0] * 2, [0.0] * 2))[:2] == ["grad/norm_policy_head", "grad/norm_value_head"]


def test_a_layer_without_a_gradient_counts_as_unmoved():
    net = network()
    optimizer = MeteredOptimizer(torch.optim.Adam(net.parameters(), fused=True), net)
    optimizer.step(net.policy_head.weight.square().sum(), measure_ratio=True)
    layers = optimizer.read().layers
    assert layers["grad/norm_value_head"] == layers["update/ratio_value_head"] == 0.0
    assert layers["grad/norm_policy_head"] > 0.0


def test_steps_that_were_not_measured_have_no_ratio():
    module = nn.Linear(2, 1)
    optimizer = MeteredOptimizer(torch.optim.Adam(module.parameters(), fused=True), module)
    optimizer.step(module.weight.sum())
    assert set(optimizer.read().metrics()) == {"grad/norm", "grad/clip_share"}
