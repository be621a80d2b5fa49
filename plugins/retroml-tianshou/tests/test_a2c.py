"""A2C as the core drives it: learning, schedules, live settings, what it reports."""

import pytest
from retroml_tianshou.a2c import MEASURED_EVERY, build
from retroml_tianshou.a2c_config import A2CConfig
from retroml_tianshou.rmsprop import TensorFlowRMSprop

from retroml_core.algorithm import Build
from retroml_core.schema import NetworkConfig
from retroml_core.seeding import Seeds
from retroml_core.testing import FakeControl, TinyConfig, TinyEnvironment

NETWORK = NetworkConfig(name="small", channels=[4], kernels=[4], strides=[2], hidden=[16])


@pytest.fixture
def make():
    def make(seed: int = 1, **settings):
        seeds = Seeds(seed)
        parts = Build(
            env=TinyEnvironment(TinyConfig(), 1, 0).info,
            config=A2CConfig(**{"environments": 4} | settings),
            network=NETWORK,
            seeds=seeds,
            threads=1,
            make_environment=lambda count: TinyEnvironment(TinyConfig(), count, seeds.integer("environment")),
        )
        return build(parts)

    return make


@pytest.mark.parametrize(("optimizer", "rate"), [("rmsprop", 0.3), ("adam", 0.01)])
def test_it_learns_to_choose_the_lit_band(make, optimizer, rate):
    a2c = make(environments=16, optimizer=optimizer, learning_rate=rate, learning_rate_schedule="constant")
    rewards = [a2c.advance(FakeControl()).samples["rewards"].mean() for _ in range(70)]
    assert rewards[0] < 0.6
    assert sum(rewards[-10:]) / 10 > 0.85


def test_a_chunk_is_one_rollout_and_one_update(make):
    report = make().advance(FakeControl())
    assert (report.steps, report.updates) == (20, 1)


BY_LAYER = ("grad/norm_", "update/ratio_")


def test_every_standard_metric_is_reported(make):
    a2c = make()
    metrics = a2c.advance(FakeControl()).metrics
    assert {name for name in metrics if not name.startswith(BY_LAYER)} == {
        "loss/policy",
        "loss/value",
        "loss/total",
        "policy/entropy",
        "value/explained_variance",
        "value/mean",
        "advantage/mean",
        "advantage/std",
        "grad/norm",
        "grad/clip_share",
        "update/ratio",
        "schedule/learning_rate",
        "schedule/entropy_coefficient",
        "value/mc_error",
        "value/mc_explained_variance",
        "time/collect_share",
        "time/act_share",
        "time/emulate_share",
    }


def test_the_size_of_a_step_is_measured_now_and_then(make):
    a2c = make()
    measured = ["update/ratio" in a2c.advance(FakeControl()).metrics for _ in range(MEASURED_EVERY + 1)]
    assert [number for number, there in enumerate(measured) if there] == [0, MEASURED_EVERY]


@pytest.mark.parametrize(("schedule", "rate"), [("constant", 7e-4), ("linear", 1.75e-4), ("cosine", 1.02513e-4)])
def test_the_learning_rate_follows_its_schedule(make, schedule, rate):
    a2c = make(learning_rate_schedule=schedule)
    assert a2c.advance(FakeControl(done=0.75)).metrics["schedule/learning_rate"] == pytest.approx(rate, rel=1e-4)
    assert a2c.algorithm.optim.learning_rate == pytest.approx(rate, rel=1e-4)


@pytest.mark.parametrize("name", ["learning_rate", "entropy_coefficient"])
def test_live_settings_change_from_the_next_update_on(make, name):
    a2c = make()
    a2c.tune(name, 0.0123)
    assert a2c.advance(FakeControl()).metrics[f"schedule/{name}"] == pytest.approx(0.0123)


def test_other_settings_cannot_be_tuned(make):
    with pytest.raises(ValueError, match=r"gamma cannot be changed.*learning_rate, entropy_coefficient"):
        make().tune("gamma", 0.5)


def test_the_optimizer_is_the_one_asked_for(make):
    assert isinstance(make().algorithm.optim._optim, TensorFlowRMSprop)
    assert type(make(optimizer="adam").algorithm.optim._optim).__name__ == "Adam"


def test_n_step_returns_are_bootstrapped_from_the_critic(make):
    a2c = make(gamma=0.5)
    report = a2c.advance(FakeControl())
    rollout, rewards = a2c.rollout, report.samples["rewards"].reshape(5, 4)
    ends = rollout.ended_TB[-1]
    last = report.samples["returns"].reshape(5, 4)[-1]
    assert not ends.all()
    assert (last[~ends] != rewards[-1][~ends]).all()
    assert (last[ends] == rewards[-1][ends] + 0.5 * rollout.bootstraps_TB[-1][ends]).all()
