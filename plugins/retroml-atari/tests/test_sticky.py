"""Which states of a console with sticky actions can be taken up by another console."""

from __future__ import annotations

import numpy as np
import pytest
from retroml_atari.settings import AtariConfig
from retroml_atari.simulate import Simulator
from retroml_atari.sticky import is_complete

STICKY = AtariConfig(repeat_probability=0.25)


def play(simulator, actions):
    """Play without looking; a game that ends is followed by another."""
    for action in actions.tolist():
        if simulator.step(action, look=False).ended:
            simulator.begin(3)


def plays_alike(one, other, actions):
    """Whether two consoles show the same all the way."""
    for action in actions.tolist():
        outcomes = [simulator.step(action, every=True) for simulator in (one, other)]
        pictures = [np.stack(outcome.frames).tobytes() for outcome in outcomes]
        if (outcomes[0].reward, pictures[0]) != (outcomes[1].reward, pictures[1]):
            return False
        if outcomes[0].ended:
            return True
    return True


@pytest.fixture(scope="module")
def trials():
    """Whether states were called complete, and whether a console that had done something else played on alike from them."""
    generator = np.random.default_rng(5)
    played, other = Simulator("pong", STICKY, 3), Simulator("pong", STICKY, 99)
    played.begin(7)
    other.begin(12)
    found = []
    for _ in range(40):
        play(played, generator.integers(0, 6, 8))
        play(other, generator.integers(0, 6, 3))
        state, elapsed = played._ale.cloneSystemState().serialize(), played._elapsed
        other.load(state, elapsed)
        found.append((is_complete(state, 0.25), plays_alike(played, other, generator.integers(0, 6, 10))))
    return found


def test_complete_states_play_on_alike_in_any_console(trials):
    alike = [alike for complete, alike in trials if complete]
    assert len(alike) > 20
    assert all(alike)


def test_the_others_do_not(trials):
    assert not all(alike for complete, alike in trials if not complete)


def test_a_state_that_would_not_do_is_not_saved():
    simulator = Simulator("pong", STICKY, 3)
    simulator.begin(7)
    saved = [simulator.save() for _ in range(40) if simulator.step(2, look=False)]
    assert None in saved
    assert all(one is None or is_complete(one[0], 0.25) for one in saved)


def test_without_sticky_actions_every_state_will_do():
    simulator = Simulator("pong", AtariConfig(), 3)
    simulator.begin(7)
    assert all(simulator.save() for _ in range(20) if simulator.step(2, look=False))


def test_a_generator_written_in_another_way_is_left_alone():
    assert not is_complete(b"1 2 3 4 5", 0.25)
    assert is_complete(b"1 2 3 4 5", 0.0)
