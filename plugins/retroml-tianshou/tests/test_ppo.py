"""PPO as the core drives it: learning, schedules, live settings, what it reports and remembers."""

from dataclasses import replace

import numpy as np
import pytest
from retroml_tianshou.measures import about, explained_variance
from retroml_tianshou.ppo import build

from retroml_core.environment import Transition
from retroml_core.schema import NetworkConfig
from retroml_core.testing import FakeControl


def test_it_learns_to_choose_the_lit_band(make):
    ppo = make(rollout_steps=32, minibatches=4, epochs=4, learning_rate=0.01, anneal_learning_rate=False)
    first = ppo.advance(FakeControl())
    for _ in range(20):
        last = ppo.advance(FakeControl())
    assert first.samples["rewards"].mean() < 0.6
    assert last.samples["rewards"].mean() > 0.9


def test_another_seed_ends_elsewhere(make):
    one, two = make(1), make(2)
    for ppo in (one, two):
        ppo.advance(FakeControl())
    assert one.fingerprint() != two.fingerprint()


def test_a_chunk_is_one_rollout_and_one_update(make):
    report = make().advance(FakeControl())
    assert (report.steps, report.updates) == (32, 1)


BY_LAYER = ("grad/norm_", "update/ratio_")


def test_every_standard_metric_is_reported(make):
    metrics = make().advance(FakeControl()).metrics
    assert {name for name in metrics if not name.startswith(BY_LAYER)} == {
        "loss/policy",
        "loss/value",
        "loss/total",
        "policy/entropy",
        "policy/approx_kl",
        "policy/clip_fraction",
        "value/explained_variance",
        "value/mean",
        "advantage/mean",
        "advantage/std",
        "grad/norm",
        "grad/clip_share",
        "update/ratio",
        "schedule/learning_rate",
        "schedule/clip_range",
        "schedule/entropy_coefficient",
        "value/mc_error",
        "value/mc_explained_variance",
        "time/collect_share",
        "time/act_share",
        "time/emulate_share",
    }


def test_samples_are_of_the_whole_rollout_and_stay_as_they_are(make):
    ppo = make()
    samples = ppo.advance(FakeControl()).samples
    kept = {name: array.copy() for name, array in samples.items()}
    assert set(samples) == {"actions", "values", "returns", "advantages", "rewards"}
    assert {array.shape for array in samples.values()} == {(32,)}
    ppo.advance(FakeControl())
    assert all(np.array_equal(samples[name], kept[name]) for name in kept)


def test_the_learning_rate_falls_with_the_budget(make):
    rates = [make().advance(FakeControl(done=done)).metrics["schedule/learning_rate"] for done in (0.0, 0.25, 1.0, 1.5)]
    assert rates == pytest.approx([2.5e-4, 0.75 * 2.5e-4, 0.0, 0.0])


def test_without_annealing_it_stays(make):
    metrics = make(anneal_learning_rate=False).advance(FakeControl(done=0.5)).metrics
    assert metrics["schedule/learning_rate"] == 2.5e-4
    assert metrics["schedule/clip_range"] == 0.1


def test_the_clip_range_falls_when_asked(make):
    assert make(anneal_clip=True).advance(FakeControl(done=0.5)).metrics["schedule/clip_range"] == pytest.approx(0.05)


@pytest.mark.parametrize("name", ["learning_rate", "clip_range", "entropy_coefficient"])
def test_live_settings_change_from_the_next_update_on(make, name):
    ppo = make()
    ppo.tune(name, 0.0123)
    assert ppo.advance(FakeControl()).metrics[f"schedule/{name}"] == pytest.approx(0.0123)


def test_other_settings_cannot_be_tuned(make):
    with pytest.raises(ValueError, match=r"gamma cannot be changed.*learning_rate"):
        make().tune("gamma", 0.5)


def test_settings_come_from_the_config_and_not_from_the_state(make):
    whole, resumed = make(), make(clip_range=0.2)
    whole.tune("clip_range", 0.3)
    whole.advance(FakeControl())
    resumed.restore(whole.state())
    assert resumed.advance(FakeControl()).metrics["schedule/clip_range"] == 0.2


def test_a_pause_inside_a_rollout_keeps_what_was_played(make):
    ppo = make()
    report = ppo.advance(FakeControl(return_after=4))
    assert (report.steps, report.updates) == (12, 0)
    assert ppo.state()["learner"]["rollout"]["position"] == 3


def test_a_state_after_an_update_holds_no_pictures(make):
    ppo = make()
    ppo.advance(FakeControl())
    assert ppo.state()["learner"]["rollout"]["obs_TBHWC"].size == 0


def test_the_thread_count_belongs_to_the_state(make):
    ppo = make()
    ppo.advance(FakeControl())
    assert ppo.state()["learner"]["threads"] == 1


def test_a_policy_of_another_network_is_refused(make, make_build):
    other = build(
        replace(make_build(), network=NetworkConfig(name="small", channels=[5], kernels=[4], strides=[2], hidden=[16]))
    )
    with pytest.raises(ValueError, match=r"trunk\.0\.weight is \(5, 2, 4, 4\), this network needs \(4, 2, 4, 4\)"):
        make().load_policy(other.policy())


