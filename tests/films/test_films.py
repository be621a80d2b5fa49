from __future__ import annotations

import dataclasses
import errno
from pathlib import Path

import film_plugin
import pytest

from retroml_core import hookimpl
from retroml_core.filming import FilmCancelled, FilmError
from retroml_core.films.film import list_films, make_film
from retroml_core.films.names import film_date
from retroml_core.films.options import FilmOptions
from retroml_core.plugins.registry import UnknownName
from retroml_core.testing.apps import tiny_app
from retroml_core.testing.film import MadeUpTape
from retroml_core.testing.runs import tiny_run


def make(app, run, *, again=False, **settings):
    return make_film(app, run, "still", options=FilmOptions(settings=settings, again=again))


def test_a_film_gets_its_usual_name(app, run):
    film = make(app, run)
    assert film.name == f"Taped-The-Game_Random_10s_{film_date(run.tree['created_at'])}_still.mp4"


def test_the_sidecar_says_all_there_is_to_say(app, run):
    film = make(app, run)
    told = film.sidecar
    assert told["run_id"] == run.id
    assert (told["game"], told["game_title"], told["algorithm"], told["seed"]) == ("taped", "Taped: The Game", "random", 7)
    assert (told["seconds"], told["fps"], told["frames"], told["height"]) == (3.0, 30, 90, 720)
    assert told["size_bytes"] == film.size_bytes == film.path.stat().st_size
    assert told["notes"] == ["It stands still."]
    assert told["segments"][0]["last_step"] == 7
    assert told["asked_seconds"] == 60.0


def test_films_are_listed_from_their_sidecars(app, run):
    made = [make(app, run), make(app, run, again=True)]
    assert sorted(film.name for film in list_films(run)) == sorted(film.name for film in made)
    assert list_films(run)[0].run_id == run.id


def test_the_second_film_gets_another_name(app, run):
    assert make(app, run).path.stem + "-2.mp4" == make(app, run, again=True).name


def test_a_film_that_is_there_already_is_not_made_again(app, run, left):
    first = make(app, run)
    second = make(app, run)
    assert (second.path, first.existed, second.existed) == (first.path, False, True)
    assert left() == [first.sidecar_path.name, first.name]


@pytest.mark.parametrize(
    "change", [{"length": "12"}, {"fps": 60}, {"layout": "square"}, {"hide": ("score",)}, {"settings": {"pictures": "30"}}]
)
def test_other_wishes_are_another_film(app, run, change):
    first = make(app, run)
    assert make_film(app, run, "still", options=FilmOptions(**change)).path != first.path


def test_more_play_is_another_film(app, run, monkeypatch):
    first = make(app, run)
    monkeypatch.setattr(MadeUpTape, "steps", lambda self, stream="training": 7)
    assert make(app, run).path != first.path


def test_a_format_the_renderer_cannot_write_is_refused_in_words(app, run):
    with pytest.raises(FilmError, match="format=gif: Still can be mp4"):
        make_film(app, run, "still", options=FilmOptions(format="gif"))


def test_films_without_a_sidecar_and_sidecars_without_a_film_are_not_listed(app, run):
    make(app, run).path.unlink()
    (run.videos_folder / "dropped.mp4").write_bytes(b"x")
    assert list_films(run) == []


def test_a_broken_sidecar_hides_no_other_film(app, run):
    film = make(app, run)
    (run.videos_folder / "other.json").write_text('{"format": "retroml-film", "file": "o.mp4"}')
    assert [found.name for found in list_films(run)] == [film.name]


def test_wishes_win_over_the_config(app, run):
    options = FilmOptions(length="12", fps=60, height=480)
    told = make_film(app, run, "still", options=options).sidecar
    assert (told["asked_seconds"], told["fps"], told["height"]) == (12.0, 60, 480)


def test_matching_is_as_long_as_the_training(app, run):
    told = make_film(app, run, "still", options=FilmOptions(length="match")).sidecar
    assert told["asked_seconds"] == run.status().seconds


def test_a_film_can_go_elsewhere(app, run, left, tmp_path):
    film = make_film(app, run, "still", options=FilmOptions(output=tmp_path / "new" / "folder"))
    assert film.path.parent == tmp_path / "new" / "folder"
    assert left() == []


