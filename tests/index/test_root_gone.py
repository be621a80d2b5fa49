"""A data folder that goes away while it is used, and comes back."""

from __future__ import annotations

import os

import pytest

from retroml_core.index import Index
from retroml_core.runs.roots import DataRoot, RootError
from retroml_core.services import ExperimentService, FilmService, ModelService, StorageService

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows does not let a folder go whose files are open")


@pytest.fixture
def away(root, tmp_path):
    """`away()` takes the data folder away, `away(back=True)` puts it back."""

    def move(*, back=False):
        there, gone = root.path, tmp_path / "away"
        (gone if back else there).rename(there if back else gone)

    return move


@pytest.mark.parametrize(
    "ask",
    [
        lambda app, _: ExperimentService(app).sync(),
        lambda app, _: ExperimentService(app).follow(),
        lambda app, _: ExperimentService(app).reindex(),
        lambda app, run: ExperimentService(app).get(run.id),
        lambda app, run: ExperimentService(app).delete(run.id),
        lambda app, _: FilmService(app).list(),
        lambda app, _: FilmService(app).trashed(),
        lambda app, _: ModelService(app).list(),
        lambda app, _: StorageService(app).report(),
        lambda app, _: StorageService(app).trashed(),
    ],
)
def test_services_say_that_it_is_gone_and_make_nothing(app, root, make_run, away, ask):
    run = make_run().run
    ExperimentService(app).follow()
    away()
    with pytest.raises(RootError, match="is gone"):
        ask(app, run)
    assert not root.path.exists()


def test_lists_go_on_once_it_is_back(app, make_run, away):
    run, service = make_run().run, ExperimentService(app)
    service.follow()
    away()
    with pytest.raises(RootError):
        service.follow()
    with pytest.raises(RootError):
        service.list()
    away(back=True)
    make_run(2)
    assert service.follow().problems == []
    assert [row.seed for row in service.list()] == [2, 1]
    assert service.get(run.id).id == run.id
    assert app.notices() == []


def test_before_the_first_use_an_index_is_empty_and_makes_nothing(tmp_path):
    root = DataRoot(tmp_path / "data")
    index = Index.open(root, spare=True)
    assert (index.sync().runs, index.reindex().runs, index.follow().runs, index.runs()) == (0, 0, 0, [])
    assert index.notices == []
    assert not root.path.exists()


def test_what_changed_before_a_look_that_failed_is_seen_by_the_next(root, make_run, monkeypatch):
    index = Index.open(root)
    index.follow()
    make_run()
    with monkeypatch.context() as patch:
        patch.setattr("retroml_core.index.ingest.take_in", _refuse)
        with pytest.raises(OSError, match="unreadable"):
            index.follow()
    assert index.follow().changed == 1
    index.close()


def _refuse(*_):
    raise OSError("unreadable")
