"""A model that plays for whoever looks: paced, seen through the live view, ended with its viewer, never changed."""

import json
import os
import threading

import pytest

from retroml_core.commands import evaluate as evaluate_command
from retroml_core.commands import play as play_command
from retroml_core.faults import Fault
from retroml_core.live import LiveView
from retroml_core.runs.models import choose_checkpoint, save_model
from retroml_core.runs.run import Run
from retroml_core.training.playing import Pace, play

FAST = 1e9


@pytest.fixture
def trained(make_run, train):
    run = make_run(learner={}, steps=400)
    train(run)
    return run


@pytest.fixture
def model(app, trained):
    return save_model(app, trained, choose_checkpoint(trained, "latest"), "Catcher")


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Rest:
    """An event that is never set and keeps how long was rested; the clock goes on by `works` with each look at it."""

    def __init__(self, works=0.0):
        self.now, self.works, self.rests = 100.0, works, []

    def wait(self, seconds):
        self.rests.append(round(seconds, 6))
        self.now += seconds
        return False

    def clock(self):
        self.now += self.works
        return self.now


def test_steps_are_a_fifteenth_of_a_second_apart():
    rest = Rest()
    pace = Pace(1 / 15, rest, rest.clock)
    assert all(pace.rest() for _ in range(15))
    assert rest.now == pytest.approx(101)


def test_lost_time_is_not_caught_up_with():
    rest = Rest(works=0.05)
    pace = Pace(0.01, rest, rest.clock)
    for _ in range(5):
        pace.rest()
    assert rest.rests == [0.0] * 5


def test_the_end_cuts_a_rest_short():
    ended = threading.Event()
    ended.set()
    assert not Pace(1e6, ended).rest()


def test_what_it_sees_and_decides_is_seen(app, model, tmp_path):
    games = []
    play(app, Run(model.folder(app.root)), model.step, tmp_path / "seen", speed=FAST, games=2, said=games.append)
    frames = LiveView(Run(tmp_path / "seen")).read()
    assert [game.length > 0 for game in games] == [True, True]
    assert (frames.frames.shape[0], frames.action_names) == (1, ("NOOP", "LEFT", "RIGHT"))
    assert frames.probabilities.shape == (1, 3)


def test_playing_writes_nothing_to_the_model(app, model, tmp_path):
    folder = model.folder(app.root)
    before = contents(folder)
    play(app, Run(folder), model.step, tmp_path / "seen", speed=FAST, games=1)
    assert contents(folder) == before


def test_the_same_seed_plays_the_same_games(app, model, tmp_path):
    def scores(seed):
        games = []
        play(app, Run(model.folder(app.root)), model.step, tmp_path, seed=seed, speed=FAST, games=6, said=games.append)
        return [(game.score, game.length) for game in games]

    assert scores(3) == scores(3)


def test_it_ends_when_it_is_told(app, model, tmp_path):
    ended = threading.Event()
    games = []

    def said(game):
        games.append(game)
        ended.set()

    play(app, Run(model.folder(app.root)), model.step, tmp_path, speed=FAST, ended=ended, said=said)
    assert len(games) == 1


def test_a_place_that_takes_no_moments_is_an_error(app, model, tmp_path):
    (tmp_path / "live").write_text("in the way")
    with pytest.raises(OSError, match="live view"):
        play(app, Run(model.folder(app.root)), model.step, tmp_path, speed=FAST, games=1)


def test_the_command_says_each_game(app, model, capsys):
    assert play_command.main(app, ["Catcher", "--episodes", "2", "--speed", "1e9", "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["game"] for line in lines] == [1, 2]
    assert play_command.main(app, ["Catcher", "--episodes", "1", "--speed", "1e9"]) == 0
    assert capsys.readouterr().out.startswith("game 1: ")


def test_the_command_leaves_nothing_behind(app, model):
    play_command.main(app, ["Catcher", "--episodes", "1", "--speed", "1e9"])
    assert list((app.root.cache / "playing").iterdir()) == []


def test_the_command_ends_with_its_input(app, model, monkeypatch):
    monkeypatch.setattr(play_command.os, "read", lambda file, size: b"")
    assert play_command.main(app, ["Catcher", "--attached"]) == 0


@pytest.mark.parametrize("words", [["--episodes", "0"], ["--speed", "0"], ["--speed", "nan"], ["--speed", "soon"]])
def test_wrong_numbers_are_wrong_use(app, words, capsys):
    with pytest.raises(SystemExit) as stopped:
        play_command.main(app, ["Catcher", *words])
    assert stopped.value.code == 2
    assert f"not '{words[1]}'" in capsys.readouterr().err


@pytest.mark.parametrize("words", [["--episodes", "soon"], ["--max-steps", "-1"], ["--seed", "-1"]])
def test_evaluate_refuses_them_in_the_same_words(app, words, capsys):
    with pytest.raises(SystemExit):
        evaluate_command.main(app, ["Catcher", *words])
    assert f"must be a whole number from {int(words[0] != '--seed')} on, not '{words[1]}'" in capsys.readouterr().err


def test_a_policy_that_is_not_there_is_said_in_words(app, trained, tmp_path):
    with pytest.raises(Fault, match="keeps no sound policy of step 7"):
        play(app, trained, 7, tmp_path)


def test_the_process_id_keeps_players_apart(app, model, monkeypatch):
    folders = []
    monkeypatch.setattr("retroml_core.training.playing.play", lambda *words, **more: folders.append(words[3]))
    play_command.main(app, ["Catcher"])
    assert folders[0].name == f"{model.id}-{os.getpid()}"
