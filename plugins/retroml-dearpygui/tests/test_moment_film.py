"""A film of the moment looked at: what it shows, how it stands, and why there may be none."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from retroml_dearpygui.services.film_jobs import FilmJobs
from retroml_dearpygui.services.time_machine import Scene
from retroml_dearpygui.viewmodels.film_facts import stretch_title
from retroml_dearpygui.viewmodels.moment_film import GAME, NEAR, MomentFilm, stretch_settings
from retroml_dearpygui.viewmodels.videos import VideosViewModel

from retroml_core.events import FilmProgress
from retroml_core.filming import FilmError
from retroml_core.runs.run import Run

PIXELS = np.zeros((2, 2, 3), np.uint8)
SCENE = Scene(wish=1, pixels=PIXELS, step=8000, index=1000, environment=3, games=8, episode=12, length=1950)
FILM = SimpleNamespace(sidecar={"label": "New"}, run_id="", renderer="full_record", existed=False, path="film.mp4")


class FakeProcess:
    """Makes a film in no time; `at_work` is called half-way."""

    def __init__(self, outcome, at_work=lambda: None):
        self.outcome, self.at_work = outcome, at_work

    def follow(self, progress):
        progress(FilmProgress(renderer="full_record", fraction=0.5, doing="filming", seconds_left=None))
        self.at_work()
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def __enter__(self):
        return self

    def __exit__(self, *exception):
        pass


@pytest.fixture
def studio(desk):
    """`studio(outcome, at_work)` makes films end like this; the wishes are kept in `studio.wishes`."""
    videos = desk.viewmodel(VideosViewModel)
    videos._spawn = lambda do: do()
    wishes = []

    def set_up(outcome=FILM, at_work=lambda: None):
        def start(run, renderer, options):
            wishes.append((renderer, dict(options.settings)))
            return FakeProcess(outcome, at_work)

        videos.making = FilmJobs(start)

    set_up.wishes = wishes
    set_up()
    yield set_up
    videos.player.shut_down()


@pytest.fixture
def film(desk, studio):
    return desk.viewmodel(MomentFilm)


@pytest.fixture
def run(tmp_path):
    return Run(tmp_path / "20261123t041500-tiny-random-0000000001")


def test_the_game_looked_at_is_filmed_whole(film, run, studio):
    film.make(run, SCENE)
    assert studio.wishes == [("full_record", {"episode": "12"})]


def test_half_a_minute_around_a_moment_is_450_steps_of_its_player(film, run, studio):
    film.choose(NEAR)
    film.make(run, SCENE)
    assert studio.wishes == [("full_record", {"begin": "6200", "end": "9800", "environment": "3"})]


def test_half_a_minute_at_the_very_beginning_is_as_long():
    early = Scene(wish=1, pixels=PIXELS, step=80, games=8, episode=1)
    assert stretch_settings(early, NEAR) == {"begin": "0", "end": "3600", "environment": "0"}


def test_the_lengths_are_offered_as_they_are(film):
    assert film.offers(SCENE) == [(GAME, "This game (2:10)"), (NEAR, "30 seconds around here")]


def test_the_choice_is_remembered(desk, film):
    assert film.stretch == GAME
    film.choose(NEAR)
    assert MomentFilm(desk).stretch == NEAR


def test_a_film_in_the_making_is_shown_with_its_caption(film, run, studio):
    seen = []
    studio(at_work=lambda: seen.append(film.job))
    film.make(run, SCENE)
    assert [(job.title, job.fraction, job.doing) for job in seen] == [("Game 12", 0.5, "filming")]
    assert (film.job, film.made) == (None, FILM)


def test_the_same_film_is_not_begun_twice_at_once(film, run, studio, front):
    studio(at_work=lambda: film.make(run, SCENE))
    film.make(run, SCENE)
    assert len(studio.wishes) == 1
    assert front.toasts[0][:2] == ("This film is being made already", "Game 12")


def test_a_film_that_was_there_is_said_to_be(film, run, studio, front):
    studio(SimpleNamespace(**{**vars(FILM), "existed": True}))
    film.make(run, SCENE)
    assert front.toasts[-1][0] == "This film was made before"


def test_a_film_that_fails_says_why_and_can_be_tried_again(film, run, studio):
    studio(FilmError("the disk is full"))
    film.make(run, SCENE)
    assert (film.job.error, film.made) == ("the disk is full", None)
    studio()
    film.make(run, SCENE)
    assert film.made is FILM


@pytest.mark.parametrize(
    ("scene", "words"),
    [(None, "still being looked up"), (Scene(wish=1, problem="nothing was recorded yet"), "no play of this moment")],
)
def test_a_moment_that_cannot_be_shown_cannot_be_filmed(film, run, studio, front, scene, words):
    film.make(run, scene)
    assert words in film.why_not(scene)
    assert (studio.wishes, words in front.toasts[-1][1]) == ([], True)


def test_without_the_renderer_the_plugin_is_named(film, desk, monkeypatch):
    monkeypatch.setattr(desk.app.registry, "renderers", {})
    assert "retroml-video" in film.why_not(SCENE)


@pytest.mark.parametrize(
    ("titles", "renderer", "wanted"),
    [
        (["Game 12: 31 points"], "full_record", "game 12: 31 points"),
        (["Game 12", "Game 20"], "full_record", "game 12 and on"),
        (["Game 12"], "timelapse", ""),
        ([], "full_record", ""),
    ],
)
def test_a_full_record_is_called_by_what_it_shows(titles, renderer, wanted):
    film = SimpleNamespace(renderer=renderer, sidecar={"segments": [{"title": title} for title in titles]})
    assert stretch_title(film) == wanted
