"""How often a line is due."""

from __future__ import annotations

import pytest

from retroml_core.terminal.pacing import LONGEST_SECONDS, Pace


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def pace(clock):
    return Pace(clock)


def test_ten_seconds_pass_between_lines(pace, clock):
    said = []
    for clock.now in range(0, 60, 5):
        if pace.due(f"at {clock.now}"):
            said.append(clock.now)
    assert said == [10, 20, 30, 40, 50]


def test_an_unchanged_line_is_not_due(pace, clock):
    clock.now = 10.0
    assert pace.due("paused")
    clock.now = 10_000.0
    assert not pace.due("paused")


def test_what_matters_need_not_wait(pace):
    assert pace.due("training", at_once=True)
    assert pace.due("paused", at_once=True)


def test_lines_get_rarer_and_never_cease(pace, clock):
    waits, before = [], 0
    for clock.now in range(0, 100_000, 10):
        if pace.due(f"at {clock.now}"):
            waits.append(clock.now - before)
            before = clock.now
    assert waits[0] == 10
    assert waits == sorted(waits)
    assert waits[-1] == LONGEST_SECONDS
