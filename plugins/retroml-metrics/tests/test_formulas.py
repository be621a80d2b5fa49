"""Known answers of the formulas."""

import math

import numpy as np
import pytest
from retroml_metrics.formulas import action_entropy, action_shares, explained_variance, return_error

RETURNS_N = np.array([0.0, 1.0, 2.0, 5.0, -3.0], dtype=np.float32)


def test_a_perfect_critic_explains_everything():
    assert explained_variance(RETURNS_N, RETURNS_N) == 1.0


@pytest.mark.parametrize("constant", [0.0, 1.0, -7.5])
def test_a_constant_critic_explains_nothing(constant):
    assert explained_variance(np.full_like(RETURNS_N, constant), RETURNS_N) == pytest.approx(0.0)


def test_a_critic_that_is_off_by_a_constant_still_explains_everything():
    assert explained_variance(RETURNS_N + 3, RETURNS_N) == pytest.approx(1.0)


def test_a_critic_of_the_wrong_sign_is_worse_than_none():
    assert explained_variance(-RETURNS_N, RETURNS_N) == pytest.approx(-3.0)


def test_a_critic_of_half_the_size_explains_three_quarters():
    assert explained_variance(RETURNS_N / 2, RETURNS_N) == pytest.approx(0.75)


def test_constant_returns_leave_nothing_to_explain():
    assert explained_variance(np.arange(4.0), np.ones(4)) is None


def test_large_returns_do_not_overflow_single_precision():
    huge_N = np.array([1e30, -1e30], dtype=np.float32)
    assert explained_variance(huge_N, huge_N) == 1.0


def test_the_return_error_of_a_perfect_critic_is_zero():
    assert return_error(RETURNS_N, RETURNS_N) == 0.0


def test_the_return_error_is_the_root_of_the_mean_square():
    assert return_error(np.zeros(2), np.array([3.0, 4.0])) == pytest.approx(math.sqrt(12.5))


@pytest.mark.parametrize("action_count", [2, 4, 18])
def test_uniform_actions_have_the_greatest_entropy(action_count):
    assert action_entropy(np.arange(action_count).repeat(5), action_count) == pytest.approx(math.log(action_count))


def test_a_single_action_has_no_entropy():
    entropy = action_entropy(np.full(10, 2), 4)
    assert entropy == 0.0
    assert math.copysign(1, entropy) == 1.0


def test_the_entropy_of_a_biased_coin():
    expected = -(0.25 * math.log(0.25) + 0.75 * math.log(0.75))
    assert action_entropy(np.array([0, 1, 1, 1]), 2) == pytest.approx(expected)


def test_shares_count_actions_never_taken():
    assert action_shares(np.array([0, 0, 2, 2]), 4).tolist() == [0.5, 0.0, 0.5, 0.0]
