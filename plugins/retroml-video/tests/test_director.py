from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from retroml_video.director import Director, Reason, ends_of

from retroml_core.testing.film import MadeUpTape, made_up_episode, made_up_tape


def plan(tape, steps=900, stretch_steps=90, **options):
    return Director(tape, steps=steps, stretch_steps=stretch_steps, **options).plan()


def scored(scores, length=200):
    """A tape of one environment with a game of each score, made in equal parts every twenty steps."""
    tape = MadeUpTape(
        [made_up_episode(i + 1, length=length, first_step=i * length, score=float(s)) for i, s in enumerate(scores)]
    )
    tape.rewards = lambda game: _even(game.score, game.length)
    return tape


def _even(score, length):
    rewards = np.zeros(length, np.float32)
    rewards[19::20] = score / len(rewards[19::20])
    return rewards


@pytest.fixture
def long_tape() -> MadeUpTape:
    """Sixty long games; game 41 is the best by far, game 3 the first with points."""
    tape = made_up_tape(60, length=400, environments=2, evaluation_games=0)
    scores = {3: 1.0, 41: 500.0}
    tape.training = [
        made_up_episode(
            game.number,
            length=game.length,
            first_step=game.first_step,
            environment=game.environment,
            score=scores.get(game.number, 2.0 + game.number % 5 if game.number > 3 else 0.0),
        )
        for game in tape.training
    ]
    known = tape.rewards
    tape.rewards = lambda game: known(game) if game.number >= 3 else np.zeros(game.length, np.float32)
    return tape


def test_exactly_the_steps_asked_for_are_planned(long_tape):
    for steps in (90, 91, 450, 899, 1800):
        assert sum(stretch.steps for stretch in plan(long_tape, steps)) == steps


def test_it_begins_with_the_beginning_and_ends_with_the_end(long_tape):
    stretches = plan(long_tape)
    assert (stretches[0].episode.number, stretches[0].first, stretches[0].title) == (1, 0, Reason.FIRST)
    last = stretches[-1]
    assert last.title == Reason.END
    assert last.last == last.episode.length
    assert last.episode == long_tape.training[int(np.argmax(ends_of(long_tape.training)))]


def test_it_goes_forward_in_time(long_tape):
    steps = [stretch.episode.first_step + stretch.first * 2 for stretch in plan(long_tape)]
    assert steps == sorted(steps)


def test_it_covers_the_whole_training(long_tape):
    total = ends_of(long_tape.training).max()
    tenths = {int((stretch.episode.first_step + stretch.first * 2) / total * 10) for stretch in plan(long_tape)}
    assert len(tenths) >= 8


def test_the_best_game_is_shown_and_called_so(long_tape):
    best = [stretch for stretch in plan(long_tape) if stretch.title == Reason.BEST]
    assert [stretch.episode.number for stretch in best] == [41]


def test_the_first_points_are_shown_in_the_stretch_that_says_so(long_tape):
    (points,) = [stretch for stretch in plan(long_tape) if stretch.title == Reason.POINTS]
    rewards = long_tape.rewards(points.episode)
    assert points.episode.number == 3
    assert points.first < int(np.flatnonzero(rewards > 0)[0]) < points.last


def test_a_record_is_better_than_every_game_that_ended_before(long_tape):
    ends = dict(zip([game.number for game in long_tape.training], ends_of(long_tape.training), strict=True))
    for stretch in plan(long_tape, steps=1800):
        if stretch.title == Reason.RECORD:
            before = [g.score for g in long_tape.training if ends[g.number] < ends[stretch.episode.number]]
            assert stretch.episode.score > max(before)


def test_the_same_tape_gives_the_same_plan(long_tape):
    assert plan(long_tape) == plan(long_tape)


def test_a_short_training_is_shown_whole():
    tape = made_up_tape(3, length=20, environments=1)
    stretches = plan(tape)
    assert [(stretch.first, stretch.last) for stretch in stretches] == [(0, game.length) for game in tape.training]


def test_nothing_recorded_is_nothing_to_show():
    assert plan(MadeUpTape()) == []


