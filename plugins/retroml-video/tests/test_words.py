from __future__ import annotations

import pytest
from retroml_video.words import action_words, clock, number


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0:00:00"), (59.9, "0:00:59"), (3725, "1:02:05"), (-1, "0:00:00"), (360_000, "100:00:00")]
)
def test_clock(seconds, words):
    assert clock(seconds) == words


@pytest.mark.parametrize(("value", "words"), [(1234567, "1,234,567"), (-21.0, "−21"), (0.5, "0.5"), (0.0, "0")])
def test_numbers(value, words):
    assert number(value) == words


@pytest.mark.parametrize(
    ("action", "words"),
    [
        ("NOOP", "no-op"),
        ("FIRE", "fire"),
        ("RIGHT", "→ right"),
        ("UPLEFT", "↖ up left"),
        ("DOWNRIGHTFIRE", "↘ fire"),
        ("LEFT_FIRE", "← fire"),
        ("BAND 2", "band 2"),
    ],
)
def test_actions(action, words):
    assert action_words(action) == words


@pytest.mark.parametrize(("action", "words"), [("UP", "↑"), ("DOWNLEFT", "↙"), ("UPFIRE", "↑ fire"), ("NOOP", "no-op")])
def test_short_actions_are_arrows(action, words):
    assert action_words(action, short=True) == words
