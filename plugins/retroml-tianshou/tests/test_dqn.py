"""DQN as the core drives it: learning, exploring, when it updates, targets, what it reports."""

import numpy as np
import pytest
import torch
from retroml_tianshou.dqn import build
from retroml_tianshou.dqn_config import DQNConfig
from retroml_tianshou.exploration import EpsilonSchedule, epsilon_greedy, greedy_probabilities

from retroml_core.algorithm import Build, TrainingFault
from retroml_core.schema import NetworkConfig
from retroml_core.seeding import Seeds
from retroml_core.testing import FakeControl, TinyConfig, TinyEnvironment

NETWORK = NetworkConfig(name="small", channels=[4], kernels=[4], strides=[2], hidden=[16])
QUICK = {
    "environments": 2,
    "report_steps": 40,
    "learning_starts": 16,
    "batch_size": 8,
    "target_every": 5,
    "replay_size": 1000,
    "precision": "float32",
}


@pytest.fixture
def make():
    made = []

    def make(seed=1, **settings):
        seeds = Seeds(seed)
        made.append(
            build(
                Build(
                    env=TinyEnvironment(TinyConfig(), 1, 0).info,
                    config=DQNConfig(**QUICK | settings),
                    network=NETWORK,
                    seeds=seeds,
                    threads=1,
                    make_environment=lambda count: TinyEnvironment(TinyConfig(), count, seeds.integer("environment")),
                )
            )
        )
        return made[-1]

    yield make
    for dqn in made:
        dqn.close()


@pytest.mark.parametrize("variant", [{}, {"double": True, "dueling": True, "n_step": 3}])
def test_it_learns_to_choose_the_lit_band(make, variant):
    quick = {"environments": 8, "report_steps": 400, "update_every": 8, "target_every": 20, "epsilon_steps": 600}
    dqn = make(**quick, learning_rate=0.01, gamma=0.3, batch_size=16, **variant)
    first = dqn.advance(FakeControl())
    for _ in range(3):
        last = dqn.advance(FakeControl())
    assert first.samples["rewards"].mean() < 0.6
    assert last.samples["rewards"].mean() > 0.9


@pytest.mark.parametrize(("every", "gradient_steps", "made"), [(4, 1, 46), (4, 3, 138), (1, 1, 183), (50, 1, 4)])
def test_updates_are_as_many_as_the_steps_say(make, every, gradient_steps, made):
    dqn = make(update_every=every, gradient_steps=gradient_steps, report_steps=200)
    report = dqn.advance(FakeControl())
    assert report.steps == 200
    assert report.metrics["update/gradient_steps"] == made == ((198 - 16) // every + 1) * gradient_steps


def test_before_learning_starts_it_only_explores(make):
    metrics = make(learning_starts=1000).advance(FakeControl()).metrics
    assert set(metrics) == {
        "policy/epsilon",
        "schedule/learning_rate",
        "replay/size",
        "replay/megabytes",
        "update/gradient_steps",
        "time/collect_share",
        "time/act_share",
        "time/emulate_share",
    }


@pytest.mark.parametrize(("used", "share", "learns"), [(0.04, 0.05, False), (0.05, 0.05, True), (0.9, None, False)])
def test_learning_begins_after_a_share_of_the_budget_at_the_latest(make, used, share, learns):
    dqn = make(learning_starts=1000, learning_starts_share=share)
    dqn.advance(FakeControl(done=used))
    assert (dqn.gradient_steps > 0) is learns


def test_learning_that_began_early_goes_on_from_a_checkpoint(make):
    settings = {"learning_starts": 1000, "update_every": 4}
    alone, resumed = make(**settings), make(**settings)
    alone.advance(FakeControl(done=0.1))
    resumed.restore(alone.state())
    for dqn in (alone, resumed):
        dqn.advance(FakeControl(done=0.2))
    assert resumed.gradient_steps == alone.gradient_steps == 20
    assert resumed.fingerprint() == alone.fingerprint()


def test_every_standard_metric_is_reported(make):
    metrics = make().advance(FakeControl()).metrics
    standard = {"loss/value", "loss/total", "value/q_mean", "grad/norm", "grad/clip_share", "update/ratio", "policy/epsilon"}
    assert standard < set(metrics)
    assert metrics["replay/size"] == 40
    assert 0 < metrics["time/collect_share"] < 1


def test_long_gradients_are_shortened(make):
    assert make(max_grad_norm=0.001).advance(FakeControl()).metrics["grad/clip_share"] == 1.0
    assert make(max_grad_norm=None).advance(FakeControl()).metrics["grad/clip_share"] == 0.0


def test_samples_are_those_of_the_chunk(make):
    dqn = make()
    dqn.advance(FakeControl())
    samples = dqn.advance(FakeControl()).samples
    assert {name: array.shape for name, array in samples.items()} == {"actions": (40,), "rewards": (40,)}


def same(one, two):
    return all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))


def test_the_target_follows_every_so_many_gradient_steps(make):
    dqn = make(target_every=3)
    matches = []
    learn = dqn._learn

    def watched():
        learn()
        matches.append(same(dqn.learner.target, dqn.learner.network))

    dqn._learn = watched
    dqn.advance(FakeControl())
    assert matches == [False, False, True, False, False, True]


def test_a_soft_target_moves_a_share_of_the_way(make):
    dqn = make(target_every=1, target_tau=0.25, learning_starts=38)
    before = [parameter.clone() for parameter in dqn.learner.target.parameters()]
    dqn.advance(FakeControl())
    now = zip(dqn.learner.target.parameters(), dqn.learner.network.parameters(), before, strict=True)
    for target, network, old in now:
        torch.testing.assert_close(target, 0.25 * network + 0.75 * old)


