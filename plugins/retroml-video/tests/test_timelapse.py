from __future__ import annotations

import hashlib
import itertools
from fractions import Fraction

import av
import numpy as np
import pytest
from retroml_video import encoder
from retroml_video.encoder import FilmWriter
from retroml_video.layout import Layout
from retroml_video.parts import Parts
from retroml_video.planes import Planes, pack
from retroml_video.settings import TimelapseConfig
from retroml_video.timelapse import Timelapse

from retroml_core.filming import FilmCancelled, FilmError, FilmRefused
from retroml_core.testing.film import MadeUpPlayers, MadeUpTape, made_up_frame, made_up_tape


def render(job, **settings):
    return Timelapse(TimelapseConfig(**settings)).render(job)


@pytest.fixture
def pictures(monkeypatch):
    """Every picture given to the encoder, as a copy of its planes."""
    seen = []
    known = FilmWriter.write

    def write(self, yuv):
        seen.append(yuv.copy())
        known(self, yuv)

    monkeypatch.setattr(FilmWriter, "write", write)
    return seen


@pytest.mark.parametrize("seconds", [10.0, 61.0, 120.0])
def test_the_film_is_as_long_as_asked(make_job, seconds):
    job = make_job(length_seconds=seconds, film={"fps": 15, "captions": False})
    result = render(job)
    with av.open(str(job.target)) as film:
        stream = film.streams.video[0]
        times = [frame.pts * stream.time_base for frame in film.decode(stream)]
    assert len(times) == result.frames == seconds * 15
    assert {late - early for early, late in itertools.pairwise(times)} == {Fraction(1, 15)}
    assert result.seconds == seconds


def test_a_snippet_that_would_be_too_long_is_refused_before_any_picture(make_job, pictures):
    with pytest.raises(FilmRefused, match="at most 60 s, or for an mp4"):
        render(make_job(length_seconds=61.0, film={"fps": 15, "format": "gif"}))
    assert pictures == []


def test_the_result_says_what_the_file_is(make_job):
    job = make_job()
    result = render(job)
    with av.open(str(job.target)) as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height) == (result.width, result.height) == (426, 240)
        assert stream.average_rate == result.fps == 30
        assert film.metadata["title"] == result.title == "Tiny: 2 min 05 s of Random in one film"
        assert job.run.id in film.metadata["comment"]


def test_segments_follow_each_other_without_a_gap(make_job):
    result = render(make_job(length_seconds=20.0, film={"fps": 15, "captions": False}), stretch_seconds=3.0)
    assert result.segments[0].start_seconds == 0
    assert result.segments[-1].end_seconds == result.seconds
    for before, after in itertools.pairwise(result.segments):
        assert before.end_seconds == after.start_seconds
        assert before.last_step < after.first_step or before.episode != after.episode


def test_the_numbers_of_the_segments_are_those_of_the_tape(make_job):
    tape = made_up_tape()
    result = render(make_job(tape=tape, length_seconds=20.0, film={"fps": 15}), stretch_seconds=3.0)
    for segment in result.segments:
        episode = tape.training[segment.episode - 1]
        moments = list(tape.play(episode))
        assert segment.score == moments[segment.last_index].score
        assert segment.last_step == moments[segment.last_index].step
        assert segment.first_step == moments[segment.first_index].step
        assert segment.training_seconds == moments[segment.last_index].seconds
        assert segment.policy_step == MadeUpPlayers().nearest(segment.last_step).step


def test_chapters_are_the_segments(make_job):
    job = make_job(length_seconds=20.0, film={"fps": 15, "captions": False})
    result = render(job, stretch_seconds=3.0)
    with av.open(str(job.target)) as film:
        chapters = film.chapters()
    assert [round(float(c["start"] * c["time_base"]), 2) for c in chapters] == [
        round(s.start_seconds, 2) for s in result.segments
    ]
    for chapter, segment in zip(chapters, result.segments, strict=True):
        assert float(chapter["start"] * chapter["time_base"]) == pytest.approx(segment.start_seconds, abs=0.001)
        assert segment.title in chapter["metadata"]["title"]
        assert f"game {segment.episode}" in chapter["metadata"]["title"]


def test_the_game_on_screen_is_the_game_that_was_played(make_job, pictures):
    result = render(make_job(length_seconds=4.0, film={"fps": 60}), stretch_seconds=2.0)
    layout = Layout.fit(240, game_width=80, game_height=105)
    expected, k = Planes(layout), 0
    for segment in result.segments:
        for index in range(segment.first_index, segment.last_index + 1):
            for frame in range(4):
                expected.show_game(pack(made_up_frame(segment.episode, index, frame)))
                shown = pictures[k][: layout.height][layout.game.y : layout.game.bottom, layout.game.x : layout.game.right]
                assert np.array_equal(shown, expected.game_luma())
                k += 1
    assert k == result.frames


