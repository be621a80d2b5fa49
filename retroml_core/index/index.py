"""The index: every run in one database, for lists and curves in no time. All of it can be rebuilt from the run folders."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy import Connection, select

from retroml_core.events import RunState
from retroml_core.files import replace
from retroml_core.index import curves, ingest, queries
from retroml_core.index.describe import signature
from retroml_core.index.migrate import migrate
from retroml_core.index.models import run as run_table
from retroml_core.index.rows import MetricSummary, RunFilter, RunRow, SyncReport
from retroml_core.index.store import DatabaseDamaged, IndexFailure, Store, open_store, unusable
from retroml_core.runs.roots import is_headless, is_run
from retroml_core.runs.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retroml_core.runs.roots import DataRoot

__all__ = ["Index"]

T = TypeVar("T")
LOCK_SECONDS = 120


class Index:
    """The index of a data root. Safe to use from several threads and processes.

    A damaged database is moved aside and rebuilt on the way; `notices` then says so in words, for a person to read.
    """

    def __init__(self, root: DataRoot, store: Store) -> None:
        self.root = root
        self.store = store
        self.notices: list[str] = []
        self._changed_at: dict[str, int] | None = None

    @classmethod
    def open(cls, root: DataRoot) -> Index:
        """Open the index of `root`, made or brought up to date where needed.

        Raises IndexFailure when it cannot be used, DatabaseTooNew when a later Retro ML made it.
        """
        index = cls(root, open_store(f"sqlite:///{root.database}"))
        try:
            root.database.parent.mkdir(parents=True, exist_ok=True)
            with index._locked():
                saved = migrate(index.store)
        except DatabaseDamaged as damage:
            index._heal(damage)
            return index
        except OSError as error:
            raise unusable(root.database, error.strerror or str(error)) from error
        if saved:
            index.notices.append(f"The index was brought up to date; the old one is kept as {saved.name}.")
        return index

    def close(self) -> None:
        """Release the database."""
        self.store.close()

    def sync(self) -> SyncReport:
        """Take in what is new in all run folders, and forget runs whose folder is gone."""
        return self._healing(self._sync)

    def follow(self) -> SyncReport:
        """As `sync`, cheap enough for every few seconds: looks only into runs that go on and folders changed since last time.

        What changes deep in the folder of an ended run, such as a film that another process made, is left to the next `sync`.
        """
        before, self._changed_at = self._changed_at, self.root.changed_at()
        return self.sync() if before is None else self._healing(lambda: self._follow(before))

    def ingest(self, run: Run) -> bool:
        """Take in what is new in the folder of one run; whether anything was. Raises OSError, ValueError, IndexFailure."""
        return self._healing(lambda: ingest.ingest(self.store, run))

    def reindex(self) -> SyncReport:
        """Build the index anew from the run folders alone."""
        self.store.close()
        with self._locked():
            for path in self._files():
                path.unlink(missing_ok=True)
            migrate(self.store)
        return self._sync()

    def runs(self, wanted: RunFilter | None = None) -> list[RunRow]:
        """The runs that `wanted` describes; without it the newest hundred."""
        return self._read(lambda connection: queries.runs(connection, wanted or RunFilter()))

    def count(self, wanted: RunFilter | None = None) -> int:
        """How many runs `wanted` describes, whatever its limit."""
        return self._read(lambda connection: queries.count(connection, wanted or RunFilter()))

    def get(self, run_id: str) -> RunRow | None:
        """One run by its whole id, or None."""
        return self._read(lambda connection: queries.get(connection, run_id))

    def tags(self) -> dict[str, int]:
        """All tags with the number of their runs."""
        return self._read(queries.tags)

    def facets(self) -> dict[str, dict[str, int]]:
        """How many runs there are of each `game`, `algorithm` and `state`, by value."""
        return self._read(queries.facets)

    def curve(
        self, run_id: str, name: str, *, max_points: int = 1000, steps: tuple[int, int] | None = None
    ) -> curves.StoredCurve:
        """A curve in at most `max_points` points, the whole or about the stretch of `steps`; empty when there is none."""
        return self._read(lambda connection: curves.load(connection, run_id, name, max_points=max_points, steps=steps))

    def summaries(self, run_ids: Sequence[str]) -> dict[str, list[MetricSummary]]:
        """The curves of runs in numbers, by run id, in order of name."""
        return self._read(lambda connection: queries.summaries(connection, run_ids))

    def _read(self, ask: Callable[[Connection], T]) -> T:
        def answer() -> T:
            with self.store.read() as connection:
                return ask(connection)

        return self._healing(answer)

    def _healing(self, work: Callable[[], T]) -> T:
        """Do `work`; when the database turns out to be damaged, rebuild it and do it again."""
        try:
            return work()
        except DatabaseDamaged as damage:
            self._heal(damage)
            return work()

    def _heal(self, damage: DatabaseDamaged) -> None:
        """Move a damaged database aside, keep its name for a notice, and build it anew."""
        self.store.close()
        stamp = datetime.now(UTC).strftime("%Y%m%dt%H%M%S")
        aside = self.root.database.with_name(f"{self.root.database.name}.damaged-{stamp}")
        with self._locked():
            if self._files():
                replace(self.root.database, aside)
            for path in self._files():
                path.unlink()
            migrate(self.store)
        self.notices.append(f"{damage}. It was moved to {aside.name} and rebuilt from the run folders; no run was lost.")
        self._sync()

    def _sync(self) -> SyncReport:
        report = SyncReport()
        with self.store.read() as connection:
            wanted = select(run_table.c.id, run_table.c.signature, run_table.c.state)
            known = {row.id: (row.signature, RunState(row.state)) for row in connection.execute(wanted)}
        folders = {folder.name: folder for folder in self.root.run_folders()}
        for name, folder in folders.items():
            seen, state = known.get(name, ({}, RunState.CREATED))
            if state.live or signature(folder) != seen:
                self._sync_folder(folder, report)
            else:
                report.runs += 1
        report.problems += [_told(folder) for folder in self.root.headless_folders()]
        report.removed = self._forget(known.keys() - folders.keys())
        return report

    def _follow(self, before: Mapping[str, int]) -> SyncReport:
        with self.store.read() as connection:
            known = {row.id: RunState(row.state) for row in connection.execute(select(run_table.c.id, run_table.c.state))}
        now, report = self._changed_at or {}, SyncReport()
        for name, changed_at in now.items():
            state = known.get(name)
            if state is not None and not state.live and before.get(name) == changed_at:
                report.runs += 1
            elif is_run(folder := self.root.experiments / name):
                self._sync_folder(folder, report)
            elif is_headless(folder):
                report.problems.append(_told(folder))
        report.removed = self._forget(known.keys() - now.keys())
        return report

    def _forget(self, gone: Collection[str]) -> int:
        if gone:
            with self.store.write() as connection:
                for run_id in gone:
                    ingest.forget(connection, run_id)
        return len(gone)

    def _sync_folder(self, folder: Path, report: SyncReport) -> None:
        try:
            report.changed += ingest.ingest(self.store, Run(folder))
            report.runs += 1
        except (OSError, ValueError, KeyError, TypeError) as error:
            report.problems.append(f"{folder.name} is not in the index: {error}")

    def _files(self) -> list[Path]:
        name = self.root.database.name
        return [path for end in ("", "-wal", "-shm") if (path := self.root.database.with_name(name + end)).exists()]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time makes, upgrades or rebuilds the database."""
        lock = FileLock(self.root.database.with_name(f"{self.root.database.name}.lock"))
        try:
            with lock.acquire(timeout=LOCK_SECONDS):
                yield
        except Timeout as error:
            raise IndexFailure(f"another process has been rebuilding {self.root.database} for {LOCK_SECONDS} s") from error


def _told(headless: Path) -> str:
    advice = 'put it back (provenance.json there holds the settings under "config") or delete the folder'
    return f"{headless.name} is not listed: its config.json is missing from {headless}; {advice}"
