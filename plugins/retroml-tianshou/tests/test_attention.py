"""The network that can show where it looks."""

import pytest
import torch
from retroml_tianshou.architectures import ArchitectureError, resolve
from retroml_tianshou.attention import AttentionEncoder
from retroml_tianshou.networks import build_trunk

from retroml_core.schema import NetworkConfig

CONFIG = NetworkConfig(name="attention", channels=[4, 8], kernels=[4, 3], strides=[2, 1], heads=2, hidden=[16])
SHAPE = (2, 16, 20)


@pytest.fixture
def attending() -> AttentionEncoder:
    trunk, _ = build_trunk(CONFIG, SHAPE, torch.Generator().manual_seed(1), hidden=False)
    return trunk[0]


@pytest.fixture
def obs() -> torch.Tensor:
    return torch.randint(0, 256, (3, *SHAPE), dtype=torch.uint8, generator=torch.Generator().manual_seed(2))


def test_each_map_is_a_share_of_attention(attending, obs):
    maps = attending.attention(obs)
    assert maps.shape == (3, 2, 5, 7)
    torch.testing.assert_close(maps.sum((2, 3)), torch.ones(3, 2))


def test_the_maps_are_those_the_features_were_made_with(attending, obs):
    # With values that are constant over the picture and queries that all agree, only the maps can move the output.
    features = attending(obs).unflatten(1, (35, 8))
    tokens, queries, keys, values = attending._tokens(obs)
    weights = (queries @ keys.transpose(2, 3) / 2.0).softmax(3)
    mixed = attending.back((weights @ values).transpose(1, 2).flatten(2))
    torch.testing.assert_close(features, torch.relu(attending.normalise(tokens + mixed)))
    torch.testing.assert_close(attending.attention(obs), weights.mean(2).unflatten(2, (5, 7)))


def test_what_is_brighter_is_looked_at_differently(attending):
    dark = torch.zeros(1, *SHAPE, dtype=torch.uint8)
    lit = dark.clone()
    lit[:, :, 10:14, 4:8] = 255
    change = (attending.attention(lit) - attending.attention(dark)).abs().sum((0, 1))
    row, column = divmod(int(change.argmax()), 7)
    assert 2 <= row <= 4
    assert 0 <= column <= 3


def test_places_know_where_they_are(attending):
    maps = attending.attention(torch.zeros(1, *SHAPE, dtype=torch.uint8))
    assert maps.std() > 0


def test_heads_must_share_the_channels_equally():
    with pytest.raises(ArchitectureError, match="3 heads cannot share 8 channels"):
        build_trunk(NetworkConfig(**vars(CONFIG) | {"heads": 3}), SHAPE, torch.Generator())
    assert resolve(CONFIG).heads == 2
