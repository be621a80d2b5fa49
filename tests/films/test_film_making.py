"""Films in the making are found from any terminal, and can be let rest from there."""

from __future__ import annotations

import json

import pytest
from filelock import FileLock, Timeout

from retroml_core.commands.film import main
from retroml_core.filming import FilmCancelled
from retroml_core.films import maker
from retroml_core.films.film import start_film
from retroml_core.films.maker import Reporter, Wishes
from retroml_core.films.making import announced, filming_folder, in_the_making
from retroml_core.films.options import FilmOptions
from retroml_core.films.turns import Turn


def test_a_film_is_known_while_it_is_made(tmp_path):
    with announced(tmp_path / "filming", "a-run", "timelapse"):
        (film,) = in_the_making(tmp_path / "filming")
        assert (film.run_id, film.renderer, film.resting) == ("a-run", "timelapse", False)
    assert list((tmp_path / "filming").iterdir()) == []


def test_the_word_lets_the_maker_rest_until_it_is_taken_back(tmp_path):
    wishes = Wishes()
    with announced(tmp_path, "a-run", "timelapse") as wishes.word:
        (film,) = in_the_making(tmp_path)
        film.pause()
        assert (wishes.resting, film.resting) == (True, True)
        film.resume()
        assert not wishes.resting


def test_a_word_to_a_maker_of_old_is_not_for_the_next_with_its_number(tmp_path):
    with announced(tmp_path, "a-run", "timelapse") as word:
        word.touch()
        with announced(tmp_path, "a-run", "timelapse") as again:
            assert not again.exists()


@pytest.mark.parametrize("facts", [{"pid": 1, "started": 1.0, "run": "r", "renderer": "timelapse"}, {"pid": 1}, []])
def test_makers_that_died_and_torn_notes_are_passed_over(tmp_path, facts):
    (tmp_path / "1.making").write_text(json.dumps(facts))
    assert in_the_making(tmp_path) == []


def test_where_no_note_can_be_left_the_film_is_made_all_the_same(tmp_path):
    (tmp_path / "file").touch()
    with announced(tmp_path / "file", "a-run", "timelapse") as word:
        assert word is None


def test_the_turn_is_given_back_while_resting_and_taken_again(tmp_path, monkeypatch):
    wishes, seen = Wishes(), []
    reporter = Reporter(wishes)
    with announced(tmp_path, "a-run", "timelapse") as wishes.word:
        reporter.turn = Turn(tmp_path, at_once=1, waiting=reporter.waiting)
        with reporter.turn:
            wishes.word.touch()
            monkeypatch.setattr(maker.time, "sleep", lambda seconds: seen.append(tickets(tmp_path)) or wishes.word.unlink())
            reporter(0.5, "painting")
            assert (seen, len(tickets(tmp_path))) == ([[]], 1)


def tickets(folder):
    return sorted(path.name for path in folder.glob("*.ticket"))


@pytest.mark.usefixtures("trusted")
def test_a_paused_film_lets_others_be_made_and_goes_on_when_told_to(app, run, capsys):
    folder = filming_folder(app.root)
    said = []

    def hear(step):
        if step.doing == "waiting to be cancelled" and not said:
            said.append("told to rest")
            main(app, [run.id, "--pause"])
        elif step.doing == "paused":
            with Turn(folder, at_once=1, waiting=lambda ahead: said.append("had to wait")):
                main(app, ["--resume"])
            said.append("told to go on")
        elif "told to go on" in said:
            making.cancel()

    with start_film(run, "still", FilmOptions(settings={"trouble": "wait"})) as making, pytest.raises(FilmCancelled):
        making.follow(hear)
    assert "had to wait" not in said
    assert capsys.readouterr().out.splitlines() == [f"paused: still of {run.id}", f"going on: still of {run.id}"]


def test_where_nothing_is_made_there_is_nothing_to_pause(app, run, capsys):
    assert main(app, [run.id, "--pause"]) == 1
    assert f"no film of {run.id} is being made" in capsys.readouterr().err


def test_a_ticket_given_back_is_free(tmp_path):
    with Turn(tmp_path, at_once=1, waiting=lambda ahead: None) as mine:
        (name,) = tickets(tmp_path)
        with pytest.raises(Timeout):
            FileLock(tmp_path / name, timeout=0).acquire()
        mine.give_back()
        assert tickets(tmp_path) == []
