from __future__ import annotations

import numpy as np
import pytest
from retroml_video.cuts import Piece, Play, play_of

from retroml_core.testing.film import made_up_tape


def play(length=300, **rewards):
    """A game of so many steps; keyword `at_60=2.0` is two points at step 60."""
    made = np.zeros(length, np.float32)
    for name, points in rewards.items():
        made[int(name.removeprefix("at_"))] = points
    events = np.flatnonzero(made)
    return Play(made, np.unique(np.concatenate(([0], np.minimum(events + 8, length), [length]))))


def whole(made):
    return [(0, made.length)]


def test_cuts_are_a_moment_after_points_and_lost_lives():
    tape = made_up_tape()
    game = tape.training[0]
    found = play_of(tape, game)
    assert found.cuts.tolist() == [0, *(step + 8 for step in range(24, game.length - 8, 25)), game.length]


def test_the_piece_with_most_points_is_taken_between_natural_cuts():
    made = play(at_50=1, at_100=1, at_180=9, at_260=1)
    assert made.best(80, whole(made), most=200) == Piece(108, 188, True)


def test_where_nothing_can_be_cut_it_has_exactly_the_length_asked_for():
    made = play(at_290=5)
    piece = made.best(60, whole(made), most=200)
    assert piece.last - piece.first == 60
    assert piece.first <= 290 < piece.last


def test_it_is_never_longer_than_may_be():
    made = play(at_50=1, at_150=1, at_250=1)
    for most in (10, 60, 99, 100, 101):
        piece = made.best(80, whole(made), most=most)
        assert piece is None or piece.last - piece.first <= most


def test_only_free_gaps_are_used():
    made = play(at_50=1, at_100=9, at_180=1, at_260=1)
    piece = made.best(60, [(120, 300)], most=90)
    assert piece.first >= 120


def test_it_holds_what_it_must_hold():
    made = play(at_20=1, at_200=50)
    piece = made.best(40, whole(made), most=60, must_hold=20)
    assert piece.first <= 20 < piece.last


def test_games_with_nothing_but_losses_are_cut_at_their_losses():
    made = play(at_60=-1, at_140=-1, at_220=-1)
    piece = made.best(80, whole(made), most=100)
    assert (piece.first, piece.last) in {(68, 148), (148, 228)}


@pytest.mark.parametrize("steps", [20, 100, 299])
def test_a_beginning_begins_at_the_beginning(steps):
    made = play(at_60=1, at_140=1)
    piece = made.beginning(steps, most=300)
    assert piece.first == 0
    assert 0.6 * steps <= piece.last <= 1.5 * steps


def test_too_little_room_is_no_piece():
    made = play(at_60=1)
    assert made.best(80, [(0, 20)], most=100) is None
