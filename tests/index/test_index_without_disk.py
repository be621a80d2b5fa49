"""An index that cannot be written: it goes on in memory, and says so once."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import event

from retroml_core.app import App
from retroml_core.cli import main
from retroml_core.events import EpisodeFinished
from retroml_core.index import Index, IndexFailure
from retroml_core.runs.roots import DataRoot
from retroml_core.testing import tiny_app

LONG = "x" * 300_000
"""Notes that need more room than a database has left."""


def fill_disk(index):
    """From now on the database file of `index` cannot grow."""
    index.store.close()
    event.listen(index.store.engine, "connect", lambda connection, _: connection.execute("PRAGMA max_page_count = 1"))


@pytest.fixture
def index(root):
    index = Index.open(root, spare=True)
    yield index
    index.close()


def test_what_is_new_is_listed_from_memory_beside_what_was_known(index, make_run):
    make_run(1)
    index.sync()
    fill_disk(index)
    make_run(2, notes=LONG)
    assert index.sync().changed == 1
    assert [row.seed for row in index.runs()] == [2, 1]


def test_it_is_said_in_one_line_and_with_every_look(index, make_run):
    fill_disk(index)
    for number in (1, 2):
        make_run(number, notes=LONG)
        index.sync()
    assert index.sync().problems == index.follow().problems == index.notices
    (notice,) = index.notices
    assert "database or disk is full" in notice
    assert "nothing is written down" in notice
    assert "\n" not in notice


def test_the_file_stays_as_it_was(index, root, make_run):
    make_run(1)
    index.sync()
    fill_disk(index)
    make_run(2, notes=LONG)
    index.sync()
    other = Index.open(root)
    assert len(other.runs()) == 1
    other.close()


def test_curves_are_there_too(index, make_run):
    fill_disk(index)
    fake = make_run(notes=LONG)
    fake.say(EpisodeFinished(number=1, environment=0, score=7.0, length=1, first_step=0, seconds=1.0), step=10)
    assert index.ingest(fake.run)
    assert index.curve(fake.run.id, "score").values.tolist() == [7.0]


def test_a_damaged_file_is_not_taken_over(root, make_run, monkeypatch):
    make_run()
    root.database.write_bytes(b"no database" * 1000)
    monkeypatch.setattr(Index, "_heal", lambda index, _: index._go_on_in_memory(IndexFailure("full")))
    index = Index.open(root, spare=True)
    index.sync()
    assert len(index.runs()) == 1
    index.close()


def test_a_place_where_no_file_can_be_has_an_index_too(tmp_path):
    (tmp_path / "file").write_text("")
    index = Index.open(DataRoot(tmp_path / "file"), spare=True)
    assert index.runs() == []
    assert index.notices
    index.close()


def test_an_index_in_memory_cannot_be_rebuilt_on_disk(index, make_run):
    fill_disk(index)
    make_run(notes=LONG)
    index.sync()
    with pytest.raises(IndexFailure, match="cannot be used"):
        index.reindex()


def test_without_a_spare_it_is_refused(root, make_run):
    index = Index.open(root)
    fill_disk(index)
    make_run(notes=LONG)
    with pytest.raises(IndexFailure, match="database or disk is full"):
        index.sync()
    index.close()


@pytest.mark.parametrize("words", [["runs", "--json"], ["show", "--json"]])
def test_commands_show_what_there_is_and_warn(root, make_run, monkeypatch, capsys, words):
    run = make_run(game="catch", algorithm="random").run
    root.database.mkdir()  # a file cannot be made there
    monkeypatch.setattr(App, "open", classmethod(lambda cls, safe=False: tiny_app(root.path)))
    assert main(words) == 0
    out, err = capsys.readouterr()
    assert run.id in json.dumps(json.loads(out))
    assert err.count("cannot be used") == 1
