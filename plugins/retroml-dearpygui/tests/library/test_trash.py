"""What was deleted lies in the trash, from where it is taken back."""

from __future__ import annotations

import pytest
from retroml_dearpygui.viewmodels.settings import SettingsViewModel

from retroml_core.services import ExperimentService, ModelService
from retroml_core.services.films import FilmService


@pytest.fixture
def deleted(app, make_run, make_film):
    """A film and a run, thrown away in this order."""
    film = make_film(make_run(2), "one", label="My film")
    FilmService(app).delete(film)
    gone = make_run(3, name="My run")
    app.index.sync()
    ExperimentService(app).delete(gone.id)
    return film, gone


@pytest.fixture
def model(app, trained):
    """A model, thrown away."""
    made = ModelService(app).save(trained, name="My model")
    return ModelService(app).delete(made.id)


@pytest.fixture
def settings(desk, deleted):
    made = SettingsViewModel(desk)
    made.refresh()
    return made


def kinds(settings):
    return [(item.kind, item.title) for item in settings.trash.items]


def test_what_was_deleted_is_listed_the_latest_first_and_taken_back(model, settings, deleted, app, front):
    film, gone = deleted
    assert sorted(kinds(settings)) == [("Film", "My film"), ("Model", "My model"), ("Run", "My run")]
    times = [item.deleted_at for item in settings.trash.items]
    assert times == sorted(times, reverse=True)
    assert times[-1] > 1e12
    assert all(item.size_bytes > 0 for item in settings.trash.items)
    for _ in range(3):
        settings.trash.restore(settings.trash.items[0])
    assert (kinds(settings), settings.storage.trash) == ([], 0)
    assert film.path.exists()
    assert [found.id for found in ModelService(app).list()] == [model.id]
    assert ExperimentService(app).find(gone.id).id == gone.id
    assert {title for title, *_ in front.toasts} == {"Run taken back", "Film taken back", "Model taken back"}


def test_what_was_taken_back_elsewhere_is_told(settings, app, front):
    film = settings.trash.items[-1]
    FilmService(app).restore(FilmService(app).trashed()[0])
    settings.trash.restore(film)
    assert "not in the trash any more" in front.toasts[-1][1]


def test_an_emptied_trash_lists_nothing(settings, front):
    settings.empty_trash()
    front.answer()
    assert kinds(settings) == []


def test_a_run_that_cannot_be_read_is_listed_by_its_id(settings, app, deleted):
    (app.root.trash / deleted[1].id / "config.json").write_text("{")
    settings.refresh()
    assert ("Run", deleted[1].id) in kinds(settings)
