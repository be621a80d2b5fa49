"""Heads that give a distribution for each action: shapes, and what Tianshou's networks compute with the same weights."""

import math

import pytest
import torch
from retroml_tianshou.heads import DistributionHead, FractionHead, ImplicitQuantileHead
from retroml_tianshou.networks import initialise
from retroml_tianshou.noisy import NoisyLinear
from tianshou.utils.net.discrete import CosineEmbeddingNetwork, FractionProposalNetwork

FEATURES, ACTIONS = 7, 3


def ready(head):
    initialise(head, torch.Generator().manual_seed(1))
    return head


@pytest.fixture
def features() -> torch.Tensor:
    return torch.randn(5, FEATURES, generator=torch.Generator().manual_seed(2))


@pytest.mark.parametrize("dueling", [True, False])
@pytest.mark.parametrize("hidden", [(), (8,), (8, 6)])
def test_each_action_has_its_numbers(features, dueling, hidden):
    head = ready(DistributionHead(FEATURES, hidden, ACTIONS, 11, dueling=dueling))
    assert head(features).shape == (5, ACTIONS, 11)


def test_dueling_is_value_and_what_an_action_adds(features):
    head = ready(DistributionHead(FEATURES, (8,), ACTIONS, 11, dueling=True))
    torch.testing.assert_close(head(features).mean(1), head.value(features))
    advantages = head.advantage(features).view(5, ACTIONS, 11)
    torch.testing.assert_close(head(features)[:, 0] - head(features)[:, 2], advantages[:, 0] - advantages[:, 2])


def test_all_layers_of_a_noisy_head_are_noisy():
    head = DistributionHead(FEATURES, (8,), ACTIONS, 11, dueling=True, sigma=0.5)
    assert sum(isinstance(layer, NoisyLinear) for layer in head.modules()) == 4
    assert not any(isinstance(layer, torch.nn.Linear) for layer in head.modules())


def test_quantiles_at_any_fractions(features):
    head = ready(ImplicitQuantileHead(FEATURES, (8,), ACTIONS, 16))
    fractions = torch.rand(5, 4)
    together = head(features, fractions)
    assert together.shape == (5, 4, ACTIONS)
    torch.testing.assert_close(head(features[2:3], fractions[2:3, 1:2])[0, 0], together[2, 1])


def test_fractions_are_embedded_as_by_tianshou_but_from_the_zeroth_cosine():
    head, theirs = ready(ImplicitQuantileHead(FEATURES, (), ACTIONS, 16)), CosineEmbeddingNetwork(16, FEATURES)
    theirs.net[0].load_state_dict(head.embedding[0].state_dict())
    fractions = torch.rand(5, 4)
    head.multiples = math.pi * torch.arange(1, 17)
    torch.testing.assert_close(head.embedding(torch.cos(fractions.unsqueeze(2) * head.multiples)), theirs(fractions))


def test_fractions_are_proposed_as_by_tianshou(features):
    head, theirs = ready(FractionHead(FEATURES, 8)), FractionProposalNetwork(8, FEATURES)
    theirs.net.load_state_dict(head.logits.state_dict())
    borders, entropy = head(features)
    their_borders, _, their_entropy = theirs(features)
    torch.testing.assert_close(borders, their_borders)
    torch.testing.assert_close(entropy, their_entropy)


def test_fractions_are_nearly_even_at_first(features):
    borders, entropy = ready(FractionHead(FEATURES, 8))(features)
    torch.testing.assert_close(borders, torch.linspace(0, 1, 9).expand(5, -1), rtol=0, atol=0.03)
    torch.testing.assert_close(entropy, torch.full((5,), math.log(8)), rtol=1e-3, atol=0)
