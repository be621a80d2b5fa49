"""Networks: shapes, sizes, what they compute, and what they refuse."""

import pytest
import torch
from retroml_tianshou.architectures import ARCHITECTURES, ArchitectureError, parameter_count, resolve
from retroml_tianshou.network_sizes import feature_sizes
from retroml_tianshou.networks import PixelConvolution, build_network, build_trunk
from torch.nn import functional

from retroml_core.schema import NetworkConfig

ATARI = (4, 84, 84)


@pytest.mark.parametrize("name", sorted(ARCHITECTURES))
def test_logits_and_values_have_their_shapes(name):
    network = build_network(NetworkConfig(name=name), ATARI, 6, torch.Generator())
    logits, values = network(torch.zeros(3, *ATARI, dtype=torch.uint8))
    assert (logits.shape, values.shape) == ((3, 6), (3,))
    assert logits.dtype == values.dtype == torch.float32


@pytest.mark.parametrize(
    ("name", "actions", "count"),
    [
        ("nature", 4, 1_686_693),
        ("nature", 18, 1_693_875),
        ("small", 4, 677_429),
        ("impala", 4, 1_090_517),
        ("attention", 4, 1_703_845),
        ("mlp", 4, 3_629_957),
    ],
)
def test_parameter_counts_are_known(name, actions, count):
    config = NetworkConfig(name=name)
    assert parameter_count(resolve(config), ATARI, actions) == count
    assert build_network(config, ATARI, actions, torch.Generator()).parameter_count == count


def test_nature_is_the_published_one():
    assert feature_sizes(resolve(NetworkConfig(name="nature")), 84, 84) == [(20, 20), (9, 9), (7, 7)]


def test_every_part_can_be_overridden():
    config = NetworkConfig(name="nature", channels=[2, 3], kernels=[4, 3], strides=[2, 1], hidden=[7, 5])
    network = build_network(config, (1, 20, 20), 2, torch.Generator())
    assert network.parameter_count == parameter_count(resolve(config), (1, 20, 20), 2)
    assert [tuple(p.shape) for p in network.parameters()][:4] == [(2, 1, 4, 4), (2,), (3, 2, 3, 3), (3,)]
    assert network.policy_head.in_features == 5


@pytest.mark.parametrize(
    "config",
    [
        NetworkConfig(name="nature", width=0.5),
        NetworkConfig(name="small", width=0.01, hidden=[9, 3]),
        NetworkConfig(name="impala", width=2, blocks=1, channels=[3, 5]),
        NetworkConfig(name="attention", channels=[4, 6, 6], heads=3, hidden=[8]),
        NetworkConfig(name="mlp", width=0.25, hidden=[9, 3]),
    ],
    ids=str,
)
@pytest.mark.parametrize("shape", [(4, 84, 84), (1, 43, 37)])
def test_sizes_worked_out_without_torch_are_those_built(config, shape):
    network = build_network(config, shape, 5, torch.Generator())
    assert network.parameter_count == parameter_count(resolve(config), shape, 5)


def test_width_scales_channels_and_units():
    assert resolve(NetworkConfig(name="nature", width=0.5)).channels == (16, 32, 32)
    assert resolve(NetworkConfig(name="nature", width=2)).hidden == (1024,)


def test_an_encoder_comes_without_hidden_layers():
    trunk, features = build_trunk(NetworkConfig(name="nature"), ATARI, torch.Generator(), hidden=False)
    assert features == 64 * 7 * 7
    assert trunk(torch.zeros(2, *ATARI, dtype=torch.uint8)).shape == (2, features)


def test_pixels_are_seen_scaled_to_one():
    convolution = PixelConvolution(2, 3, 4, 2, padding=1)
    pixels = torch.randint(0, 256, (2, 2, 10, 10), dtype=torch.uint8)
    expected = functional.conv2d(pixels.float() / 255, convolution.weight, convolution.bias, 2, 1)
    torch.testing.assert_close(convolution(pixels), expected)


def test_memory_layout_does_not_change_what_is_computed():
    network = build_network(NetworkConfig(name="small"), ATARI, 4, torch.Generator())
    obs = torch.randint(0, 256, (2, *ATARI), dtype=torch.uint8)
    for one, two in zip(network(obs), network(obs.contiguous(memory_format=torch.channels_last)), strict=True):
        torch.testing.assert_close(one, two)


def test_a_fresh_policy_is_nearly_uniform_and_its_layers_orthogonal():
    network = build_network(NetworkConfig(name="small"), ATARI, 4, torch.Generator().manual_seed(1))
    logits, _ = network(torch.randint(0, 256, (8, *ATARI), dtype=torch.uint8))
    assert (logits.softmax(1) - 0.25).abs().max().item() < 0.02
    rows = network.trunk[0].weight.flatten(1)
    torch.testing.assert_close(rows @ rows.T, 2 * torch.eye(len(rows)), rtol=1e-4, atol=1e-4)
    head = network.policy_head.weight
    torch.testing.assert_close(head @ head.T, 1e-4 * torch.eye(4), rtol=1e-3, atol=1e-7)


def test_the_generator_decides_the_weights():
    one, same, other = (
        build_network(NetworkConfig(name="small"), ATARI, 4, torch.Generator().manual_seed(seed)).trunk[0].weight
        for seed in (1, 1, 2)
    )
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_bfloat16_computes_the_trunk_only_and_about_the_same():
    network = build_network(NetworkConfig(name="small"), (1, 40, 40), 4, torch.Generator().manual_seed(1))
    obs = torch.randint(0, 256, (4, 1, 40, 40), dtype=torch.uint8)
    exact = network(obs)
    network.precision = torch.bfloat16
    rough = network(obs)
    assert rough[0].dtype == torch.float32
    assert not torch.equal(exact[1], rough[1])
    torch.testing.assert_close(exact[1], rough[1], rtol=0.05, atol=0.05)


@pytest.mark.parametrize(
    ("settings", "key", "message"),
    [
        ({"name": "natur"}, "network.name", "did you mean nature.*attention, impala, mlp, nature, small"),
        ({"blocks": 2}, "network.blocks", "nature has none of these; it has channels, kernels, strides, hidden"),
        ({"name": "mlp", "channels": [8]}, "network.channels", "mlp has none of these; it has hidden"),
        ({"name": "impala", "kernels": [3, 3, 3]}, "network.kernels", "it has channels, blocks, hidden"),
        ({"name": "impala", "channels": []}, "network.channels", "at least one convolution"),
        ({"kernels": [8, 4]}, "network.kernels", "2 entries for 3"),
        ({"strides": [4]}, "network.strides", "1 entries for 3"),
        ({"channels": [0, 1, 2]}, "network.channels", "at least 1"),
        ({"hidden": []}, "network.hidden", "at least one"),
        ({"channels": [], "kernels": [], "strides": []}, "network.channels", "at least one convolution"),
    ],
)
def test_what_cannot_be_a_network_is_named(settings, key, message):
    with pytest.raises(ArchitectureError, match=message) as fault:
        resolve(NetworkConfig(**{"name": "nature"} | settings))
    assert fault.value.key == key


def test_a_kernel_larger_than_the_picture_is_named():
    with pytest.raises(ArchitectureError, match="convolution 3 has a kernel of 3 but looks at only 2x2"):
        build_network(NetworkConfig(name="nature"), (4, 32, 32), 4, torch.Generator())
