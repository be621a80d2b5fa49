from __future__ import annotations

import pytest
from retroml_video.full_record import FullRecord, moment_of, select
from retroml_video.settings import FullRecordConfig

from retroml_core.filming import FilmError
from retroml_core.testing.film import MadeUpTape, made_up_episode, made_up_tape


def render(job, **settings):
    return FullRecord(FullRecordConfig(**settings)).render(job)


def chosen(job, **settings):
    return [(s.episode.number, s.first, s.last) for s in select(job, FullRecordConfig(**settings))]


@pytest.fixture
def job(make_job):
    """Four games of 90 steps in two environments: game 1 and 3 in environment 0. A hundred steps of the run a second."""
    games = [made_up_episode(i + 1, length=90, first_step=i // 2 * 180, environment=i % 2) for i in range(4)]
    job = make_job(tape=MadeUpTape(games), film={"fps": 15, "captions": False})
    job.run.status = lambda: type("Status", (), {"seconds": 3.6})()
    return job


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("120000", ("step", 120000)),
        ("120,000", ("step", 120000)),
        ("90s", ("seconds", 90)),
        ("1h02m", ("seconds", 3720)),
        ("1.5m", ("seconds", 90)),
        ("1h 2m 3s", ("seconds", 3723)),
        ("1:02:03", ("seconds", 3723)),
        ("2:05", ("seconds", 125)),
        ("0", ("step", 0)),
    ],
)
def test_moments_are_steps_or_time(text, moment):
    assert moment_of(text) == moment


@pytest.mark.parametrize("text", ["", "soon", "1x", "-5", "m", "1:5", "²"])
def test_what_is_no_moment_is_told(text):
    with pytest.raises(FilmError, match="no moment of the training"):
        moment_of(text)


def test_a_game_is_shown_whole(job):
    result = render(job, episode=2)
    (segment,) = result.segments
    assert (segment.episode, segment.first_index, segment.last_index) == (2, 0, 89)
    assert result.frames == 90


def test_a_range_of_steps_shows_what_one_environment_played_then(job):
    assert chosen(job, begin="100", end="220") == [(1, 50, 90), (3, 0, 20)]
    assert chosen(job, begin="100", end="220", environment=1) == [(2, 50, 90), (4, 0, 20)]


def test_a_range_of_time_likewise(job):
    assert chosen(job, begin="1s", end="2.2s") == [(1, 50, 90), (3, 0, 20)]


def test_a_range_may_be_open(job):
    assert chosen(job, begin="200") == [(3, 10, 90)]
    assert chosen(job, end="0.9s") == [(1, 0, 45)]


def test_without_a_wish_it_is_the_best_game(job):
    assert chosen(job) == [(1, 0, 90)]


def test_the_numbers_are_those_of_the_tape(job):
    result = render(job, begin="100", end="220")
    for segment in result.segments:
        (episode,) = [game for game in job.tape.training if game.number == segment.episode]
        moments = list(job.tape.play(episode))
        assert (segment.score, segment.last_step) == (moments[segment.last_index].score, moments[segment.last_index].step)


def test_evaluation_games_can_be_shown(make_job):
    tape = made_up_tape()
    result = render(make_job(tape=tape, film={"fps": 15, "captions": False}), stream="evaluation", episode=2)
    assert (result.segments[0].stream, result.segments[0].episode) == ("evaluation", 2)


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"episode": 9}, "episodes 1 to 4"),
        ({"episode": 1, "begin": "5"}, "not both"),
        ({"environment": 7}, "environments 0 to 1"),
        ({"begin": "9000"}, "has 360 steps in 0:00:03"),
        ({"begin": "1h"}, "nothing was played"),
        ({"begin": "200", "end": "100"}, "nothing was played"),
        ({"stream": "evaluation"}, "no evaluation game"),
    ],
)
def test_what_cannot_be_shown_is_told_with_what_can(job, wish, words):
    with pytest.raises(FilmError, match=words):
        render(job, **wish)


def test_what_a_film_begins_with_is_played_once(make_job):
    tape, asked = made_up_tape(), []
    whole = tape.play

    def play(episode, **wishes):
        asked.append(wishes["first"])
        return whole(episode, **wishes)

    tape.play = play
    FullRecord(FullRecordConfig(episode=2, hardware=False)).render(make_job(tape=tape))
    assert asked == [0]
