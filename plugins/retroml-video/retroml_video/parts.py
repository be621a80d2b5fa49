"""A film in the making, as parts in a work folder: what a maker that was killed had finished is not made again.

A **part** is a piece of the film with a file of its own. It counts once its note `0001.json` stands beside its file
`0001.mp4`; a part without a note was being written when its maker died, and is written again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from retroml_core.files import read_json, write_json

__all__ = ["Parts"]

_KEY = "key.json"


class Parts:
    """The finished parts in `folder`, in order. Those of a film made otherwise, as `key` tells, are thrown away.

    `frames` is how many pictures they hold together, `notes` what was to be remembered about them. Raises OSError.
    """

    def __init__(self, folder: Path, key: Mapping[str, Any]) -> None:
        self.folder = folder
        self.frames = 0
        self.notes: list[Any] = []
        self.paths: list[Path] = []
        folder.mkdir(exist_ok=True)
        if _read(folder / _KEY) != dict(key):
            for path in folder.glob("[0-9]*"):
                path.unlink()
            write_json(folder / _KEY, dict(key))
        while (note := _read(self._path(len(self.paths)).with_suffix(".json"))) is not None:
            self._count(note)

    @property
    def next(self) -> Path:
        """Where the next part goes."""
        return self._path(len(self.paths))

    def add(self, frames: int, notes: list[Any]) -> None:
        """The part at `next` is complete and holds `frames` pictures."""
        with self.next.open("rb+") as file:
            os.fsync(file.fileno())
        note = {"frames": frames, "notes": notes}
        write_json(self.next.with_suffix(".json"), note)
        self._count(note)

    def remove(self) -> None:
        """Delete the folder and all in it."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self.folder / f"{number + 1:04}.mp4"

    def _count(self, note: Mapping[str, Any]) -> None:
        self.paths.append(self.next)
        self.frames += int(note["frames"])
        self.notes += note["notes"]


def _read(path: Path) -> Any:
    try:
        return read_json(path)
    except (OSError, ValueError):
        return None
