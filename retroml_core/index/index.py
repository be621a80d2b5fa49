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
from retroml_core.index.store import DatabaseDamaged, IndexFailure, IndexUnusable, Store, open_memory, open_store, unusable
from retroml_core.runs.roots import RootError, is_headless, is_run
from retroml_core.runs.run import Run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retroml_core.index.ingest import Progress
    from retroml_core.runs.roots import DataRoot

__all__ = ["Index"]

T = TypeVar("T")
LOCK_SECONDS = 120


class Index:
    """The index of a data root. Safe to use from several threads and processes.

    A damaged database is moved aside and rebuilt on the way. Opened with `spare`, one that cannot be written (a full disk) is
    replaced by one in the memory of this process. `notices` then says so in words, for a person to read.
    """

    def __init__(self, root: DataRoot, store: Store, *, spare: bool = False) -> None:
        self.root = root
        self.store = store
        self.notices: list[str] = []
        self._spare = spare
        self._trouble: IndexUnusable | None = None
        self._changed_at: dict[str, int] | None = None

    @classmethod
    def open(cls, root: DataRoot, *, spare: bool = False) -> Index:
        """Open the index of `root`, made or brought up to date where needed; in memory before the first use of `root`.

        Raises RootError when `root` is gone, IndexFailure when it cannot be used, DatabaseTooNew when a later Retro ML made it.
        """
        root.check()
        index = cls(root, open_store(f"sqlite:///{root.database}") if root.path.exists() else open_memory(), spare=spare)
        index._mending(index._prepare)
        return index

    def _prepare(self) -> None:
        try:
            with self._locked():
                saved = migrate(self.store)
        except OSError as error:
            raise unusable(self.root.database, error.strerror or str(error)) from error
        if saved:
            self.notices.append(f"The index was brought up to date; the old one is kept as {saved.name}.")

    def close(self) -> None:
        """Release the database."""
        self.store.close()

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Bring the rows of all runs up to date, and forget runs whose folder is gone.

        `progress(done, of)` is told how many folders that are new or changed have been read.
        """
        return self._mending(lambda: self._sync(progress))

    def follow(self) -> SyncReport:
        """As `sync`, cheap enough for every few seconds: looks only into runs that go on and folders changed since then."""
        return self._mending(self._follow)

    def ingest(self, run: Run) -> bool:
        """Take in all that is new of one run, curves too; whether anything was. Raises OSError, ValueError, IndexFailure."""
        return self._mending(lambda: ingest.ingest(self.store, run))

    def reindex(self, progress: Progress | None = None) -> SyncReport:
        """Build the index anew from the run folders alone; curves are read again when somebody looks. Raises IndexFailure."""
        if self._trouble:
            raise self._trouble
        self.store.close()
        with self._locked():
            for path in self._files():
                path.unlink(missing_ok=True)
            migrate(self.store)
        return self._sync(progress)

    def runs(self, wanted: RunFilter | None = None) -> list[RunRow]:
        """The runs that `wanted` describes; without it the newest hundred."""
        return self._read(lambda connection: queries.runs(connection, wanted or RunFilter()))

    def count(self, wanted: RunFilter | None = None) -> int:
        """How many runs `wanted` describes, whatever its limit."""
        return self._read(lambda connection: queries.count(connection, wanted or RunFilter()))

    def get(self, run_id: str) -> RunRow | None:
        """One run by its whole id, or None."""
        return self._read(lambda connection: queries.get(connection, run_id))

    def facets(self) -> dict[str, dict[str, int]]:
        """How many runs there are of each `game`, `algorithm` and `state`, by value."""
        return self._read(queries.facets)

    def curve(
        self, run_id: str, name: str, *, max_points: int = 1000, steps: tuple[int, int] | None = None
    ) -> curves.StoredCurve:
        """A curve as of the last `ingest` in at most `max_points` points, the whole or about the stretch of `steps`.

        Empty when there is none.
        """
        return self._read(lambda connection: curves.load(connection, run_id, name, max_points=max_points, steps=steps))

    def summaries(self, run_ids: Sequence[str]) -> dict[str, list[MetricSummary]]:
        """The curves of runs in numbers, by run id, in order of name."""
        return self._read(lambda connection: queries.summaries(connection, run_ids))

    def _read(self, ask: Callable[[Connection], T]) -> T:
        def answer() -> T:
            with self.store.read() as connection:
                return ask(connection)

        return self._mending(answer)

    def _mending(self, work: Callable[[], T]) -> T:
        """Do `work`; when the database turns out to be damaged or cannot be written, mend that and do it again."""
        try:
            return work()
        except RootError:
            self.store.close()  # what it holds open is in a folder that is gone
            raise
        except (DatabaseDamaged, IndexUnusable) as trouble:
            self.root.check()
            self._mend(trouble)
            return work()

    def _mend(self, trouble: IndexFailure) -> None:
        if isinstance(trouble, IndexUnusable):
            self._go_on_in_memory(trouble)
        elif self.store.path is None:
            self.store = open_memory()
            migrate(self.store)
        else:
            self._heal(trouble)

    def _go_on_in_memory(self, trouble: IndexUnusable) -> None:
        if not self._spare:
            raise trouble
        if self._trouble:  # another thread was quicker
            return
        self.store.close()
        self._trouble, self.store = trouble, open_memory(self.root.database)
        self.notices += self._standing()
        try:
            migrate(self.store)
        except DatabaseDamaged as damage:
            self._mend(damage)

    def _standing(self) -> list[str]:
        """What is true as long as the index lies in memory."""
        words = "Until then lists and curves come from the run folders, and nothing is written down."
        return [f"{self._trouble} {words}"] if self._trouble else []

    def _heal(self, damage: IndexFailure) -> None:
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

    def _sync(self, progress: Progress | None = None) -> SyncReport:
        with self.store.read() as connection:
            wanted = select(run_table.c.id, run_table.c.signature, run_table.c.state)
            known = {row.id: (row.signature, RunState(row.state)) for row in connection.execute(wanted)}
        folders = {folder.name: folder for folder in self.root.run_folders()}
        changed = []
        for name, folder in folders.items():
            seen, state = known.get(name, ({}, RunState.CREATED))
            if state.live or signature(folder) != seen:
                changed.append(Run(folder))
        report = SyncReport(runs=len(folders) - len(changed))
        ingest.take_in(self.store, changed, report, progress)
        report.problems += [*self._standing(), *(_told(folder) for folder in self.root.headless_folders())]
        report.removed = self._forget(known.keys() - folders.keys())
        return report

    def _follow(self) -> SyncReport:
        before, now = self._changed_at, self.root.changed_at()
        report = self._sync() if before is None else self._look_at_changes(before, now)
        self._changed_at = now
        return report

    def _look_at_changes(self, before: Mapping[str, int], now: Mapping[str, int]) -> SyncReport:
        with self.store.read() as connection:
            known = {row.id: RunState(row.state) for row in connection.execute(select(run_table.c.id, run_table.c.state))}
        report = SyncReport(problems=self._standing())
        changed = []
        for name, changed_at in now.items():
            state = known.get(name)
            if state is not None and not state.live and before.get(name) == changed_at:
                report.runs += 1
            elif is_run(folder := self.root.experiments / name):
                changed.append(Run(folder))
            elif is_headless(folder):
                report.problems.append(_told(folder))
        ingest.take_in(self.store, changed, report)
        report.removed = self._forget(known.keys() - now.keys())
        return report

    def _forget(self, gone: Collection[str]) -> int:
        if gone:
            with self.store.write() as connection:
                ingest.forget(connection, gone)
        return len(gone)

    def _files(self) -> list[Path]:
        name = self.root.database.name
        return [path for end in ("", "-wal", "-shm") if (path := self.root.database.with_name(name + end)).exists()]

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """One process at a time makes, upgrades or rebuilds the database."""
        if self.store.path is None:
            yield
            return
        self.root.check()  # the lock would make the folder of its file
        lock = FileLock(self.root.database.with_name(f"{self.root.database.name}.lock"))
        try:
            with lock.acquire(timeout=LOCK_SECONDS):
                yield
        except Timeout as error:
            raise IndexFailure(f"another process has been rebuilding {self.root.database} for {LOCK_SECONDS} s") from error


def _told(headless: Path) -> str:
    advice = 'put it back (provenance.json there holds the settings under "config") or delete the folder'
    return f"{headless.name} is not listed: its config.json is missing from {headless}; {advice}"
