"""Noisy layers against the formula written out, and where their noise comes from."""

import pytest
import torch
from retroml_tianshou.networks import initialise
from retroml_tianshou.noisy import NoisyLinear, draw_noise, silence
from tianshou.utils.net.discrete import NoisyLinear as TianshouNoisyLinear
from torch import nn


def layer(features: int = 6, units: int = 4, seed: int = 1) -> NoisyLinear:
    made = NoisyLinear(features, units, 0.5)
    initialise(made, torch.Generator().manual_seed(seed))
    return made


def generator(seed: int = 2) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


@pytest.fixture
def features() -> torch.Tensor:
    return torch.randn(5, 6, generator=generator(3))


def test_without_noise_it_is_a_linear_layer(features):
    noisy = layer()
    torch.testing.assert_close(noisy(features), nn.functional.linear(features, noisy.weight, noisy.bias))


def test_the_noise_is_that_of_the_paper(features):
    noisy, theirs = layer(), TianshouNoisyLinear(6, 4)
    draw_noise(noisy, generator())
    noise_in, noise_out = noisy.noise
    with torch.no_grad():
        theirs.mu_W.copy_(noisy.weight)
        theirs.mu_bias.copy_(noisy.bias)
        theirs.sigma_W.copy_(noisy.weight_sigma)
        theirs.sigma_bias.copy_(noisy.bias_sigma)
        theirs.eps_p.copy_(noise_in[0])
        theirs.eps_q.copy_(noise_out[0])
    torch.testing.assert_close(noisy(features), theirs.train()(features))


def test_a_noise_for_each_row(features):
    noisy = layer()
    draw_noise(noisy, generator(), rows=5)
    together = noisy(features)
    noise_in, noise_out = noisy.noise
    for row in range(5):
        noisy.noise = noise_in[row : row + 1], noise_out[row : row + 1]
        torch.testing.assert_close(noisy(features[row : row + 1])[0], together[row])


def test_noise_is_signed_roots_of_normal_numbers():
    noisy = layer(20_000, 1)
    draw_noise(noisy, generator())
    squares = noisy.noise[0].square() * noisy.noise[0].sign()
    assert abs(float(squares.mean())) < 0.03
    assert float(squares.std()) == pytest.approx(1.0, abs=0.03)


def test_the_generator_decides_the_noise(features):
    noisy, draws = layer(), generator()
    draw_noise(noisy, draws)
    first = noisy(features)
    draw_noise(noisy, draws)
    assert not torch.equal(noisy(features), first)
    draw_noise(noisy, generator())
    assert torch.equal(noisy(features), first)


def test_it_can_be_silenced(features):
    noisy = layer()
    before = noisy(features)
    draw_noise(noisy, generator())
    silence(nn.Sequential(noisy))
    assert torch.equal(noisy(features), before)


def test_means_and_deviations_begin_as_in_the_paper():
    noisy = layer(400, 300)
    assert 0.99 / 20 < float(noisy.weight.detach().max()) <= 1 / 20
    assert torch.equal(noisy.weight_sigma, torch.full((300, 400), 0.5 / 20))
    assert torch.equal(noisy.bias_sigma, torch.full((300,), 0.5 / 20))


def test_deviations_are_learned(features):
    noisy = layer()
    draw_noise(noisy, generator())
    noisy(features).square().sum().backward()
    assert noisy.weight_sigma.grad.abs().sum() > 0
    assert noisy.bias_sigma.grad.abs().sum() > 0
