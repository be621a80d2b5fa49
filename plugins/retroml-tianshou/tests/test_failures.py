"""Torch's own words for what can go wrong, as the core must understand them; losses that explode."""

import pytest
import torch
from retroml_tianshou.a2c_config import A2CConfig
from retroml_tianshou.measures import EXPLODED, refuse_nonsense
from retroml_tianshou.ppo_config import PPOConfig

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
    assert lack.asked == f"{2**60} bytes"


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


@pytest.mark.parametrize("name", ["loss/value", "grad/norm"])
def test_a_loss_that_exploded_is_refused_while_it_is_still_a_number(name):
    with pytest.raises(TrainingFault, match=rf"{name} is 1e\+16: training exploded") as fault:
        refuse_nonsense({"value/mean": 1e20, name: 10 * EXPLODED})
    assert fault.value.metric == name
    assert "algorithm.learning_rate" in fault.value.hint


def test_large_losses_of_raw_scores_are_let_through():
    refuse_nonsense({"loss/value": 1e12, "loss/policy": -1e6, "grad/norm": 1e9})
