"""Runs: listed, found, labelled, thrown away and taken back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.runs.labels import Labels, read_labels, write_labels
from retroml_core.runs.run import Run, RunNotFound, find_run
from retroml_core.services.principal import LOCAL_USER, Principal, guard
from retroml_core.services.storage import throw_away

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.index import Progress, RunFilter, RunRow, SyncReport

__all__ = ["ExperimentService", "RunInUse"]


class RunInUse(Fault):
    """A process works on the run, so it stays where it is."""


class ExperimentService:
    """All runs of a data root. `id` arguments take any unique beginning of an id, or "latest"; RunNotFound otherwise.

    `notices` says what is wrong with the index after `delete` and `restore`, which it does not keep from their work.
    """

    def __init__(self, app: App, principal: Principal = LOCAL_USER) -> None:
        self._app = app
        self._principal = principal
        self.notices: list[str] = []

    def sync(self, progress: Progress | None = None) -> SyncReport:
        """Bring the lists of the index up to date with the run folders, see `Index.sync`. Raises IndexFailure."""
        guard(self._principal, "experiments.list")
        return self._app.index.sync(progress)

    def follow(self) -> SyncReport:
        """Bring the index up to date with what changed since the last call, see `Index.follow`. Raises IndexFailure."""
        guard(self._principal, "experiments.list")
        return self._app.index.follow()

    def reindex(self, progress: Progress | None = None) -> SyncReport:
        """Build the index anew from the run folders, see `Index.reindex`. Raises IndexFailure."""
        guard(self._principal, "experiments.reindex")
        return self._app.index.reindex(progress)

    def list(self, wanted: RunFilter | None = None) -> list[RunRow]:
        """The runs that `wanted` describes, as of the last `sync`; without it the newest hundred."""
        guard(self._principal, "experiments.list")
        return self._app.index.runs(wanted)

    def count(self, wanted: RunFilter) -> int:
        """How many runs `wanted` describes, whatever its limit, as of the last `sync`."""
        guard(self._principal, "experiments.list")
        return self._app.index.count(wanted)

    def facets(self) -> dict[str, dict[str, int]]:
        """How many runs there are of each `game`, `algorithm` and `state`, by value, as of the last `sync`."""
        guard(self._principal, "experiments.list")
        return self._app.index.facets()

    def find(self, id: str) -> Run:
        """The folder of a run, for reading."""
        run = find_run(self._app, id)
        guard(self._principal, "experiments.read", run.id)
        return run

    def get(self, id: str) -> RunRow:
        """The row of a run, brought up to date. Raises OSError, ValueError for a broken folder, IndexFailure."""
        run = self.find(id)
        self._app.index.ingest(run)
        row = self._app.index.get(run.id)
        if row is None:
            raise RunNotFound(f"{run.id} was removed a moment ago")
        return row

    def labels(self, id: str) -> Labels:
        """Name, tags and notes of a run."""
        run = self.find(id)
        return read_labels(run.folder, run.tree)

    def rename(self, id: str, name: str) -> Labels:
        """Give a run another name."""
        return self._label(id, name=name)

    def tag(self, id: str, *, add: Iterable[str] = (), remove: Iterable[str] = ()) -> Labels:
        """Add and remove tags."""
        gone = set(remove)
        kept = [tag for tag in self.labels(id).tags if tag not in gone]
        return self._label(id, tags=tuple(dict.fromkeys([*kept, *add])))

    def note(self, id: str, notes: str) -> Labels:
        """Write the notes of a run anew."""
        return self._label(id, notes=notes)

    def delete(self, id: str) -> str:
        """Move a run to the trash, from where `restore` takes it back; its whole id. Raises RunInUse, OSError."""
        run = self.find(id)
        guard(self._principal, "experiments.delete", run.id)
        if run.status().state.live:
            raise RunInUse(f"{run.id} is being worked on: stop it first (retroml stop {run.id})")
        throw_away(self._app.root, run.folder, run.id)
        self._index(run, lambda: self._app.index.sync())
        return run.id

    def restore(self, id: str) -> Run:
        """Take a run back from the trash; `id` is its whole id. Raises RunNotFound, OSError."""
        guard(self._principal, "experiments.delete", id)
        trashed, folder = self._app.root.trash / id, self._app.root.experiments / id
        if not (trashed / "config.json").is_file() or (trashed / "model.json").is_file():
            raise RunNotFound(f"there is no run {id!r} in the trash {self._app.root.trash}")
        if folder.exists():
            raise RunInUse(f"{folder} is there already")
        trashed.rename(folder)
        run = Run(folder)
        self._index(run, lambda: self._app.index.ingest(run))
        return run

    def _index(self, run: Run, take_in: Callable[[], object]) -> None:
        try:
            take_in()
        except (Fault, OSError, ValueError) as trouble:
            self.notices.append(f"the index does not follow {run.id}: {trouble}")

    def _label(self, id: str, **changes: str | tuple[str, ...]) -> Labels:
        run = self.find(id)
        guard(self._principal, "experiments.label", run.id)
        labels = dataclasses.replace(read_labels(run.folder, run.tree), **changes)  # type: ignore[arg-type]  # by name
        write_labels(run.folder, labels)
        self._app.index.ingest(run)
        return labels
