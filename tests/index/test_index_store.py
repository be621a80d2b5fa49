"""The database itself: damage, versions, migrations."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from retroml_core.index import DatabaseTooNew, Index, IndexFailure, open_store
from retroml_core.index.migrate import HEAD, MIGRATIONS, _config, migrate
from retroml_core.index.models import RUN_TABLES, metadata, run


@pytest.fixture
def store(tmp_path):
    store = open_store(f"sqlite:///{tmp_path / 'index.db'}")
    yield store
    store.close()


def version(store):
    with store.read() as connection:
        return connection.scalar(text("SELECT version_num FROM alembic_version"))


# --- migrations -------------------------------------------------------------------------------------------------------


def test_migrations_make_exactly_the_tables_of_the_models(store):
    migrate(store)
    with store.read() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_newest_migration_is_the_version_the_program_names():
    from alembic.script import ScriptDirectory

    assert ScriptDirectory.from_config(_config(MIGRATIONS)).get_current_head() == HEAD


def test_migrating_twice_does_nothing(store):
    assert migrate(store) is None
    assert migrate(store) is None
    assert version(store) == HEAD


def test_a_downgrade_leaves_an_empty_database(store):
    from alembic import command

    migrate(store)
    config = _config(MIGRATIONS)
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with store.read() as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_every_table_of_a_run_is_known_to_forget():
    assert {table.name for table in RUN_TABLES} | {run.name} == set(metadata.tables)


def test_every_constraint_has_a_name():
    assert all(constraint.name for table in metadata.tables.values() for constraint in table.constraints)


LATER = '''
"""A later version."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = "0002", "0001"
def upgrade():
    op.add_column("run", sa.Column("later", sa.Integer()))
def downgrade():
    op.drop_column("run", "later")
'''


@pytest.fixture
def later(tmp_path):
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder)
    (folder / "versions" / "later.py").write_text(LATER)
    return folder


def test_an_upgrade_keeps_a_backup(store, later):
    migrate(store)
    saved = migrate(store, folder=later, head="0002")
    assert version(store) == "0002"
    with closing(sqlite3.connect(saved)) as copy:
        assert copy.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def test_a_later_database_is_refused_in_words(store, later):
    migrate(store)
    migrate(store, folder=later, head="0002")
    with pytest.raises(DatabaseTooNew, match=r"has version 0002, this program knows 0001: update Retro ML"):
        migrate(store)


def test_a_later_database_is_not_touched_by_opening(root):
    Index.open(root).close()
    with closing(sqlite3.connect(root.database)) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()
    with pytest.raises(DatabaseTooNew):
        Index.open(root)
    with closing(sqlite3.connect(root.database)) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)


# --- transactions -----------------------------------------------------------------------------------------------------


def test_a_write_that_raises_is_rolled_back(store):
    migrate(store)

    def fail():
        with store.write() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = 'x'"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert version(store) == HEAD


def test_a_writer_takes_its_lock_at_the_start(store):
    migrate(store)
    with store.write(), closing(sqlite3.connect(store.path, timeout=0)) as other:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            other.execute("BEGIN IMMEDIATE")
        assert other.execute("SELECT count(*) FROM run").fetchone() == (0,)


def test_the_database_is_in_wal_mode_with_foreign_keys(store):
    with store.read() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_a_busy_database_is_told_in_words(store, monkeypatch):
    monkeypatch.setattr("retroml_core.index.store.PATIENCE_SECONDS", 0)
    migrate(store)
    with (
        store.write(),
        pytest.raises(IndexFailure, match="in use by another process"),
        store.write() as connection,
    ):
        connection.execute(text("SELECT 1"))


# --- damage -----------------------------------------------------------------------------------------------------------


def damage_header(path):
    path.write_bytes(b"this is no database at all" * 100)


def damage_middle(path):
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xff" * (len(data) - 4096)
    path.write_bytes(bytes(data))


def lose_a_table(path):
    with closing(sqlite3.connect(path)) as database:
        database.execute("DROP TABLE metric_chunk")
        database.commit()


@pytest.mark.parametrize("damage", [damage_header, damage_middle, lose_a_table])
def test_a_damaged_database_is_moved_aside_and_rebuilt(root, make_run, damage):
    fake = make_run(tags=["kept"])
    index = Index.open(root)
    index.sync()
    index.close()
    damage(root.database)
    again = Index.open(root)
    again.sync()
    assert [found.tags for found in again.runs()] == [("kept",)]
    assert again.curve(fake.run.id, "score").points == 0
    assert len(list(root.path.glob("retroml.db.damaged-*"))) == 1
    assert "moved to retroml.db.damaged-" in again.notices[0]
    assert "rebuilt from the run folders" in again.notices[0]
    again.close()


def test_damage_while_open_is_healed_by_the_next_question(root, make_run):
    make_run()
    index = Index.open(root)
    index.sync()
    index.store.close()
    damage_header(root.database)
    for end in ("-wal", "-shm"):
        root.database.with_name(root.database.name + end).unlink(missing_ok=True)
    assert len(index.runs()) == 1
    assert index.notices
    index.close()


def test_a_root_that_cannot_be_used_is_told_in_words(tmp_path):
    from retroml_core.runs.roots import DataRoot

    (tmp_path / "file").write_text("")
    with pytest.raises(IndexFailure, match=r"cannot be used: .* are free there\); free it, or set RETROML_HOME to a folder"):
        Index.open(DataRoot(tmp_path / "file"))


@pytest.mark.parametrize("cause", ["disk I/O error", "database or disk is full", "unable to open database file"])
def test_a_full_disk_is_told_with_its_free_bytes_and_what_to_do(root, monkeypatch, cause):
    index = Index.open(root)
    monkeypatch.setattr("retroml_core.index.store.free_bytes", lambda folder: 0)
    with pytest.raises(IndexFailure) as caught, index.store.read():
        raise sqlite3.OperationalError(cause)
    index.close()
    assert str(caught.value) == (
        f"the index {root.database} cannot be used: {cause} (0 B are free there); "
        "free it, or set RETROML_HOME to a folder you can write to. No run is lost."
    )


def test_opening_again_keeps_what_is_there(root, make_run):
    make_run()
    index = Index.open(root)
    index.sync()
    index.close()
    again = Index.open(root)
    assert len(again.runs()) == 1
    assert again.notices == []
    again.close()