def test_live_settings_change_from_the_next_chunk_on(make):
    dqn = make()
    dqn.tune("learning_rate", 0.0123)
    assert dqn.advance(FakeControl()).metrics["schedule/learning_rate"] == pytest.approx(0.0123)
    with pytest.raises(ValueError, match=r"gamma cannot be changed.*learning_rate"):
        dqn.tune("gamma", 0.5)


def test_the_learning_rate_falls_when_asked(make):
    metrics = make(learning_rate_schedule="linear").advance(FakeControl(done=0.75)).metrics
    assert metrics["schedule/learning_rate"] == pytest.approx(0.25e-4)


def test_numbers_that_are_not_finite_end_the_training(make):
    dqn = make()
    with torch.no_grad():
        dqn.learner.network.head[-1].weight.fill_(float("nan"))
    with pytest.raises(TrainingFault, match="loss/value is nan"):
        dqn.advance(FakeControl())


def test_a_state_that_a_bad_gradient_has_spoilt_is_not_handed_out(make):
    dqn = make(report_steps=4000)
    dqn.advance(FakeControl(return_after=30))
    dqn.state()
    dqn.learner.network.head[0].weight.data.fill_(float("nan"))
    dqn.advance(FakeControl(return_after=10))
    with pytest.raises(TrainingFault, match="nan"):
        dqn.state()


@pytest.mark.parametrize(("before", "after"), [(1, 16), (16, 1), (4, 4)])
def test_another_pace_counts_from_where_it_began(make, before, after):
    dqn = make(update_every=before, report_steps=80)
    dqn.advance(FakeControl())
    other = make(update_every=after, report_steps=80)
    other.restore(dqn.state())
    learned = other.gradient_steps
    other.advance(FakeControl())
    assert abs(other.gradient_steps - learned - 80 // after) <= 2
    assert dqn.gradient_steps == learned


def test_each_gradient_step_gives_the_core_a_chance(make):
    ticks = []
    dqn = make(gradient_steps=50, report_steps=20)
    control = FakeControl()
    control.tick = lambda: ticks.append(dqn.gradient_steps)
    dqn.advance(control)
    assert len(set(ticks)) > 50


def test_a_player_takes_no_memory_for_a_replay(make):
    dqn = make(replay_size=100_000_000)
    dqn.act(np.zeros((1, 2, 12, 12), np.uint8), greedy=True)
    assert dqn.replay.nbytes == 0


# --- exploration ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("used", "epsilon"), [(0.0, 1.0), (0.1, 0.55), (0.2, 0.1), (0.9, 0.1)])
def test_epsilon_falls_over_a_share_of_the_budget(used, epsilon):
    assert EpsilonSchedule(start=1.0, end=0.1, fraction=0.2).at(10**9, used) == pytest.approx(epsilon)


@pytest.mark.parametrize(("step", "epsilon"), [(0, 1.0), (500, 0.55), (1000, 0.1), (5000, 0.1)])
def test_epsilon_falls_over_steps_when_they_are_given(step, epsilon):
    assert EpsilonSchedule(start=1.0, end=0.1, fraction=0.2, steps=1000).at(step, 0.0) == pytest.approx(epsilon)


def test_without_a_share_of_the_budget_epsilon_is_at_its_end():
    assert EpsilonSchedule(start=1.0, end=0.1, fraction=0.0).at(0, 0.0) == pytest.approx(0.1)


def test_epsilon_greedy_is_random_as_often_as_it_says():
    random = np.random.default_rng(1)
    actions = epsilon_greedy(0.3, lambda: np.full(20_000, 2), 20_000, 4, random)
    assert np.bincount(actions) / 20_000 == pytest.approx([0.075, 0.075, 0.775, 0.075], abs=0.01)


def test_the_network_is_not_asked_when_all_is_random():
    def ask():
        raise AssertionError("asked")

    assert epsilon_greedy(1.0, ask, 5, 3, np.random.default_rng(1)).shape == (5,)


def test_probabilities_are_those_of_epsilon_greedy():
    chances = greedy_probabilities(np.array([[0.0, 2.0], [3.0, 1.0]], np.float32), 0.2)
    np.testing.assert_allclose(chances, [[0.1, 0.9], [0.9, 0.1]], rtol=1e-6)


def test_a_decision_tells_the_value_of_the_best_action(make):
    dqn = make()
    obs = np.random.default_rng(1).integers(0, 256, (4, 2, 12, 12)).astype(np.uint8)
    decision = dqn.act(obs, greedy=True)
    values = dqn.values(obs)
    np.testing.assert_array_equal(decision.values, values.max(1))
    np.testing.assert_array_equal(decision.probabilities, np.eye(3)[values.argmax(1)])


@pytest.mark.parametrize(("epsilon", "known"), [(1.0, False), (0.1, True)])
def test_whoever_watches_is_told_what_the_network_was_asked(make, epsilon, known):
    dqn = make(epsilon_start=epsilon, epsilon_end=epsilon)
    obs = np.random.default_rng(1).integers(0, 256, (2, 2, 12, 12)).astype(np.uint8)
    decision = dqn.decided(dqn.choose(obs))
    assert (decision.probabilities is not None) == known
    if known:
        np.testing.assert_array_equal(decision.values, dqn.values(obs).max(1))
        np.testing.assert_allclose(decision.probabilities.max(1), 0.9 + 0.1 / 3, rtol=1e-6)
