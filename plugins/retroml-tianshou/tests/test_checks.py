"""Faults of a config beyond the range of each value: named all at once."""

from types import SimpleNamespace

import pytest
from retroml_tianshou.checks import check
from retroml_tianshou.ppo_config import PPOConfig

from retroml_core.schema import Budget, ExperimentConfig, NetworkConfig


def faults(network=None, environment=None, budget=None, deterministic=False, **settings):
    config = ExperimentConfig(
        algorithm=PPOConfig(**settings),
        environment=environment or SimpleNamespace(image_height=84, image_width=84),
        network=network or NetworkConfig(),
        budget=budget or Budget(),
        deterministic=deterministic,
    )
    return {problem.key: problem for problem in check(config)}


def test_the_defaults_have_none():
    assert faults() == {}


def test_other_algorithms_are_not_judged():
    config = ExperimentConfig(
        algorithm=SimpleNamespace(name="other"), environment=None, network=NetworkConfig(name="unheard_of")
    )
    assert check(config) == []


def test_minibatches_must_divide_the_rollout():
    problem = faults(environments=6, rollout_steps=10, minibatches=7)["algorithm.minibatches"]
    assert "60" in problem.message
    assert problem.hint == "6 does"


def test_no_more_minibatches_than_steps():
    assert faults(environments=1, rollout_steps=2, minibatches=4)["algorithm.minibatches"].hint == "at most 2"


def test_a_single_step_cannot_be_normalised():
    settings = {"environments": 2, "rollout_steps": 2, "minibatches": 4}
    assert "normalised" in faults(**settings)["algorithm.minibatches"].message
    assert faults(**settings, normalize_advantage=False) == {}


def test_a_budget_without_an_update_is_a_warning():
    problem = faults(budget=Budget(steps=1023))["budget.steps"]
    assert problem.severity == "warning"
    assert faults(budget=Budget(steps=1024)) == {}


def test_bfloat16_is_not_deterministic_reference():
    assert "float32" in faults(deterministic=True, precision="bfloat16")["algorithm.precision"].message
    assert faults(deterministic=True) == {}


def test_compiled_code_is_not_the_deterministic_reference():
    assert "not compiled" in faults(deterministic=True, compile="on")["algorithm.compile"].message
    assert faults(deterministic=True, compile="auto") == {}


@pytest.mark.parametrize(
    ("network", "key"),
    [
        (NetworkConfig(name="huge"), "network.name"),
        (NetworkConfig(strides=[1]), "network.strides"),
        (NetworkConfig(kernels=[8, 4, 10]), "network.kernels"),
    ],
)
def test_a_network_that_cannot_be_built_is_named(network, key):
    assert key in faults(network=network)


def test_a_picture_too_small_for_the_network_is_named():
    assert "looks at only" in faults(environment=SimpleNamespace(image_height=20, image_width=84))["network.kernels"].message


def test_without_a_picture_size_only_the_network_itself_is_judged():
    assert faults(environment=SimpleNamespace()) == {}


def test_all_faults_come_together():
    found = faults(
        network=NetworkConfig(name="huge"), budget=Budget(steps=5), deterministic=True, minibatches=7, precision="bfloat16"
    )
    assert set(found) == {"network.name", "budget.steps", "algorithm.minibatches", "algorithm.precision"}


def test_a_network_that_passes_over_the_edge_of_the_picture_is_a_warning():
    problem = faults(network=NetworkConfig(name="small", strides=[6, 6]))["network.strides"]
    assert problem.severity == "warning"
    assert "62 of 84 rows" in problem.message
    assert faults(network=NetworkConfig(name="small", kernels=[6, 4], strides=[6, 2])) == {}


@pytest.mark.parametrize("name", ["nature", "small", "impala", "attention", "mlp"])
def test_our_networks_see_the_whole_picture(name):
    assert faults(network=NetworkConfig(name=name)) == {}
