"""Advantages against the definition written out."""

import numpy as np
import pytest
from retroml_tianshou.rollout import gae


def by_definition(rewards, values, last, ended, gamma, gae_lambda):
    """The sum of discounted errors up to the end of each episode, one sample at a time."""
    steps, environments = rewards.shape
    advantages = np.zeros_like(rewards)
    for b in range(environments):
        for t in range(steps):
            weight = 1.0
            for k in range(t, steps):
                following = 0.0 if ended[k, b] else (values[k + 1, b] if k + 1 < steps else last[b])
                advantages[t, b] += weight * (rewards[k, b] + gamma * following - values[k, b])
                if ended[k, b]:
                    break
                weight *= gamma * gae_lambda
    return advantages


@pytest.mark.parametrize(("gamma", "gae_lambda"), [(0.99, 0.95), (1.0, 1.0), (0.9, 0.0), (0.0, 0.5)])
def test_gae_is_the_definition(gamma, gae_lambda):
    random = np.random.default_rng(1)
    rewards, values = random.normal(size=(2, 12, 5)).astype(np.float32)
    last = random.normal(size=5).astype(np.float32)
    ended = random.random((12, 5)) < 0.2
    expected = by_definition(rewards, values, last, ended, gamma, gae_lambda)
    found = gae(rewards, values, last, ended, gamma=gamma, gae_lambda=gae_lambda)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_lambda_one_is_the_discounted_sum_minus_the_value():
    rewards = np.array([[1.0], [2.0], [4.0]], np.float32)
    values = np.array([[0.5], [0.5], [0.5]], np.float32)
    found = gae(rewards, values, np.array([8.0], np.float32), np.zeros((3, 1), bool), gamma=0.5, gae_lambda=1.0)
    np.testing.assert_allclose(found[:, 0], [1 + 1 + 1 + 1 - 0.5, 2 + 2 + 2 - 0.5, 4 + 4 - 0.5])


def test_nothing_flows_back_over_an_end():
    rewards = np.array([[0.0], [100.0]], np.float32)
    ended = np.array([[True], [False]])
    found = gae(rewards, np.zeros((2, 1), np.float32), np.array([7.0], np.float32), ended, gamma=0.99, gae_lambda=0.95)
    assert found[0, 0] == 0.0


def test_advantages_stay_float32():
    zeros = np.zeros((2, 1), np.float32)
    assert gae(zeros, zeros, zeros[0], zeros.astype(bool), gamma=0.99, gae_lambda=0.95).dtype == np.float32