def test_unfinished_games_are_shown_where_there_are_no_others():
    tape = MadeUpTape([made_up_episode(1, length=3000, first_step=0, finished=False)])
    stretches = plan(tape)
    assert sum(stretch.steps for stretch in stretches) == 900


def test_a_film_shorter_than_a_stretch_is_one_stretch(long_tape):
    (stretch,) = plan(long_tape, steps=30)
    assert stretch.steps == 30


def test_stretches_last_as_long_as_asked(long_tape):
    lengths = [stretch.steps for stretch in plan(long_tape, steps=900, stretch_steps=90)]
    assert min(lengths) >= 45
    assert len(lengths) >= 8


def test_pieces_begin_and_end_a_moment_after_something_happened(long_tape):
    for stretch in plan(long_tape)[1:-1]:
        rewards = long_tape.rewards(stretch.episode)
        cuts = {0, stretch.episode.length, *(np.flatnonzero(rewards) + 8).tolist()}
        assert stretch.first in cuts or stretch.title == Reason.POINTS
        assert stretch.last in cuts or stretch.title == Reason.POINTS


def test_every_stretch_says_why_it_is_shown(long_tape):
    told = {stretch.title: stretch.why for stretch in plan(long_tape)}
    assert "500 points, the best of 60 games" in told[Reason.BEST]
    assert "from its beginning" in told[Reason.FIRST]
    assert all(told.values())


def test_a_leap_is_shown_longer_than_a_plateau_and_both_are_called_so():
    stretches = plan(scored([1] * 20 + [50] * 19 + [60], length=300), steps=1800)
    leaps = [stretch for stretch in stretches if stretch.title == Reason.LEAP]
    plateaus = [stretch for stretch in stretches if stretch.title == Reason.PLATEAU]
    assert [stretch.episode.score for stretch in leaps] == [50.0]
    assert "rose from at most 1 to 50 points" in leaps[0].why
    assert plateaus
    assert leaps[0].steps > max(stretch.steps for stretch in plateaus)


def test_without_any_change_there_is_neither_a_record_nor_a_best_game():
    titles = {stretch.title for stretch in plan(scored([5] * 40), steps=900)}
    assert titles <= {Reason.FIRST, Reason.POINTS, Reason.TYPICAL, Reason.PLATEAU, Reason.END}


def test_a_window_in_which_no_game_ended_shows_the_game_that_went_on():
    tape = scored([3, 9], length=2000)
    assert Reason.GOING_ON in {stretch.title for stretch in plan(tape, steps=900)}


def test_stretches_have_room_to_grow_only_where_nothing_else_is_shown(long_tape):
    stretches = plan(long_tape, skip_still=True)
    assert sum(stretch.room for stretch in stretches) > 0
    shown = [
        (stretch.episode.number, step)
        for stretch in stretches
        for step in range(
            stretch.first if stretch.earliest is None else stretch.earliest,
            stretch.last if stretch.latest is None else stretch.latest,
        )
    ]
    assert len(shown) == len(set(shown))
    assert sum(stretch.room for stretch in plan(long_tape)) == 0


games = st.lists(
    st.tuples(st.integers(1, 200), st.integers(0, 3), st.floats(-30, 900, allow_nan=False), st.booleans()),
    min_size=1,
    max_size=40,
)


@settings(deadline=None)
@given(games, st.integers(1, 900), st.integers(1, 200), st.booleans())
def test_whatever_was_played_the_plan_has_the_right_length_and_shows_nothing_twice(games, steps, stretch_steps, skip):
    begun = [0] * 4
    training = []
    for number, (length, environment, score, finished) in enumerate(games, 1):
        training.append(
            made_up_episode(
                number,
                length=length,
                first_step=begun[environment] * 4,
                environment=environment,
                score=float(score),
                finished=finished,
            )
        )
        begun[environment] += length
    stretches = plan(MadeUpTape(training), steps, stretch_steps, skip_still=skip)
    played = [(stretch.episode.number, step) for stretch in stretches for step in range(stretch.first, stretch.last)]
    assert len(played) == len(set(played)) == min(steps, sum(game.length for game in training))
