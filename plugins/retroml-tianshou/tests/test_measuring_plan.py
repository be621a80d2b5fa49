"""Finding the fastest settings: what is tried in which order, what is chosen, and what a trial trains."""

from dataclasses import replace

import pytest
from retroml_tianshou.a2c_config import A2CConfig
from retroml_tianshou.dqn_config import DQNConfig
from retroml_tianshou.measuring.plan import axes, chosen, configured, shortened, started, trials
from retroml_tianshou.ppo_config import PPOConfig

from retroml_core.builtin.configs import RandomConfig
from retroml_core.schema import ExperimentConfig
from retroml_core.training.measured import Choice, Trial

START = Choice(threads=4, environments=8, precision="float32", compile="off")


def attempts(rate):
    return lambda choice: Trial(choice=choice, steps_per_second=rate(choice))


def test_each_setting_is_tried_from_the_best_so_far():
    def rate(choice):
        return 100.0 * (1 + (choice.threads == 2)) * (1 + (choice.precision == "bfloat16"))

    ways = {"threads": (2, 1), "precision": ("bfloat16",), "environments": (16,)}
    tried = [trial.choice for trial in trials(START, ways, attempts(rate))]
    assert [(one.threads, one.precision, one.environments) for one in tried] == [
        (4, "float32", 8),
        (2, "float32", 8),
        (1, "float32", 8),
        (2, "bfloat16", 8),
        (2, "bfloat16", 16),
    ]


def test_nothing_is_tried_twice():
    tried = [trial.choice for trial in trials(START, {"threads": (4, 2), "environments": (8,)}, attempts(lambda choice: 1.0))]
    assert [one.threads for one in tried] == [4, 2]


def test_what_is_a_little_faster_may_be_chance_and_is_not_chosen():
    slower = Trial(choice=replace(START, threads=2), steps_per_second=102.0)
    measured = chosen([Trial(choice=START, steps_per_second=100.0), slower], "today")
    assert measured.best == START
    assert measured.environments == 8


def test_more_environments_are_suggested_but_not_chosen():
    more = Trial(choice=replace(START, environments=32), steps_per_second=150.0)
    failed = Trial(choice=replace(START, environments=64), steps_per_second=None, problem="no memory")
    measured = chosen([Trial(choice=START, steps_per_second=100.0), more, failed], "today")
    assert measured.best == START
    assert measured.environments == 32


@pytest.mark.parametrize(("cores", "threads"), [(1, [1]), (2, [2, 1]), (8, [8, 4]), (16, [16, 8, 4])])
def test_threads_are_those_that_cores_suggest(cores, threads):
    assert axes(START, cores=cores, bfloat16=False, compiler=False)["threads"] == threads


def test_only_what_the_machine_has_units_or_a_compiler_for_is_tried():
    without, with_both = (axes(START, cores=2, bfloat16=has, compiler=has) for has in (False, True))
    assert (without["precision"], without["compile"]) == ((), ())
    assert (with_both["precision"], with_both["compile"]) == (("bfloat16",), ("on",))


def test_an_algorithm_without_a_network_has_no_precision():
    start = started(ExperimentConfig(algorithm=RandomConfig(environments=4)), cores=2)
    assert start == Choice(threads=2, environments=4)
    assert axes(start, cores=2, bfloat16=True, compiler=True)["precision"] == ()


def test_a_choice_becomes_settings():
    config = ExperimentConfig(algorithm=PPOConfig(), environment=None)
    choice = Choice(threads=3, environments=16, precision="bfloat16", compile="on")
    changed = configured(config, choice)
    algorithm = changed.algorithm
    assert (changed.threads, algorithm.environments, algorithm.precision, algorithm.compile) == (3, 16, "bfloat16", "on")


def test_a_short_rollout_is_learned_from_in_minibatches_of_the_same_size():
    short = shortened(PPOConfig())
    assert (short.rollout_steps, short.minibatches, short.epochs) == (32, 1, 4)


def test_an_algorithm_with_a_replay_learns_soon_and_as_often():
    short = shortened(DQNConfig())
    assert short.learning_starts == 64
    assert short.report_steps < short.replay_size
    assert (short.batch_size, short.update_every, short.epsilon_start) == (32, 4, 0.01)


def test_other_algorithms_are_measured_as_they_are():
    assert shortened(A2CConfig()) == A2CConfig()
