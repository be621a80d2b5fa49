from __future__ import annotations

import json
import os
from datetime import UTC, datetime

import pytest

from retroml_core.commands.films import main
from retroml_core.files import read_json, write_json
from retroml_core.filming import FilmError
from retroml_core.films.files import FilmSlot
from retroml_core.films.film import list_films, make_film
from retroml_core.films.library import ORDERS, find_film_named, sorted_films
from retroml_core.films.listing import Film
from retroml_core.films.options import FilmOptions
from retroml_core.services import FilmService, NotAllowed, Principal


@pytest.fixture
def service(app):
    return FilmService(app)


@pytest.fixture
def film(app, run):
    return make_film(app, run, "still")


@pytest.fixture
def other(app, run, film):
    return make_film(app, run, "still", options=FilmOptions(again=True))


def files(folder):
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith("."))


# --- list -------------------------------------------------------------------------------------------------------------


def made_up(number: int) -> Film:
    """Films of which many are alike in one way or another."""
    name = f"{'abc'[number % 3]}{number % 5}"
    return Film(
        path=None,
        name=f"{name}.mp4",
        renderer="still",
        run_id=str(number),
        seconds=float(number % 7),
        size_bytes=number * 37 % 11,
        created_at=datetime.fromtimestamp(number * 7919 % 13 * 1000, UTC).isoformat(),
        sidecar={"label": name},
    )


@pytest.mark.parametrize("ascending", [True, False])
@pytest.mark.parametrize("by", ORDERS)
def test_fifty_films_are_sorted_by_everything_both_ways_and_equal_ones_stay_in_order(by, ascending):
    films = [made_up(number) for number in range(50)]
    keys = {"date": "created_at", "size": "size_bytes", "length": "seconds", "name": "label"}
    expected = sorted(films, key=lambda film: getattr(film, keys[by]), reverse=not ascending)
    assert sorted_films(films, by, ascending=ascending) == expected


def test_an_order_there_is_not_names_those_there_are(service):
    with pytest.raises(FilmError, match="date, name, size, length"):
        service.list(sort="colour")


def test_all_films_of_a_data_root_or_those_of_one_run_are_listed(service, run, film, other):
    assert {one.name for one in service.list()} == {one.name for one in service.list(run)} == {film.name, other.name}


def test_a_film_is_found_by_its_name_its_label_its_path_or_a_beginning(film, other):
    films = [film, other]
    for name in (film.name, film.path.stem, str(film.path), film.name.upper()):
        assert find_film_named(films, name) is film
    assert find_film_named(films, other.path.stem) is other


def test_a_name_that_fits_none_or_several_is_told(film, other):
    with pytest.raises(FilmError, match="fits 2 films"):
        find_film_named([film, other], "Tap")
    with pytest.raises(FilmError, match="no film 'nothing'"):
        find_film_named([film, other], "nothing")


# --- rename -----------------------------------------------------------------------------------------------------------


def test_renaming_renames_file_and_sidecar_and_keeps_what_was_typed(service, film):
    renamed = service.rename(film, "My best game 🎮: 100 %!")
    assert renamed.label == "My best game 🎮: 100 %!"
    assert files(film.path.parent) == ["My-best-game-100.json", "My-best-game-100.mp4"]
    assert read_json(renamed.sidecar_path)["file"] == renamed.name


@pytest.mark.parametrize("name", ["a/b\\c", "x" * 300, "CON", "日本語のゲーム", "../../up", "film.mp4", ".hidden"])
def test_any_name_becomes_a_safe_one_in_the_same_folder(service, film, name):
    renamed = service.rename(film, name)
    assert renamed.path.parent == film.path.parent
    assert renamed.path.is_file()
    assert len(renamed.name) <= 120
    assert len(files(film.path.parent)) == 2


@pytest.mark.parametrize("name", ["", "   ", "🎮🎮", "///"])
def test_a_name_of_which_nothing_can_be_kept_is_refused(service, film, name):
    with pytest.raises(FilmError, match="some letters or digits"):
        service.rename(film, name)
    assert list_films_in(film) == [film.name]


def list_films_in(film):
    return [name for name in files(film.path.parent) if name.endswith(".mp4")]


def test_a_name_that_is_taken_is_refused_and_nothing_is_lost(service, film, other):
    with pytest.raises(FilmError, match="already a film"):
        service.rename(film, other.path.stem)
    assert list_films_in(film) == sorted([film.name, other.name])
    assert read_json(film.sidecar_path)["file"] == film.name


def test_a_name_in_which_a_film_is_being_made_is_taken(service, film):
    slot = FilmSlot.reserve(film.path.parent, "soon", ".mp4")
    with pytest.raises(FilmError, match="already a film"):
        service.rename(film, "soon")
    slot.discard()


def test_another_spelling_of_its_own_name_is_no_clash(service, film):
    assert service.rename(film, film.path.stem.upper()).name == film.path.stem.upper() + ".mp4"
    assert len(files(film.path.parent)) == 2


def test_the_same_file_name_changes_only_the_label(service, film):
    stem = film.path.stem
    renamed = service.rename(film, f"{stem}!")
    assert (renamed.path, renamed.label) == (film.path, f"{stem}!")


@pytest.mark.parametrize("step", [0, 1])
def test_killed_while_renaming_the_film_is_whole_under_one_name(service, run, film, monkeypatch, step):
    """Killed after the new sidecar was written, or after the film was moved as well."""
    path = film.path.with_name("new.json")
    write_json(path, {**film.sidecar, "file": "new.mp4"})
    if step:
        film.path.rename(film.path.with_name("new.mp4"))
    assert [one.name for one in list_films(run)] == ["new.mp4" if step else film.name]


