from __future__ import annotations

import json

import pytest

from retroml_core.commands.film import main
from retroml_core.filming import FilmError
from retroml_core.films.film import list_films
from retroml_core.plugins.registry import UnknownName
from retroml_core.runs.run import RunNotFound

pytestmark = pytest.mark.usefixtures("trusted")


def test_the_films_of_the_config_are_made(app, run, capsys):
    assert main(app, [run.id]) == 0
    (film,) = list_films(run)
    out = capsys.readouterr().out
    assert str(film.path) in out
    assert "It stands still." in out


def test_json_names_the_films(app, run, capsys):
    assert main(app, ["latest", "--renderer", "still", "--json", "--set", "pictures=30"]) == 0
    (film,) = json.loads(capsys.readouterr().out)
    assert film["seconds"] == 1.0
    assert film["run_id"] == run.id


def test_a_film_that_fails_is_told_and_the_others_are_made(app, run, capsys):
    assert main(app, [run.id, "--set", "trouble=full"]) == 1
    assert "is full" in capsys.readouterr().err.replace("\n", " ")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["nobody"], RunNotFound),
        (["latest", "--renderer", "stil"], UnknownName),
        (["latest", "--set", "x"], FilmError),
        (["latest", "--set", "nonsense=1"], FilmError),
        (["latest", "--length", "0"], FilmError),
        (["latest", "--height", "5"], FilmError),
    ],
)
def test_wrong_use_is_an_error_for_the_command_line_to_show(app, run, arguments, error):
    with pytest.raises(error):
        main(app, arguments)
    assert list_films(run) == []


def test_an_option_that_does_not_exist_is_wrong_use(app, run, capsys):
    with pytest.raises(SystemExit) as ended:
        main(app, ["latest", "--speed", "9"])
    assert ended.value.code == 2
    capsys.readouterr()


def test_several_runs_are_refused_by_a_renderer_that_shows_one(app, run, capsys):
    assert main(app, [run.id, run.id]) == 2
    assert "shows one run only" in capsys.readouterr().err.replace("\n", " ")