def test_the_same_inputs_give_the_same_film(make_job, tmp_path, pictures):
    first = render(make_job(target=tmp_path / "a.mp4"))
    digests = [hashlib.sha256(picture).digest() for picture in pictures]
    pictures.clear()
    assert render(make_job(target=tmp_path / "b.mp4")) == first
    assert [hashlib.sha256(picture).digest() for picture in pictures] == digests
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.parametrize("at", [20, 139])
def test_a_film_whose_maker_was_killed_is_gone_on_with(make_job, tmp_path, monkeypatch, at):
    monkeypatch.setattr(encoder, "PART_SECONDS", 1)
    film = {"fps": 15, "captions": True}
    whole = render(make_job(target=tmp_path / "whole.mp4", length_seconds=9.4, film=film), stretch_seconds=2.0)

    def kill(fraction, doing):
        if fraction >= at / 141:
            raise KeyboardInterrupt

    killed = make_job(target=tmp_path / "film.mp4", length_seconds=9.4, film=film, progress=kill)
    with monkeypatch.context() as patch:
        patch.setattr(Parts, "remove", lambda self: None)
        with pytest.raises(KeyboardInterrupt):
            render(killed, stretch_seconds=2.0)
    drawn = []
    monkeypatch.setattr(Planes, "show_game", _counting(Planes.show_game, drawn))
    again = render(make_job(target=tmp_path / "film.mp4", length_seconds=9.4, film=film), stretch_seconds=2.0)
    assert again == whole
    assert (tmp_path / "film.mp4").read_bytes() == (tmp_path / "whole.mp4").read_bytes()
    assert len(drawn) <= 141 - at // 15 * 15 + 1


def _counting(known, calls):
    def call(self, picture):
        calls.append(1)
        known(self, picture)

    return call


def test_captions_change_with_the_game(make_job, pictures):
    render(make_job(length_seconds=2.0))
    panel = [picture[:240, -100:].tobytes() for picture in pictures]
    assert len(set(panel)) > 20


def test_without_captions_there_is_only_the_game(make_job, pictures):
    render(make_job(length_seconds=2.0, film={"captions": False}))
    border = {picture[:240, :40].tobytes() for picture in pictures}
    assert len(border) == 1


def test_a_short_training_makes_a_short_film_and_says_so(make_job):
    tape = made_up_tape(2, length=20, environments=1, evaluation_games=0)
    result = render(make_job(tape=tape, length_seconds=60.0))
    assert result.seconds == pytest.approx(tape.steps() * 4 / 60, abs=0.1)
    assert "holds no more play" in result.notes[0]


def test_nothing_recorded_is_an_error_in_words(make_job):
    with pytest.raises(FilmError, match="let it train"):
        render(make_job(tape=MadeUpTape()))


def test_without_a_length_it_is_the_usual_minute(make_job):
    tape = made_up_tape(4, length=30, environments=1)
    assert "not 60 s" in render(make_job(tape=tape, length_seconds=None)).notes[0]


def test_policies_that_cannot_be_read_make_a_film_without_bars(make_job):
    players = MadeUpPlayers()
    players.nearest = lambda step: (_ for _ in ()).throw(OSError("disk"))
    result = render(make_job(players=players, length_seconds=1.0))
    assert result.segments[0].policy_step is None
    assert "Action probabilities are missing" in result.notes[0]


def test_progress_rises_to_the_end(make_job):
    said = []
    render(make_job(progress=lambda fraction, doing: said.append(fraction)))
    assert said == sorted(said)
    assert said[0] == 0.0
    assert said[-1] == 1.0


def test_cancelling_passes_through(make_job):
    def progress(fraction, doing):
        if fraction > 0.3:
            raise FilmCancelled

    with pytest.raises(FilmCancelled):
        render(make_job(progress=progress))


def test_a_full_disk_passes_through(make_job, monkeypatch):
    def full(self, yuv):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(FilmWriter, "write", full)
    with pytest.raises(OSError, match="No space left"):
        render(make_job())


@pytest.mark.parametrize("actions", [2, 9, 18])
def test_any_number_of_actions_fits_the_panel(make_job, actions):
    tape = made_up_tape(6)
    tape.header["actions"] = [f"A{i}" for i in range(actions)]
    assert render(make_job(tape=tape, length_seconds=1.0, film={"height": 480})).frames == 30


def test_the_headline_is_in_the_sidecar_wherever_it_stands(make_job):
    for layout in ("wide", "vertical", "square"):
        result = render(make_job(length_seconds=2.0, film={"fps": 15, "height": 480, "layout": layout}))
        assert [s.extra["captions"]["headline"] for s in result.segments] == [s.title for s in result.segments]
