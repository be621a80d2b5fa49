"""Torch's own words for what can go wrong, as the core must understand them; losses that explode."""

from dataclasses import replace

import pytest
import torch
from retroml_tianshou.a2c import A2C
from retroml_tianshou.a2c_config import A2CConfig
from retroml_tianshou.dqn import DQN
from retroml_tianshou.dqn_config import DQNConfig
from retroml_tianshou.ppo import PPO
from retroml_tianshou.ppo_config import PPOConfig
from retroml_tianshou.sac import SAC
from retroml_tianshou.sac_config import SACConfig
from retroml_tianshou.sanity import RAW_RETURNS, Bounds, bounds

from retroml_core.algorithm import TrainingFault
from retroml_core.schema import ExperimentConfig
from retroml_core.training.failures import explain
from retroml_core.training.shortage import shortage


def raised(work):
    with pytest.raises(RuntimeError) as error:  # whatever torch says
        work()
    return error.value


def test_torch_out_of_host_memory_is_a_shortage():
    lack = shortage(raised(lambda: torch.empty(2**60, dtype=torch.uint8)))
    assert lack is not None
    assert not lack.device
    assert lack.asked == "1152921.5 TB"


def test_torch_out_of_device_memory_is_a_shortage():
    lack = shortage(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of"))
    assert lack is not None
    assert lack.device
    assert lack.asked == "2.00 GiB"


def test_a_policy_that_came_apart_is_said_in_words():
    error = raised(lambda: torch.multinomial(torch.tensor([[float("nan"), 0.5]]), 1))
    failure = explain(error, folder="run", step=7, checkpoint="000000000005")
    assert failure.reason == "the policy's probabilities are not numbers, at step 7; last good checkpoint: 000000000005"
    assert "a lower algorithm.learning_rate" in failure.hint


@pytest.mark.parametrize("algorithm", [PPOConfig(), A2CConfig()])
def test_too_little_memory_names_the_settings_to_lower(algorithm):
    failure = explain(MemoryError(), folder="run", step=7, checkpoint=None, config=ExperimentConfig(algorithm=algorithm))
    assert f"algorithm.environments (now {algorithm.environments})" in failure.hint
    assert f"algorithm.rollout_steps (now {algorithm.rollout_steps})" in failure.hint


@pytest.mark.parametrize("name", ["loss/value", "loss/policy", "grad/norm"])
def test_a_loss_that_exploded_is_refused_while_it_is_still_a_number(name):
    with pytest.raises(TrainingFault, match=rf"{name} is -?9e\+15: training exploded") as fault:
        Bounds().refuse({"replay/size": 1e20, name: -10 * RAW_RETURNS**2})
    assert fault.value.metric == name
    assert "algorithm.learning_rate" in fault.value.hint


def test_large_losses_of_raw_scores_are_let_through():
    Bounds().refuse({"loss/value": 1e12, "loss/policy": -1e6, "grad/norm": 1e9, "value/q_mean": 1e6})


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_is_refused_whatever_it_is_about(value):
    with pytest.raises(TrainingFault, match=r"policy/entropy is .*: training became unstable"):
        Bounds().refuse({"policy/entropy": value})


@pytest.mark.parametrize(
    ("gamma", "limit", "returns"),
    [(0.99, 1.0, 1e4), (0.99, 0.1, 1e3), (0.999, 1.0, 1e5), (1.0, 1.0, 2.7e6), (0.99999, 1.0, 2.7e6), (0.9, None, RAW_RETURNS)],
)
def test_the_bounds_are_a_hundred_times_what_a_game_can_pay(gamma, limit, returns):
    assert bounds(gamma, limit).returns == pytest.approx(returns)


def test_clipped_rewards_let_no_loss_of_a_billion_pass():
    clipped = bounds(0.99, 1.0)
    clipped.refuse({"loss/value": 1e7, "value/q_mean": -9e3})
    for name, value in {"loss/value": 1e9, "value/q_mean": -2e4, "value/mean": 2e4}.items():
        with pytest.raises(TrainingFault, match=name):
            clipped.refuse({name: value})


def test_algorithms_know_what_their_rewards_allow(make_build):
    build = make_build()
    clipped = replace(build, env=replace(build.env, reward_limit=0.5))
    assert PPO(clipped).algorithm.bounds == bounds(0.99, 0.5)
    assert A2C(replace(clipped, config=A2CConfig(environments=2))).algorithm.bounds == bounds(0.99, 0.5)
    replaying = {"environments": 2, "replay_size": 60}
    assert DQN(replace(clipped, config=DQNConfig(**replaying))).bounds == bounds(0.99, 0.5)
    assert SAC(replace(clipped, config=SACConfig(**replaying))).bounds == Bounds()
