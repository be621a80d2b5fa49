"""The algorithms with a distribution of returns, and discrete SAC, as the core drives them: learning, exploring, reporting."""

import math

import numpy as np
import pytest
import torch
from retroml_tianshou import retroml_algorithms
from retroml_tianshou.noisy import NoisyLinear
from retroml_tianshou.replay.priorities import PrioritizedSampler
from retroml_tianshou.replay.sampling import UniformSampler

from retroml_core.algorithm import Build
from retroml_core.plugins.registry import resolve
from retroml_core.schema import NetworkConfig
from retroml_core.seeding import Seeds
from retroml_core.testing import FakeControl, TinyConfig, TinyEnvironment

NETWORK = NetworkConfig(name="small", channels=[4], kernels=[4], strides=[2], hidden=[16])
SPECS = {spec.name: spec for spec in retroml_algorithms()}
QUICK = {
    "environments": 8,
    "report_steps": 400,
    "update_every": 8,
    "learning_starts": 16,
    "batch_size": 8,
    "target_every": 25,
    "replay_size": 2000,
    "gamma": 0.5,
    "learning_rate": 0.003,
    "precision": "float32",
}
SMALL = {
    "c51": {"atoms": 11, "lowest_return": 0.0, "highest_return": 2.0, "epsilon_steps": 300},
    "rainbow": {"atoms": 11, "lowest_return": 0.0, "highest_return": 2.0, "n_step": 1},
    "qrdqn": {"quantiles": 10, "epsilon_steps": 300},
    "iqn": {"cosines": 8, "epsilon_steps": 300},
    "fqf": {"cosines": 8, "fractions": 8, "epsilon_steps": 300},
    "sac": {"temperature": 0.05, "learning_rate": 0.01},
}
RANDOM = 1 / 3
OBS = np.random.default_rng(5).integers(0, 256, (6, 2, 12, 12)).astype(np.uint8)


@pytest.fixture
def make():
    made = []

    def make(name, seed=1, **settings):
        seeds, spec = Seeds(seed), SPECS[name]
        build = Build(
            env=TinyEnvironment(TinyConfig(), 1, 0).info,
            config=spec.config(**QUICK | SMALL[name] | settings),
            network=NETWORK,
            seeds=seeds,
            threads=1,
            make_environment=lambda count: TinyEnvironment(TinyConfig(), count, seeds.integer("environment")),
        )
        made.append(resolve(spec.factory)(build))
        return made[-1]

    yield make
    for trainable in made:
        trainable.close()


def advance(trainable, chunks=1):
    return [trainable.advance(FakeControl()) for _ in range(chunks)]


@pytest.mark.parametrize("name", SMALL)
def test_it_learns_to_choose_the_lit_band(make, name):
    last = advance(make(name), 3)[-1]
    assert last.samples["rewards"].mean() > 2 * RANDOM


@pytest.mark.parametrize("name", SMALL)
def test_it_reports_numbers(make, name):
    (report,) = advance(make(name, report_steps=40))
    assert {"loss/value", "value/q_mean", "value/spread"} <= set(report.metrics) or name == "sac"
    assert {"schedule/learning_rate", "grad/norm", "policy/epsilon", "replay/size"} <= set(report.metrics)
    assert all(math.isfinite(value) for value in report.metrics.values())


def test_values_of_c51_stay_within_its_atoms(make):
    values = make("c51").act(OBS, greedy=True).values
    assert (values >= 0).all()
    assert (values <= 2).all()


def test_rainbow_is_noisy_while_it_plays_and_silent_when_it_is_watched(make):
    rainbow = make("rainbow", dueling=True)
    chosen = np.array([rainbow.choose(OBS) for _ in range(40)])
    assert (chosen.std(0) > 0).any()
    decided = np.array([rainbow.act(OBS, greedy=True).actions for _ in range(5)])
    assert (decided == decided[0]).all()


def test_each_game_of_rainbow_has_a_noise_of_its_own(make):
    same = np.repeat(OBS[:1], 64, axis=0)
    assert len(set(make("rainbow").choose(same).tolist())) > 1


def test_rainbow_is_silent_between_updates(make):
    rainbow = make("rainbow", report_steps=200)
    advance(rainbow)
    layers = [layer for layer in rainbow.learner.network.modules() if isinstance(layer, NoisyLinear)]
    assert len(layers) == 4
    assert all(layer.noise is None for layer in layers)


def test_rainbow_says_how_much_noise_is_left(make):
    rainbow = make("rainbow", noise=0.3)
    assert rainbow.about_exploration()["policy/noise"] == pytest.approx(0.3, rel=1e-5)
    assert make("rainbow", noisy=False, epsilon_start=1.0).about_exploration()["policy/noise"] == 0.0


def test_a_priority_exponent_makes_the_replay_prioritised(make):
    assert isinstance(make("rainbow").replay.sampler, PrioritizedSampler)
    assert isinstance(make("iqn").replay.sampler, UniformSampler)


def test_surprises_become_priorities(make):
    rainbow = make("rainbow", report_steps=200)
    advance(rainbow)
    priorities = rainbow.replay.sampler.state()["priorities"]
    assert len(set(priorities[priorities > 0].tolist())) > 50


def test_iqn_decides_the_same_for_the_same_picture(make):
    iqn = make("iqn")
    np.testing.assert_array_equal(iqn.act(OBS, greedy=True).values, iqn.act(OBS, greedy=True).values)


def test_the_proposals_of_fqf_learn(make):
    fqf = make("fqf", proposal_rate=1.0, report_steps=40)
    before = fqf.learner.network.proposal.logits.weight.detach().clone()
    advance(fqf)
    assert not torch.equal(fqf.learner.network.proposal.logits.weight, before)


def test_the_critics_of_sac_begin_and_stay_different(make):
    sac = make("sac", report_steps=40)
    advance(sac)
    first, second = (critic.head.weight for critic in sac.learner.critics)
    assert not torch.allclose(first, second)


def test_sac_draws_in_proportion_to_its_policy(make):
    sac = make("sac")
    same = np.repeat(OBS[:1], 3000, axis=0)
    decision = sac.act(same, greedy=False)
    shares = np.bincount(decision.actions, minlength=3) / 3000
    np.testing.assert_allclose(shares, decision.probabilities[0], atol=0.03)
    np.testing.assert_allclose(np.bincount(sac.choose(same), minlength=3) / 3000, decision.probabilities[0], atol=0.03)


def test_sac_moves_its_temperature_unless_it_is_fixed(make):
    (found,), (fixed,) = (advance(make("sac", temperature=fixed, report_steps=40)) for fixed in (None, 0.05))
    assert found.metrics["policy/temperature"] != 1.0
    assert fixed.metrics["policy/temperature"] == pytest.approx(0.05)


def test_a_fixed_temperature_that_is_learned_from_now_on_begins_where_it_was(make):
    before, after = make("sac", temperature=0.05), make("sac", temperature=None)
    before.advance(FakeControl())
    after.restore(before.state())
    assert after.learner.temperature().item() == pytest.approx(0.05)
    after.advance(FakeControl())
    assert after.learner.temperature().item() != pytest.approx(0.05)
