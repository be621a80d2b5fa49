"""Bookmarks and emulators kept between two plays of a tape."""

from __future__ import annotations

import numpy as np
import pytest
from retroml_atari.shelf import MARK_STEPS, MARK_TRIES, MOST_MARKS, Bookmark, Shelf
from retroml_atari.simulate import Simulator

from retroml_core.tape import View

FIRST = MARK_STEPS + 30


def mark(place):
    return Bookmark(place, 0, None, 0)


def told(opened, episode, first):
    """The moments from `first` on, and how many unseen steps there were before it."""
    unseen = []
    moments = list(
        opened.play(episode, first=first, last=first + 3, view=View.OBSERVATION, progress=lambda _, total: unseen.append(total))
    )
    return moments, max(unseen, default=0)


@pytest.mark.parametrize("settings", [{}, {"repeat_probability": 0.25}], ids=["plain", "sticky"])
def test_a_second_play_goes_on_from_where_the_first_was(session, tape, settings):
    session("pong", count=1, **settings).play(FIRST + 10).environment.close()
    opened = tape()
    (episode,) = opened.episodes()
    expected, far = told(opened, episode, FIRST)
    found, near = told(opened, episode, FIRST)
    assert far == FIRST
    assert FIRST - MARK_STEPS - MARK_TRIES < near <= FIRST - MARK_STEPS
    assert [one.score for one in found] == [one.score for one in expected]
    assert all(np.array_equal(one.observation, other.observation) for one, other in zip(found, expected, strict=True))


def test_a_state_from_which_another_console_plays_on_differently_is_no_bookmark(session, tape, monkeypatch):
    session("pong", count=1).play(FIRST + 10).environment.close()
    opened = tape()
    (episode,) = opened.episodes()
    load = Simulator.load

    def load_and_slip(simulator, state, elapsed):
        load(simulator, state, elapsed)
        simulator.step(0, look=False)

    monkeypatch.setattr(Simulator, "load", load_and_slip)
    expected, _ = told(opened, episode, FIRST)
    found, far = told(opened, episode, FIRST)
    assert far == FIRST
    assert all(np.array_equal(one.observation, other.observation) for one, other in zip(found, expected, strict=True))


def test_whoever_waits_for_a_moment_may_give_up(session, tape):
    session("pong", count=1).play(200).environment.close()
    opened = tape()

    def give_up(done, total):
        if done:
            raise TimeoutError(f"{done} of {total}")

    with pytest.raises(TimeoutError, match="64 of 150"):
        next(opened.play(opened.episodes()[0], first=150, progress=give_up))


def test_the_nearest_bookmark_between_two_places_is_found():
    shelf = Shelf()
    for place in (512, 256, 1024):
        shelf.keep(0, mark(place))
    assert shelf.nearest(0, 0, 600).place == 512
    assert shelf.nearest(0, 512, 1000) is None
    assert shelf.nearest(0, 0, 255) is None
    assert shelf.nearest(1, 0, 600) is None


def test_bookmarks_not_used_for_longest_are_forgotten():
    shelf = Shelf()
    for place in range(MOST_MARKS):
        shelf.keep(0, mark(place))
    shelf.nearest(0, -1, 0)
    shelf.keep(0, mark(MOST_MARKS))
    assert shelf.has(0, 0)
    assert not shelf.has(0, 1)
    assert shelf.nearest(0, -1, 1).place == 0


def test_an_emulator_is_used_by_one_play_at_a_time():
    shelf, emulator = Shelf(), object()
    shelf.give(emulator)
    assert shelf.take() is emulator
    assert shelf.take() is None
