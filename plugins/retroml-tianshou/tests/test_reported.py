"""Every algorithm reports its losses and what else it learns by under the common names, and says beforehand which."""

import pytest
from retroml_tianshou import retroml_algorithms

from retroml_core.algorithm import Build
from retroml_core.metrics import is_reported
from retroml_core.plugins.registry import resolve
from retroml_core.schema import NetworkConfig
from retroml_core.seeding import Seeds
from retroml_core.testing import FakeControl, TinyConfig, TinyEnvironment

SPECS = list(retroml_algorithms())
COMMON = {
    "loss/total",
    "loss/value",
    "grad/norm",
    "grad/clip_share",
    "update/ratio",
    "schedule/learning_rate",
    "time/collect_share",
}
POLICY = {"loss/policy", "policy/entropy"}
ELSEWHERE = {"time/steps_per_second", "time/live_share"}
"""Reported by the core, and only while somebody may watch."""

PLAYING = {"environments": 4, "rollout_steps": 32}
REPLAYING = {"environments": 4, "report_steps": 64, "learning_starts": 8, "batch_size": 4, "replay_size": 200}
SMALL = {
    "ppo": PLAYING,
    "a2c": PLAYING,
    "dqn": REPLAYING,
    "c51": REPLAYING | {"atoms": 11},
    "rainbow": REPLAYING | {"atoms": 11},
    "qrdqn": REPLAYING | {"quantiles": 8},
    "iqn": REPLAYING | {"cosines": 8},
    "fqf": REPLAYING | {"cosines": 8, "fractions": 6},
    "sac": REPLAYING,
}

each = pytest.mark.parametrize("spec", SPECS, ids=lambda spec: spec.name)


@each
def test_the_common_names_are_declared(spec):
    assert set(spec.reports) >= COMMON
    has_policy = spec.family == "on-policy" or spec.name == "sac"
    assert POLICY.isdisjoint(spec.reports) is not has_policy


@each
def test_what_is_declared_is_reported(spec):
    seeds = Seeds(1)
    trainable = resolve(spec.factory)(
        Build(
            env=TinyEnvironment(TinyConfig(), 1, 0).info,
            config=spec.config(**SMALL[spec.name]),
            network=NetworkConfig(name="small", channels=[4], kernels=[4], strides=[2], hidden=[16]),
            seeds=seeds,
            threads=1,
            make_environment=lambda count: TinyEnvironment(TinyConfig(), count, seeds.integer("environment")),
        )
    )
    metrics = trainable.advance(FakeControl()).metrics
    trainable.close()
    assert {name for name in spec.reports if not any(is_reported(one, [name]) for one in metrics)} == ELSEWHERE
    losses = [value for name, value in metrics.items() if name.startswith("loss/") and name != "loss/total"]
    if spec.family == "off-policy":
        assert metrics["loss/total"] == pytest.approx(sum(losses))
