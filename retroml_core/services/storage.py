"""Disk: what runs take, what is free, what lies in the trash."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.files import folder_bytes
from retroml_core.services.principal import LOCAL_USER, Principal, guard

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.roots import DataRoot
    from retroml_core.runs.run import Run

__all__ = ["StorageReport", "StorageService", "TrashedRun", "throw_away"]


@dataclass(frozen=True, kw_only=True)
class StorageReport:
    """Bytes under the data root by folder, and of the disk it is on."""

    experiments: int
    models: int
    cache: int
    trash: int
    database: int
    free: int
    total: int


@dataclass(frozen=True, kw_only=True)
class TrashedRun:
    """A run or a model in the trash; `deleted_at` in seconds since 1970."""

    id: str
    folder: Path
    deleted_at: float
    size_bytes: int


class StorageService:
    """The disk under a data root."""

    def __init__(self, app: App, principal: Principal = LOCAL_USER) -> None:
        self._app = app
        self._principal = principal

    def report(self) -> StorageReport:
        """What is used and what is free; walks through everything. Raises RootError."""
        guard(self._principal, "storage.read")
        root = self._app.root
        root.check()
        disk = shutil.disk_usage(next(folder for folder in (root.path, *root.path.parents) if folder.exists()))
        parts = {name: folder_bytes(getattr(root, name)) for name in ("experiments", "models", "cache", "trash", "database")}
        return StorageReport(**parts, free=disk.free, total=disk.total)

    def parts(self, run: Run) -> dict[str, int]:
        """The bytes a run takes by part: `tape`, `checkpoints`, `videos`, `events`, ... and single files as `files`."""
        guard(self._principal, "storage.read", run.id)
        folders = sorted(entry for entry in run.folder.iterdir() if entry.is_dir())
        single = sum(folder_bytes(entry) for entry in run.folder.iterdir() if entry.is_file())
        return {folder.name: folder_bytes(folder) for folder in folders} | {"files": single}

    def trashed(self) -> list[TrashedRun]:
        """The runs and models in the trash, the latest first. Raises RootError."""
        guard(self._principal, "storage.read")
        return sorted(self._trashed(), key=lambda run: run.deleted_at, reverse=True)

    def empty_trash(self) -> int:
        """Delete for good what lies in the trash; the bytes this freed. Raises OSError."""
        guard(self._principal, "storage.empty_trash")
        runs = list(self._trashed())
        for run in runs:
            shutil.rmtree(run.folder)
        return sum(run.size_bytes for run in runs)

    def _trashed(self) -> Iterator[TrashedRun]:
        self._app.root.check()
        for config in self._app.root.trash.glob("*/config.json"):
            folder = config.parent
            try:
                deleted_at = folder.stat().st_mtime
            except FileNotFoundError:  # taken back a moment ago
                continue
            yield TrashedRun(id=folder.name, folder=folder, deleted_at=deleted_at, size_bytes=folder_bytes(folder))


def throw_away(root: DataRoot, folder: Path, name: str) -> None:
    """Move `folder` into the trash under this name. Raises RootError, OSError."""
    trashed = folder.rename(root.made(root.trash) / name)
    # When it was: in its own time, because a full disk takes no file, and is when people throw things away.
    with contextlib.suppress(PermissionError):
        os.utime(trashed)
