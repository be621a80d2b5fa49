"""REINFORCE learns: on Catch it leaves the random agent far behind."""

import numpy as np
import pytest
from retroml_example.reinforce import DISCOUNT, Reinforce, discounted, features, softmax
from retroml_example.settings import ReinforceConfig

from retroml_core.algorithm import Build
from retroml_core.builtin.catch import CatchEnvironment
from retroml_core.builtin.configs import CatchConfig, RandomConfig
from retroml_core.builtin.random_agent import RandomAgent
from retroml_core.environment import EnvironmentBuild
from retroml_core.schema import NetworkConfig
from retroml_core.seeding import Seeds
from retroml_core.testing import FakeControl

LAST = 100


def mean_score(factory, config, steps):
    """The mean score of the last games of a training of `steps` steps on Catch with five balls."""
    seeds = Seeds(1)

    def make_environment(count):
        settings = CatchConfig(balls=5)
        return CatchEnvironment(EnvironmentBuild(game="catch", config=settings, count=count, seed=seeds.integer("environment")))

    info = make_environment(1).info
    build = Build(env=info, config=config, network=NetworkConfig(), seeds=seeds, make_environment=make_environment)
    trainable, scores = factory(build), []
    while trainable.steps < steps:
        scores += [episode.score for episode in trainable.advance(FakeControl()).episodes]
    trainable.close()
    return np.mean(scores[-LAST:])


def test_it_leaves_the_random_agent_behind():
    learned = mean_score(Reinforce, ReinforceConfig(environments=64, learning_rate=2.0), 30_000)
    assert learned > 3 * mean_score(RandomAgent, RandomConfig(environments=64), 10_000)


def test_rewards_count_less_the_later_they_come():
    rewards_TB = np.array([[0.0], [0.0], [1.0]], dtype=np.float32)
    assert discounted(rewards_TB, np.ones((3, 1), bool)).ravel().tolist() == pytest.approx([DISCOUNT**2, DISCOUNT, 1.0])


def test_rewards_do_not_count_across_the_end_of_a_game():
    rewards_TB = np.array([[0.0], [0.0], [1.0]], dtype=np.float32)
    goes_on_TB = np.array([[True], [False], [True]])
    assert discounted(rewards_TB, goes_on_TB).ravel().tolist() == [0.0, 0.0, 1.0]


def test_features_are_the_newest_picture_made_small():
    obs = np.zeros((2, 4, 84, 84), np.uint8)
    obs[:, :-1] = 77
    obs[1, -1] = 255
    cells_BF = features(obs)
    assert cells_BF.shape == (2, 12 * 12 + 1)
    assert cells_BF[0].tolist() == [0.0] * 144 + [1.0]
    assert cells_BF[1].tolist() == [1.0] * 145


def test_small_pictures_are_taken_as_they_are():
    assert features(np.zeros((1, 1, 5, 7), np.uint8)).shape == (1, 5 * 7 + 1)


def test_softmax_does_not_overflow():
    assert softmax(np.array([[1000.0, 1000.0]])).tolist() == [[0.5, 0.5]]
