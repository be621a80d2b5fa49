"""`RunBook`: how all runs stand, straight from their folders, cheap enough to be asked every second.

The index answers richer questions; this one must be true within a second of opening the app, whatever the index knows.
"""

from __future__ import annotations

import os
import re
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.events import RunState
from retroml_core.faults import Fault
from retroml_core.files import read_json
from retroml_core.runs.labels import read_labels
from retroml_core.runs.run import Run
from retroml_core.runs.state import RunStatus, read_status

if TYPE_CHECKING:
    from retroml_core.runs.roots import DataRoot

__all__ = ["RECENT", "Look", "RunBook", "RunCard"]

RECENT = 10
LOOKED_AT_AGAIN = 100
"""How many ended runs are looked at again each time: another program may have taken one up."""
SETTLED_NS = 3_000_000_000
"""A list that changed more recently is read again: in the same tick of the file system's clock a run may have come after it."""
_ID = re.compile(r"(?P<day>\d{8}t\d{6})-(?P<game>.+)-(?P<algorithm>[^-]+)-[^-]+$")


@dataclass(frozen=True, kw_only=True)
class RunCard:
    """A run as lists show it. `name` is what people call it, if anything; `created` as its id tells it: `20261123t041502`."""

    folder: Path
    name: str
    game: str
    algorithm: str
    created: str
    status: RunStatus

    @property
    def id(self) -> str:
        """The id of the run."""
        return self.folder.name

    @property
    def run(self) -> Run:
        """Its folder, for reading."""
        return Run(self.folder)


@dataclass(frozen=True)
class Look:
    """All runs at one moment: those at work, oldest first, the newest, and how many there are. `problem`: why none."""

    live: tuple[RunCard, ...] = ()
    recent: tuple[RunCard, ...] = ()
    total: int = 0
    problem: str = ""


class RunBook:
    """Keeps what it read of each run and reads again what may have changed. Thread-safe."""

    def __init__(self, root: DataRoot) -> None:
        self._root = root
        self._stamp = -1
        self._folders: list[Path] = []
        self._known: dict[str, tuple[int, RunStatus]] = {}
        self._trees: dict[str, dict[str, str]] = {}
        self._turn = 0
        self._lock = threading.Lock()

    def look(self) -> Look:
        """How all runs stand now. A data root that cannot be read is a `problem` in words, not an error."""
        with self._lock:
            return self._look()

    def _look(self) -> Look:
        try:
            self._list()
        except Fault as fault:
            return Look(problem=str(fault))
        except OSError as error:
            return Look(problem=f"the data folder {self._root.path} cannot be read: {error.strerror or error}")
        recent = self._folders[-RECENT:][::-1]
        for folder in {*recent, *self._suspects()}:
            self._read(folder)
        live = [folder for folder in self._folders if self._known[folder.name][1].state.live]
        queued = [folder for folder in recent if self._known[folder.name][1].state is RunState.QUEUED]
        return Look(
            live=tuple(self._card(folder) for folder in dict.fromkeys([*live, *queued])),
            recent=tuple(self._card(folder) for folder in recent),
            total=len(self._folders),
        )

    def card(self, run_id: str) -> RunCard | None:
        """One run by its whole id, None when it is not there."""
        folder = self._root.experiments / run_id
        if not folder.is_dir():
            return None
        return self._make_card(folder, read_status(folder))

    def _list(self) -> None:
        try:
            stamp = self._root.experiments.stat().st_mtime_ns
        except FileNotFoundError:
            self._stamp = -1
            self._root.check()
            self._folders, self._known = [], {}
            return
        if stamp == self._stamp:
            return
        entries = [entry for entry in os.scandir(self._root.experiments) if not entry.name.startswith(".") and entry.is_dir()]
        self._folders = [self._root.experiments / entry.name for entry in sorted(entries, key=lambda entry: entry.name)]
        self._stamp = stamp if time.time_ns() - stamp > SETTLED_NS else -1
        here = {folder.name for folder in self._folders}
        self._known = {name: known for name, known in self._known.items() if name in here}
        for folder in self._folders:
            if folder.name not in self._known:
                self._read(folder)

    def _suspects(self) -> list[Path]:
        """The runs at work, and some of the others in turn."""
        live = [folder for folder in self._folders if self._known[folder.name][1].state.live]
        first = self._turn % max(1, len(self._folders))
        self._turn = first + LOOKED_AT_AGAIN
        return [*live, *self._folders[first : first + LOOKED_AT_AGAIN]]

    def _read(self, folder: Path) -> None:
        try:
            stamp = (folder / "state.json").stat().st_mtime_ns
        except OSError:
            stamp = -1
        known = self._known.get(folder.name)
        if known is None or known[0] != stamp or known[1].state.live:
            self._known[folder.name] = stamp, read_status(folder)

    def _name(self, folder: Path) -> str:
        if folder.name not in self._trees:
            try:
                self._trees[folder.name] = {"name": read_json(folder / "config.json").get("name", "")}
            except (OSError, ValueError, AttributeError):
                return ""
        return read_labels(folder, self._trees[folder.name]).name

    def _card(self, folder: Path) -> RunCard:
        return self._make_card(folder, self._known[folder.name][1])

    def _make_card(self, folder: Path, status: RunStatus) -> RunCard:
        parts = _ID.match(folder.name)
        words = parts.groupdict() if parts else {"day": "", "game": folder.name, "algorithm": ""}
        return RunCard(
            folder=folder,
            name=self._name(folder),
            game=words["game"],
            algorithm=words["algorithm"],
            created=words["day"],
            status=status,
        )