@pytest.mark.parametrize("fps", [7, 144])
def test_a_frame_rate_out_of_range_is_an_error(app, run, fps):
    with pytest.raises(FilmError, match="between 15 and 60"):
        make_film(app, run, "still", options=FilmOptions(fps=fps))


@pytest.mark.parametrize(
    ("trouble", "words"),
    [("full", "is full .* make room"), ("readonly", "cannot write .* --output"), ("empty", "made no film")],
)
def test_trouble_is_told_in_words_and_leaves_nothing_behind(app, run, left, trouble, words):
    with pytest.raises(FilmError, match=words):
        make(app, run, trouble=trouble)
    assert left() == []


def test_a_run_deleted_while_its_film_is_made_is_said_to_be_gone(app, run, tmp_path):
    def progress(fraction, doing):
        if fraction > 0.5 and run.folder.exists():
            run.folder.rename(tmp_path / "trash")

    with pytest.raises(FilmError, match="moved or deleted while the film was made"):
        make_film(app, run, "still", progress=progress)
    assert not run.folder.exists()


def test_a_full_disk_that_has_no_room_for_the_folder_is_said_to_be_full(app, run, tmp_path, monkeypatch):
    def full(*_arguments, **_named):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "mkdir", full)
    with pytest.raises(FilmError, match="is full"):
        make_film(app, run, "still", options=FilmOptions(output=tmp_path / "new" / "folder"))


def test_a_file_is_no_folder_for_films(app, run, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(FilmError, match="is a file"):
        make_film(app, run, "still", options=FilmOptions(output=tmp_path / "file"))


def test_a_bug_of_a_renderer_leaves_nothing_behind(app, run, left):
    with pytest.raises(ZeroDivisionError):
        make(app, run, trouble="bug")
    assert left() == []


def test_cancelling_leaves_nothing_behind(app, run, left):
    def progress(fraction, doing):
        if fraction > 0.5:
            raise FilmCancelled

    with pytest.raises(FilmCancelled):
        make_film(app, run, "still", progress=progress)
    assert left() == []


def test_a_folder_that_is_a_file_is_named(app, run, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(FilmError, match="taken"):
        make_film(app, run, "still", options=FilmOptions(output=tmp_path / "taken"))


def test_nothing_recorded_yet(app, run):
    (run.tape_folder / "segment").unlink()
    with pytest.raises(FilmError, match="nothing is recorded yet"):
        make(app, run)


def test_an_environment_without_a_tape_says_why(app, config, tmp_path):
    from retroml_core.testing.tiny import TinyConfig

    tiny = dataclasses.replace(config, game="tiny", environment=TinyConfig())
    run = tiny_run(tmp_path / "root", app=app, config=tiny)
    with pytest.raises(FilmError, match="no tape"):
        make(app, run)


def test_an_unknown_renderer_names_those_there_are(app, run):
    with pytest.raises(UnknownName, match="still"):
        make_film(app, run, "stil")


class Naming:
    def __init__(self, answer):
        self.answer = answer
        self.saved = []

    @hookimpl
    def retroml_name_film(self, run, renderer):
        return self.answer

    @hookimpl
    def retroml_film_saved(self, run, film):
        self.saved.append((run.id, film.name))


@pytest.mark.parametrize(
    ("answer", "name"),
    [("My film", "My-film.mp4"), ("../../etc/passwd", "etc-passwd.mp4"), ("CON", "CON-film.mp4"), ("///", "Taped-The-Game_")],
)
def test_a_plugin_may_name_films_within_reason(run, tmp_path, answer, name):
    app = tiny_app(tmp_path / "root", {"films": film_plugin, "naming": Naming(answer)})
    film = make(app, run)
    assert film.name.startswith(name)
    assert film.path.parent == run.videos_folder


def test_plugins_are_told_of_a_film(run, tmp_path):
    naming = Naming(None)
    film = make(tiny_app(tmp_path / "root", {"films": film_plugin, "naming": naming}), run)
    assert naming.saved == [(run.id, film.name)]


def test_the_event_of_a_film(app, run):
    film = make(app, run)
    event = film.saved_event()
    assert (event.name, event.renderer, event.seconds, event.size_bytes) == (film.name, "still", 3.0, film.size_bytes)
