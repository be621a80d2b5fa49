"""The race of trainings: all runs at the same moment of their training, as they really played it."""

from __future__ import annotations

import dataclasses

import av
import numpy as np
import pytest
from retroml_video.encoder import FilmWriter
from retroml_video.planes import Planes, pack
from retroml_video.race import Race
from retroml_video.side_by_side import RaceConfig
from retroml_video.soundtrack import Soundtrack
from retroml_video.track import Track
from retroml_video.wall import fit_wall

from retroml_core.filming import FilmError
from retroml_core.testing.film import made_up_episode, made_up_frame, made_up_tape


@pytest.fixture
def racers(make_job):
    """A race of `tapes`, named by letters."""

    def make(*tapes, **changes):
        film = {"fps": 15, "height": 480, **changes.pop("film", {})}
        jobs = [
            make_job(tape=tape, film=film, algorithm_title=title, **{"length_seconds": 1.2, **changes})
            for tape, title in zip(tapes, "ABC", strict=False)
        ]
        return dataclasses.replace(jobs[0], others=tuple(jobs[1:]))

    return make


def race(job, **settings):
    return Race(RaceConfig(show="training", **{"lap_seconds": 0.4, **settings})).render(job)


def lap(result, title):
    return [segment for segment in result.segments if segment.title == title]


def test_all_runs_are_shown_at_the_same_steps_from_the_beginning_to_the_end(racers):
    result = race(racers(made_up_tape(), made_up_tape()))
    assert (result.seconds, len(result.segments)) == (1.2, 6)
    for one, other in zip(lap(result, "A"), lap(result, "B"), strict=True):
        assert (one.first_step, one.last_step, one.start_seconds) == (other.first_step, other.last_step, other.start_seconds)
    end = max(episode.first_step + 2 * episode.length for episode in made_up_tape().episodes())
    assert lap(result, "A")[0].first_step == 0
    assert lap(result, "A")[-1].last_step == pytest.approx(end, abs=30)


def test_runs_are_shown_after_the_same_time(racers):
    fast = made_up_tape()
    slow = dataclasses.replace(
        fast, training=[dataclasses.replace(one, started_seconds=3 * one.started_seconds) for one in fast.training]
    )
    result = race(racers(fast, slow), by="time")
    assert lap(result, "A")[1].first_step > 1.5 * lap(result, "B")[1].first_step


def test_the_ranking_is_by_the_mean_of_the_games_that_ended_by_then(racers):
    poor = made_up_tape()
    rich = dataclasses.replace(poor, training=[dataclasses.replace(one, score=one.score + 5) for one in poor.training])
    result = race(racers(poor, rich))
    for segment, other in zip(lap(result, "A"), lap(result, "B"), strict=True):
        ended = [one.score for one in poor.training if one.first_step + 2 * one.length <= segment.last_step + 2]
        if ended:
            assert segment.extra["mean"] == round(float(np.mean(ended)), 1)
            assert other.extra["mean"] == pytest.approx(segment.extra["mean"] + 5, abs=0.11)
            assert (segment.extra["rank"], other.extra["rank"]) == (2, 1)
    assert lap(result, "B")[-1].extra["captions"]["mean"] == str(lap(result, "B")[-1].extra["mean"])


def test_the_mean_is_that_of_the_latest_games_only(make_job):
    tape = made_up_tape()
    tape.training[:] = [made_up_episode(i + 1, length=10, first_step=10 * i, score=float(i < 50)) for i in range(150)]
    track = Track(make_job(tape=tape), "A")
    assert track.standing(5) is None
    assert track.standing(500) == 1.0
    assert track.standing(1000) == 0.5
    assert track.standing(1500) == 0.0


def test_play_goes_on_with_the_next_game_of_the_same_environment(make_job):
    track = Track(make_job(tape=made_up_tape(length=20)), "A")
    stretches = list(track.play_from(30, 40))
    assert [(one.episode.number, one.first, one.last) for one in stretches] == [(1, 15, 21), (3, 0, 23), (5, 0, 11)]


def test_a_run_that_trained_less_stops_where_its_training_did_and_it_is_said(racers):
    result = race(racers(made_up_tape(), made_up_tape(games=8)))
    short = lap(result, "B")
    assert short[-1].last_step == short[-2].last_step
    assert "ended" in short[-1].extra["captions"]["detail"]
    assert any("stopping earlier: B" in note for note in result.notes)


def test_every_picture_is_what_was_played(racers, monkeypatch):
    seen = []
    known = FilmWriter.write
    monkeypatch.setattr(FilmWriter, "write", lambda self, yuv: (seen.append(yuv.copy()), known(self, yuv)))
    result = race(racers(made_up_tape(), made_up_tape(), film={"fps": 60}, length_seconds=0.5))
    wall = fit_wall(480, "wide", 2, game_width=80, game_height=105, pixel_aspect=12 / 7, board_rows=2)
    expected = Planes(wall)
    first = lap(result, "A")[0]
    for k in range(round(first.end_seconds * 60)):
        expected.show_game(pack(made_up_frame(first.episode, k // 4, k % 4)), 1)
        box = wall.screens[1].box
        assert np.array_equal(seen[k][box.y : box.bottom, box.x : box.right], expected.game_luma(1))


def test_each_lap_has_a_chapter(racers):
    job = racers(made_up_tape(), made_up_tape())
    result = race(job)
    with av.open(str(job.target)) as film:
        titles = [chapter["metadata"]["title"] for chapter in film.chapters()]
    assert titles[0] == "step 0"
    assert len(titles) == len(lap(result, "A"))


def test_the_leader_in_the_end_is_heard_from_beginning_to_end(racers, monkeypatch):
    heard = []
    known = Soundtrack.hear
    monkeypatch.setattr(Soundtrack, "hear", lambda self, sound: (heard.append(len(sound)), known(self, sound)))
    rate = 6000
    poor, rich = made_up_tape(), made_up_tape()
    poor.sound_rate = rich.sound_rate = rate
    rich.training[:] = [dataclasses.replace(one, score=one.score + 5) for one in rich.training]
    result = race(racers(poor, rich))
    assert result.extra["sound"] == "B"
    assert sum(heard) == pytest.approx(result.seconds * rate, abs=rate / 15)


def test_a_run_that_never_trained_is_named(racers):
    empty = dataclasses.replace(made_up_tape(), training=[])
    with pytest.raises(FilmError, match="B has no training"):
        race(racers(made_up_tape(), empty))
