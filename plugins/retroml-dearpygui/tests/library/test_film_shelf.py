"""The films of all runs, read anew only where something changed."""

from __future__ import annotations

import time

import pytest
from retroml_dearpygui.services.film_shelf import SETTLED_NS, FilmShelf

from retroml_core.films import listing


@pytest.fixture
def later():
    """A clock that is far ahead of what the folders were changed at."""
    return lambda: time.time_ns() + 10 * SETTLED_NS


@pytest.fixture
def reads(monkeypatch):
    """The sidecars read so far, by name."""
    read, seen = listing.read_film, []
    monkeypatch.setattr(listing, "read_film", lambda path: seen.append(path.stem) or read(path))
    return seen


def names(shelf, **how):
    return sorted(film.path.stem for film in shelf.films(**how))


def test_films_that_stay_are_read_once(app, make_run, make_film, reads, later):
    make_film(make_run(1), "one")
    make_film(make_run(2), "two")
    shelf = FilmShelf(app, now=later)
    assert names(shelf) == names(shelf) == ["one", "two"]
    assert sorted(reads) == ["one", "two"]


def test_only_the_folder_that_changed_is_read_again(app, make_run, make_film, reads, later):
    first, second = make_run(1), make_run(2)
    make_film(first, "one")
    make_film(second, "two")
    shelf = FilmShelf(app, now=later)
    shelf.films()
    reads.clear()
    make_film(second, "three")
    assert names(shelf) == ["one", "three", "two"]
    assert "one" not in reads


def test_films_and_runs_that_are_gone_are_not_shown(app, make_run, make_film, later):
    films = [make_film(make_run(1), "one"), make_film(make_run(2), "two")]
    shelf = FilmShelf(app, now=later)
    shelf.films()
    films[0].path.unlink()
    films[1].path.parent.parent.rename(app.root.trash / "away")
    assert names(shelf) == []


def test_a_folder_that_changed_just_now_is_not_trusted(app, make_run, make_film, reads):
    film = make_film(make_run(), "one")
    shelf = FilmShelf(app, now=lambda: film.path.parent.stat().st_mtime_ns + SETTLED_NS)
    shelf.films()
    shelf.films()
    assert reads == ["one", "one"]


def test_everything_is_read_when_asked(app, make_run, make_film, reads, later):
    make_film(make_run(), "one")
    shelf = FilmShelf(app, now=later)
    shelf.films()
    assert (names(shelf, anew=True), reads) == (["one"], ["one", "one"])
