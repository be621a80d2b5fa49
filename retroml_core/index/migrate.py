"""Bringing the database to the version this program knows: with a backup first, and never backwards."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import inspect, text

from retroml_core.index.store import IndexFailure, Store

if TYPE_CHECKING:
    from alembic.config import Config

__all__ = ["DatabaseTooNew", "backup", "migrate"]

HEAD = "0001"
"""The version of the tables in `retroml_core.index.models`."""

MIGRATIONS = Path(__file__).parent / "migrations"


class DatabaseTooNew(IndexFailure):
    """The database was made by a later version of Retro ML."""


def migrate(store: Store, *, folder: Path = MIGRATIONS, head: str = HEAD) -> Path | None:
    """Upgrade `store` to version `head` by the migrations in `folder`; the backup made before, if there was anything to save.

    Costs one query when there is nothing to do. Raises DatabaseTooNew for an unknown version, IndexFailure otherwise.
    """
    found = _version(store)
    if found == head:
        return None
    from alembic import command

    config = _config(folder)
    if found is not None and found not in _known(config):
        raise DatabaseTooNew(
            f"the index {store.path or 'database'} has version {found}, this program knows {head}: update Retro ML, "
            "or use the newer one; the runs themselves are untouched"
        )
    saved = backup(store, f"before-{head}") if found is not None else None
    with store.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, head)
    return saved


def backup(store: Store, label: str) -> Path | None:
    """Copy an SQLite database, as of one moment, to `<file>.<label>`; its path, or None for a database server."""
    if store.path is None:
        return None
    target = store.path.with_name(f"{store.path.name}.{label}")
    target.unlink(missing_ok=True)
    with closing(sqlite3.connect(store.path)) as source, closing(sqlite3.connect(target)) as copy:
        source.backup(copy)
    return target


def _version(store: Store) -> str | None:
    with store.read() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _known(config: Config) -> set[str]:
    from alembic.script import ScriptDirectory

    return {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}


def _config(folder: Path) -> Config:
    from alembic.config import Config

    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    return config