def test_a_policy_with_missing_parts_is_refused(make):
    policy = make().policy()
    del policy["parameters"]["value_head.bias"]
    with pytest.raises(ValueError, match=r"value_head\.bias"):
        make().load_policy(policy)


def test_its_network_can_be_looked_at(make):
    ppo = make()
    assert ppo.modules()["network"] is ppo.network


def transition(truncated, terminated, final_obs):
    count = len(truncated)
    return Transition(
        obs=np.zeros((count, 2, 12, 12), np.uint8),
        actions=np.zeros(count, np.int64),
        rewards=np.zeros(count, np.float32),
        raw_rewards=np.zeros(count, np.float32),
        terminated=np.array(terminated),
        truncated=np.array(truncated),
        final_obs=final_obs,
    )


def test_only_an_end_by_the_clock_is_bootstrapped_from_its_last_picture(make):
    ppo = make()
    obs = np.random.default_rng(1).integers(0, 256, (4, 2, 12, 12)).astype(np.uint8)
    ppo.store(obs, ppo.choose(obs))
    ppo.observe(transition([True, True, False, True], [False, True, True, False], {0: obs[0], 1: obs[1], 2: obs[2]}))
    expected = [ppo.values(obs[:1]).item(), 0.0, 0.0, 0.0]
    assert ppo.rollout.bootstraps_TB[0] == pytest.approx(expected, rel=1e-5)
    assert ppo.rollout.ended_TB[0].all()
    assert expected[0] != 0.0


def test_an_action_the_environment_chose_itself_counts_as_executed(make):
    ppo = make()
    obs = np.random.default_rng(1).integers(0, 256, (4, 2, 12, 12)).astype(np.uint8)
    ppo.choose(obs)
    ppo.store(obs, np.array([2, 2, 2, 2]))
    likelihood = np.exp(ppo.rollout.log_probs_TB[0])
    assert ppo.rollout.actions_TB[0].tolist() == [2, 2, 2, 2]
    np.testing.assert_allclose(likelihood, ppo.act(obs, greedy=True).probabilities[:, 2], rtol=1e-5)


def test_store_needs_a_choice(make):
    with pytest.raises(RuntimeError, match="one choice for each"):
        make().store(np.zeros((4, 2, 12, 12), np.uint8), np.zeros(4, np.int64))


def test_a_choice_for_half_of_the_environments_is_not_enough_to_store(make):
    ppo = make()
    ppo.choose(np.zeros((2, 2, 12, 12), np.uint8))
    with pytest.raises(RuntimeError, match="one choice for each"):
        ppo.store(np.zeros((4, 2, 12, 12), np.uint8), np.zeros(4, np.int64))


def test_choices_may_come_in_parts(make):
    ppo = make()
    obs = np.random.default_rng(1).integers(0, 256, (4, 2, 12, 12)).astype(np.uint8)
    actions = np.concatenate([ppo.choose(obs[:3]), ppo.choose(obs[3:])])
    ppo.store(obs, actions)
    assert np.array_equal(ppo.rollout.obs_TBHWC[0].permute(0, 3, 1, 2).numpy(), obs)
    decision = ppo.decided(actions)
    np.testing.assert_allclose(decision.probabilities, ppo.act(obs, greedy=True).probabilities, rtol=1e-5)


def test_actions_are_drawn_as_their_probabilities_say(make):
    ppo = make()
    obs = np.repeat(np.random.default_rng(1).integers(0, 256, (1, 2, 12, 12)), 3000, 0).astype(np.uint8)
    decision = ppo.act(obs, greedy=False)
    shares = np.bincount(decision.actions, minlength=3) / 3000
    np.testing.assert_allclose(shares, decision.probabilities[0], atol=0.04)


@pytest.mark.parametrize(
    ("values", "returns", "expected"),
    [
        ([1.0, 2.0, 3.0], [1.0, 2.0, 3.0], 1.0),
        ([2.0, 2.0, 2.0], [1.0, 2.0, 3.0], 0.0),
        ([3.0, 2.0, 1.0], [1.0, 2.0, 3.0], -3.0),
    ],
)
def test_explained_variance(values, returns, expected):
    assert explained_variance(np.array(values, np.float32), np.array(returns, np.float32)) == pytest.approx(expected)


def test_a_perfect_critic_explains_a_constant_offset_too():
    values = np.array([1.0, 2.0, 4.0], np.float32)
    assert explained_variance(values, values + 10) == pytest.approx(1.0)


def test_returns_that_are_all_alike_leave_nothing_to_explain():
    returns = np.array([5.0, 5.0], np.float32)
    assert explained_variance(returns, returns) is None
    assert explained_variance(np.array([4.0, 6.0], np.float32), returns) is None
    assert "value/explained_variance" not in about(
        {"values": np.zeros(2), "returns": np.ones(2), "advantages": np.ones(2)},
    )
