"""Faults of the settings of algorithms with a distribution of returns."""

import pytest
from retroml_tianshou.c51_config import C51Config
from retroml_tianshou.checks_distribution import check_distribution
from retroml_tianshou.dqn_config import DQNConfig
from retroml_tianshou.rainbow_config import RainbowConfig

from retroml_core import Severity


@pytest.mark.parametrize("config", [C51Config(), RainbowConfig(), DQNConfig(), RainbowConfig(noisy=False, epsilon_start=1.0)])
def test_sound_settings_have_none(config):
    assert list(check_distribution(config)) == []


@pytest.mark.parametrize("highest", [-10.0, -11.0])
def test_returns_need_a_range(highest):
    (problem,) = check_distribution(C51Config(highest_return=highest))
    assert problem.key == "algorithm.lowest_return"
    assert f"highest_return={highest}" in problem.message


def test_something_must_explore():
    (problem,) = check_distribution(RainbowConfig(noisy=False))
    assert problem.severity is Severity.WARNING
    assert "epsilon_start=1" in problem.hint
