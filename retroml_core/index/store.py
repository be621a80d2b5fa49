"""Where the index lives: an SQLAlchemy engine, with reading and writing transactions that several processes may hold.

On SQLite a writer takes its lock at the start (BEGIN IMMEDIATE) and waits for others up to `PATIENCE_SECONDS`; readers
never wait (WAL). A database on a network file system is not safe: the data root belongs on a local disk, run folders need not.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any, cast

from sqlalchemy import Connection, Engine, StaticPool, create_engine, event
from sqlalchemy.exc import DatabaseError

from retroml_core.faults import Fault
from retroml_core.runs.forecast import free_bytes, size_text
from retroml_core.runs.roots import ROOT_ADVICE

__all__ = ["DatabaseDamaged", "IndexFailure", "IndexUnusable", "Store", "open_memory", "open_store", "unusable"]

PATIENCE_SECONDS = 30
_DAMAGE = ("malformed", "not a database", "no such table", "no such column")


class IndexFailure(Fault):
    """The index cannot be used; the message says why and what to do."""


class DatabaseDamaged(IndexFailure):
    """The database file is not what it should be; everything in it can be rebuilt from the run folders."""


class IndexUnusable(IndexFailure):
    """The database can be neither opened nor written: the disk is full, the folder read-only."""


class Store:
    """The database of the index. Safe to use from several threads."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        one_connection = isinstance(engine.pool, StaticPool)
        self._turns: AbstractContextManager[object] = threading.RLock() if one_connection else nullcontext()

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None for a database server or one in memory."""
        file = self.engine.url.database
        return Path(file) if file and self.engine.dialect.name == "sqlite" else None

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, at one moment. Raises IndexFailure."""
        with self._transaction(self.engine) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes, committed at its end, rolled back when it raises. Raises IndexFailure."""
        with self._transaction(self.engine.execution_options(retroml_write=True)) as connection:
            yield connection

    def close(self) -> None:
        """Release all connections; the next use makes new ones."""
        self.engine.dispose()

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Connection]:
        try:
            with self._turns, engine.begin() as connection:
                yield connection
        except DatabaseError as error:
            raise self._in_words(str(error.orig)) from error
        except sqlite3.DatabaseError as error:  # raised bare while a connection is made
            raise self._in_words(str(error)) from error

    def _in_words(self, cause: str) -> IndexFailure:
        name = self.engine.url.database or "in memory"
        if any(sign in cause.lower() for sign in _DAMAGE):
            return DatabaseDamaged(f"the index {name} is damaged ({cause})")
        if "locked" in cause.lower():
            return IndexFailure(
                f"the index {name} has been in use by another process for {PATIENCE_SECONDS} s: try again later"
            )
        return unusable(self.path, cause) if self.path else IndexFailure(f"the index {name} cannot be used: {cause}")


def unusable(file: Path, cause: str) -> IndexUnusable:
    """What to say when the database `file` can be neither opened nor written: why, how much disk is free, what to do."""
    try:
        free = f" ({size_text(free_bytes(file.parent))} are free there)"
    except OSError:
        free = ""
    return IndexUnusable(f"the index {file} cannot be used: {cause}{free}; {ROOT_ADVICE}. No run is lost.")


def open_store(url: str) -> Store:
    """The store at an SQLAlchemy `url`, such as `sqlite:////home/me/retroml/retroml.db`. Opens nothing yet."""
    return _store(create_engine(url))


def open_memory(copied: Path | None = None) -> Store:
    """A store in the memory of this process, with what the SQLite file `copied` holds, as far as it can be read."""
    store = _store(create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False}))
    if copied is None or not copied.is_file():
        return store
    target = cast("sqlite3.Connection", store.engine.raw_connection().driver_connection)
    # With the disk full SQLite may be unable to share the file with others; alone it can still read it.
    for way in ("mode=ro", "immutable=1"):
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(f"{copied.as_uri()}?{way}", uri=True)) as source:
            source.backup(target)
            break
    return store


def _store(engine: Engine) -> Store:
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return Store(engine)


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver would otherwise begin its own, deferred transactions
    for setting in (
        f"busy_timeout = {PATIENCE_SECONDS * 1000}",
        "journal_mode = WAL",
        "synchronous = NORMAL",
        "foreign_keys = ON",
    ):
        connection.execute(f"PRAGMA {setting}")


def _begin_sqlite(connection: Connection) -> None:
    write = connection.get_execution_options().get("retroml_write")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")
