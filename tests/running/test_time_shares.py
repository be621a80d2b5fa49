"""What the time of a chunk is spent on, by a clock that only the work itself moves."""

from __future__ import annotations

import numpy as np
import pytest

from retroml_core import online
from retroml_core.algorithm import Build
from retroml_core.online import OnlineTrainable
from retroml_core.schema import NetworkConfig
from retroml_core.seeding import Seeds
from retroml_core.testing import FakeControl, TinyConfig, TinyEnvironment

CHOOSING, EMULATING, SHOWING, LEARNING = 2.0, 3.0, 1.0, 4.0


class Clock:
    now = 0.0

    def perf_counter(self):
        return self.now


class SlowEnvironment(TinyEnvironment):
    clock = Clock()

    def recv(self):
        self.clock.now += EMULATING
        return super().recv()


class Onlooker:
    def __init__(self, clock, on):
        self.clock, self.on = clock, on

    def show(self, step, obs, actions, decided, environment):
        self.clock.now += SHOWING


class Slow(OnlineTrainable):
    """Updates after two vector steps; every part of its work takes its time."""

    clock = Clock()
    played = 0

    def choose(self, obs):
        self.clock.now += CHOOSING
        return np.zeros(len(obs), np.int64)

    def observe(self, transition):
        self.played += 1

    def ready(self):
        return self.played == 2

    def update(self, control):
        self.clock.now += LEARNING
        self.played = 0
        return {}

    def unused(self, *arguments, **named):
        raise AssertionError

    act = learner_state = restore_learner = seed_acting = policy = load_policy = fingerprint = unused


@pytest.fixture
def shares(monkeypatch):
    def of(watcher=None):
        clock = Clock()
        monkeypatch.setattr(online, "time", clock)
        monkeypatch.setattr(Slow, "clock", clock)
        monkeypatch.setattr(SlowEnvironment, "clock", clock)
        build = Build(
            env=TinyEnvironment(TinyConfig(), 1, 0).info,
            config=TinyConfig(),
            network=NetworkConfig(),
            seeds=Seeds(1),
            make_environment=lambda count: SlowEnvironment(TinyConfig(), count, 0),
            watcher=watcher(clock) if watcher else None,
        )
        return Slow(build).advance(FakeControl()).metrics

    return of


def test_acting_emulating_and_learning(shares):
    whole = 2 * (CHOOSING + EMULATING) + LEARNING
    assert shares() == {
        "time/collect_share": 1 - LEARNING / whole,
        "time/act_share": 2 * CHOOSING / whole,
        "time/emulate_share": 2 * EMULATING / whole,
    }


def test_showing_play_to_somebody(shares):
    whole = 2 * (CHOOSING + EMULATING + SHOWING) + LEARNING
    metrics = shares(lambda clock: Onlooker(clock, on=True))
    assert metrics["time/live_share"] == 2 * SHOWING / whole
    assert metrics["time/act_share"] == 2 * CHOOSING / whole


def test_nobody_looking_costs_nothing(shares):
    assert shares(lambda clock: Onlooker(clock, on=False))["time/live_share"] == 0.0
