"""Films of a real game, made by the processes that make them for users."""

from __future__ import annotations

import os
import subprocess
import sys

import av
import numpy as np
import pytest
from retroml_video.layout import Layout
from retroml_video.looks import Looks
from retroml_video.planes import Planes, pack
from retroml_video.projector import GAME_FPS

from retroml_core.app import App
from retroml_core.films.film import list_films, start_film
from retroml_core.films.options import FilmOptions
from retroml_core.films.process import FilmCrashed
from retroml_core.runs.run import find_run
from retroml_core.tape import View, sound_rate_of

pytest.importorskip("retroml_atari")

WORDS = [
    "algorithm=random",
    "game=breakout",
    "budget.steps=1200",
    "seed=3",
    "evaluation.episodes=2",
    "evaluation.max_steps=40",
    "film.length='4'",
    "film.height=240",
    "film.fps=60",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "RETROML_HOME", str(root))
        subprocess.run([sys.executable, "-m", "retroml_core", *WORDS], check=True, capture_output=True)
        app = App.open()
        run = find_run(app, "latest")
        yield run, app


@pytest.fixture(scope="module")
def films(run):
    return {film.renderer: film for film in list_films(run[0])}


def decode(film):
    with av.open(str(film.path)) as container:
        return [frame.to_ndarray()[: frame.height] for frame in container.decode(video=0)]


def test_both_films_are_made_after_training(films):
    assert set(films) == {"timelapse", "final_run"}
    assert films["timelapse"].seconds == 4.0


@pytest.mark.parametrize("renderer", ["timelapse", "final_run"])
def test_the_file_shows_the_games_its_sidecar_names_frame_by_frame(run, films, renderer):
    folder, app = run
    layout = Layout.fit(240, game_width=160, game_height=210)
    planes, pictures = Planes(layout), iter(decode(films[renderer]))
    tape = folder.tape(app)
    for segment in films[renderer].sidecar["segments"]:
        (episode,) = [e for e in tape.episodes(segment["stream"]) if e.number == segment["episode"]]
        last = segment["last_index"] + 1
        left_out = {i for first, end in segment["extra"]["skipped"] for i in range(first, end + 1)}
        for moment in tape.play(episode, first=segment["first_index"], last=last, view=View.COLOUR_60):
            if moment.index in left_out:
                continue
            for frame in moment.frames:
                planes.show_game(pack(frame))
                shown = next(pictures)[layout.game.y : layout.game.bottom, layout.game.x : layout.game.right]
                assert np.abs(shown.astype(int) - planes.game_luma()).mean() < 2.0
        assert (moment.score, moment.step) == (segment["score"], segment["last_step"])
    tape.close()


def test_what_is_heard_is_the_game_that_is_shown_at_that_moment(run, films):
    (segment,) = films["final_run"].sidecar["segments"]
    with av.open(str(films["final_run"].path)) as container:
        heard = np.concatenate([frame.to_ndarray()[0] for frame in container.decode(audio=0)])
        rate = container.streams.audio[0].rate
    tape = run[0].tape(run[1])
    (episode,) = [e for e in tape.episodes("evaluation") if e.number == segment["episode"]]
    known = np.concatenate([moment.sound for moment in tape.play(episode, view=View.COLOUR_60_SOUND)])
    tape.close()
    times = np.arange(len(known) * rate // sound_rate_of(tape)) / rate
    expected = np.interp(times, np.arange(len(known)) / sound_rate_of(tape), known)
    assert expected.std() > 0
    alike = [np.corrcoef(heard[late : late + len(times)], expected)[0, 1] for late in (0, rate // GAME_FPS)]
    assert alike[0] > 0.95
    assert alike[1] < alike[0]


def test_the_final_run_is_the_best_evaluation_game(run, films):
    (event,) = run[0].events({"evaluation_finished"})
    (segment,) = films["final_run"].sidecar["segments"]
    assert segment["stream"] == "evaluation"
    assert segment["score"] == event.data["best"]
    assert segment["policy_step"] == event.data["checkpoint_step"]


JOBS = [("timelapse", {"length": "3"}, 0.2), ("full_record", {"settings": {"episode": "1"}}, 0.7)]


@pytest.mark.parametrize(("renderer", "wishes", "at"), JOBS)
def test_a_job_whose_maker_is_killed_succeeds_when_it_is_tried_again(run, tmp_path, renderer, wishes, at):
    folder = tmp_path / "films"
    options = FilmOptions(height=240, captions=False, output=folder, **wishes)
    with start_film(run[0], renderer, options) as making, pytest.raises(FilmCrashed):
        making.follow(lambda step: making.process.kill() if step.fraction >= at else None)
    assert all(path.name.startswith(".") for path in folder.iterdir())
    with start_film(run[0], renderer, options) as making:
        film = making.follow()
    assert len(decode(film)) == film.sidecar["frames"]
    assert Looks().examine(film.path).seconds == film.seconds
    assert sorted(path.name for path in folder.iterdir()) == sorted([film.name, film.sidecar_path.name])
