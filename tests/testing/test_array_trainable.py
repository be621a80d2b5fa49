"""`ArrayTrainable`: what an author need not write."""

import numpy as np
import pytest

from retroml_core.algorithm import Build
from retroml_core.array_trainable import ArrayTrainable, _draw
from retroml_core.schema import NetworkConfig
from retroml_core.seeding import Seeds
from retroml_core.testing import FakeControl, TinyConfig, TinyEnvironment


class Bandit(ArrayTrainable):
    """Prefers, ever more, the action that scored most in its last four steps."""

    def __init__(self, build):
        super().__init__(build)
        self.parameters = {"scores": np.zeros(3)}
        self.memory = {"actions": [], "rewards": []}

    def probabilities(self, obs):
        weights = np.exp(self.parameters["scores"])
        return np.tile(weights / weights.sum(), (len(obs), 1))

    def observe(self, transition):
        self.memory["actions"].append(transition.actions)
        self.memory["rewards"].append(transition.rewards)

    def ready(self):
        return len(self.memory["rewards"]) == 4

    def update(self, control):
        actions, rewards = np.concatenate(self.memory["actions"]), np.concatenate(self.memory["rewards"])
        self.parameters = {"scores": self.parameters["scores"] + np.bincount(actions, rewards, minlength=3)}
        self.memory = {"actions": [], "rewards": []}
        return {}


class Config:
    environments = 2


def make(seed=1):
    info = TinyEnvironment(TinyConfig(), 1, 0).info
    build = Build(
        env=info,
        config=Config(),
        network=NetworkConfig(),
        seeds=Seeds(seed),
        make_environment=lambda count: TinyEnvironment(TinyConfig(), count, seed),
    )
    return Bandit(build)


OBS = np.zeros((4, 2, 12, 12), np.uint8)


def test_greedy_takes_the_likeliest():
    bandit = make()
    bandit.parameters = {"scores": np.array([0.0, 2.0, 1.0])}
    assert bandit.act(OBS, greedy=True).actions.tolist() == [1, 1, 1, 1]


def test_drawn_actions_follow_the_probabilities():
    bandit = make()
    bandit.parameters = {"scores": np.log([0.2, 0.5, 0.3])}
    bandit.seed_acting(4)
    actions = np.concatenate([bandit.act(OBS, greedy=False).actions for _ in range(2000)])
    assert np.bincount(actions) / len(actions) == pytest.approx([0.2, 0.5, 0.3], abs=0.02)


def test_an_action_that_cannot_be_is_never_drawn():
    chances = np.tile([0.0, 1.0, 0.0], (5000, 1))
    assert set(_draw(chances, np.random.default_rng(1)).tolist()) == {1}


def test_rounding_never_draws_beyond_the_last_action():
    class Highest:
        def random(self, shape):
            return np.full(shape, np.nextafter(1.0, 0.0))

    chances = np.full((1, 7), 1 / 7, np.float32)
    assert _draw(chances, Highest()).tolist() == [6]


def test_decisions_carry_their_probabilities():
    decision = make().act(OBS, greedy=False)
    assert decision.probabilities.dtype == np.float32
    assert decision.probabilities.sum(axis=1) == pytest.approx(1.0)


def test_the_fingerprint_is_that_of_the_parameters_alone():
    one, two = make(1), make(2)
    assert one.fingerprint() == two.fingerprint()
    one.parameters = {"scores": np.ones(3)}
    assert one.fingerprint() != two.fingerprint()


def test_a_policy_holds_the_parameters_alone():
    bandit = make()
    assert list(bandit.policy()) == ["parameters"]
    assert bandit.policy()["parameters"]["scores"] is bandit.parameters["scores"]


def test_restoring_brings_back_memory_and_the_generator_of_training():
    one, two = make(), make(9)
    one.advance(FakeControl())
    one.advance(FakeControl(return_after=3))
    assert len(one.memory["rewards"]) == 2
    two.restore_learner(one.learner_state())
    assert np.array_equal(two.memory["rewards"], one.memory["rewards"])
    assert two.choose(OBS).tolist() == one.choose(OBS).tolist()


def test_it_learns():
    bandit = make()
    bandit.advance(FakeControl())
    assert bandit.parameters["scores"].sum() > 0
    bandit.close()
