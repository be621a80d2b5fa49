"""A real game played anew for a film, by the process that makes it for users."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from retroml_core.app import App
from retroml_core.films.arena import TapedArena
from retroml_core.films.film import list_films
from retroml_core.runs.run import find_run
from retroml_core.tape import View
from retroml_core.training.players import Players

pytest.importorskip("retroml_atari")

WORDS = [
    "algorithm=random",
    "game=breakout",
    "budget.steps=600",
    "seed=3",
    "evaluation.episodes=1",
    "evaluation.max_steps=20",
    "film.renderers=[milestones]",
    "film.length='2'",
    "film.height=480",
]


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    root = tmp_path_factory.mktemp("root")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "RETROML_HOME", str(root))
        subprocess.run([sys.executable, "-m", "retroml_core", *WORDS], check=True, capture_output=True)
        app = App.open()
        yield find_run(app, "latest"), app


def play(run, seed):
    """The score and the last picture of a game of 60 steps."""
    folder, app = run
    players = Players(folder, app)
    arena = TapedArena(app, folder.config(app), players)
    try:
        staged = arena.play(players.steps[-1], seed=seed, most_steps=60, tick=lambda: None)
        *_, last = staged.tape.play(staged.episode, view=View.COLOUR)
        return staged.episode.length, last.score, staged.tape.actions(staged.episode).tolist(), last.frames[0].tobytes()
    finally:
        arena.close()
        players.close()


def test_the_same_seed_gives_the_same_game_and_another_one_another(run):
    assert play(run, 1) == play(run, 1)
    assert play(run, 1)[2] != play(run, 2)[2]


def test_milestones_are_filmed_after_training_as_the_config_asks(run):
    (film,) = list_films(run[0])
    assert film.renderer == "milestones"
    assert len(film.sidecar["segments"]) >= 2
    for segment in film.sidecar["segments"]:
        assert segment["policy_step"] in {checkpoint.step for checkpoint in run[0].checkpoints()}
        assert segment["extra"]["captions"]["score"] == f"{segment['score']:.0f}"


def test_nothing_of_the_games_is_left_in_the_run(run):
    folder, app = run
    tape = folder.tape(app)
    before = [episode.number for episode in tape.episodes("evaluation")]
    play(run, 5)
    tape.refresh()
    assert [episode.number for episode in tape.episodes("evaluation")] == before
    tape.close()