# --- trash ------------------------------------------------------------------------------------------------------------


def test_a_film_thrown_away_can_be_taken_back(service, run, film):
    content = film.path.read_bytes()
    trashed = service.delete(film)
    assert files(film.path.parent) == []
    assert [one.film.name for one in service.trashed()] == [film.name]
    back = service.restore(trashed)
    assert back.path.read_bytes() == content
    assert back.sidecar == film.sidecar
    assert service.trashed() == []


def test_where_its_name_is_taken_meanwhile_it_comes_back_under_another(app, run, service, film):
    trashed = service.delete(film)
    new = make_film(app, run, "still")
    back = service.restore(trashed)
    assert {new.name, back.name} == {film.name, film.path.stem + "-2.mp4"}
    assert read_json(back.sidecar_path)["file"] == back.name


def test_a_film_whose_run_is_gone_stays_in_the_trash_and_says_so(service, run, film):
    trashed = service.delete(film)
    run.folder.rename(run.folder.with_name(".gone"))
    with pytest.raises(FilmError, match="take the run"):
        service.restore(trashed)
    assert len(service.trashed()) == 1


def test_a_film_that_cannot_be_taken_back_stays_in_the_trash(service, film, monkeypatch):
    trashed = service.delete(film)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("retroml_core.films.trash.write_json", full)
        patch.setattr("retroml_core.films.files.write_json", full)
        with pytest.raises(OSError, match="No space left"):
            service.restore(trashed)
    assert files(film.path.parent) == []
    assert service.restore(trashed).path == film.path


def test_films_stay_in_the_trash_for_a_month(service, film, other):
    old = service.delete(film)
    about = old.folder / "deleted.json"
    write_json(about, {**read_json(about), "deleted_at": old.deleted_at - 31 * 24 * 3600})
    service.delete(other)
    assert [one.film.name for one in service.trashed()] == [other.name]
    assert service.empty_trash() == other.size_bytes
    assert service.trashed() == []


# --- looks ------------------------------------------------------------------------------------------------------------


def test_a_thumbnail_is_made_once_and_stays_when_the_film_is_renamed(service, film):
    first = service.thumbnail(film)
    stamp = first.stat().st_mtime_ns
    assert service.thumbnail(service.rename(film, "other")) == first
    assert first.stat().st_mtime_ns == stamp


def test_another_film_has_another_thumbnail(app, run, service, film):
    other = make_film(app, run, "still", options=FilmOptions(length="9", again=True))
    other.path.write_bytes(b"still" * 99)
    assert service.thumbnail(film) != service.thumbnail(other)


def test_a_film_says_what_its_file_is(service, film):
    assert service.probe(film).size_bytes == film.size_bytes


def test_a_broken_film_has_neither_and_says_why(service, film):
    film.path.write_bytes(b"broken")
    with pytest.raises(FilmError, match="cannot be read"):
        service.probe(film)
    with pytest.raises(FilmError, match="no thumbnail"):
        service.thumbnail(film)


def test_a_film_of_a_renderer_that_is_not_installed_says_so(service, film):
    write_json(film.sidecar_path, {**film.sidecar, "renderer": "gone"})
    with pytest.raises(FilmError, match="renderer gone is not installed"):
        service.probe(service.list()[0])


def test_only_who_may_throws_films_away(app, film):
    reader = Principal(id="r", name="a reader", permissions=frozenset({"films.list"}))
    with pytest.raises(NotAllowed, match=r"films.delete"):
        FilmService(app, reader).delete(film)


# --- command ----------------------------------------------------------------------------------------------------------


def test_the_command_lists_renames_throws_away_and_takes_back(app, run, film, capsys):
    assert main(app, []) == 0
    assert film.path.stem in capsys.readouterr().out
    assert main(app, ["rename", film.name, "A new name"]) == 0
    assert capsys.readouterr().out.strip().endswith("A-new-name.mp4")
    assert main(app, ["delete", "A new name"]) == 0
    capsys.readouterr()
    assert main(app, ["trash", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["deleted_at"].endswith("+00:00")
    assert main(app, ["trash"]) == 0
    assert "A new name" in capsys.readouterr().out
    assert main(app, ["restore"]) == 0
    assert main(app, ["--run", run.id, "--sort", "size", "--reverse", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out[len(f"taken back: {film.path.with_name('A-new-name.mp4')}\n") :])
    assert [one["label"] for one in listed] == ["A new name"]


@pytest.mark.parametrize("words", [["--json", "delete"], ["delete", "--json"]])
def test_films_thrown_away_are_named_once_as_json(app, film, words, capsys):
    assert main(app, [*words, film.name, film.name]) == 0
    assert [one["path"] for one in json.loads(capsys.readouterr().out)] == [str(film.path)]
    assert main(app, ["restore", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["path"] == str(film.path)


def test_the_command_tells_all_about_a_film(app, film, capsys):
    assert main(app, ["info", film.name]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["probe"]["codec"] == "still"
    assert os.path.exists(told["thumbnail"])  # noqa: PTH110  # a path as it was printed


def test_without_films_the_command_says_how_to_make_some(app, capsys):
    assert main(app, []) == 0
    assert "retroml film latest" in capsys.readouterr().err


def test_nothing_to_take_back_is_told(app):
    with pytest.raises(FilmError, match="no film in the trash"):
        main(app, ["restore"])
