"""A film in the making, as parts in a work folder: what a maker that was killed had finished is not made again.

A **part** is a piece of the film with a file of its own, and another for its sound if it has any. It counts once its note
`0001.json` stands beside its files `0001.mp4` and `0001.sound`; a part without a note was being written when its maker died,
and is written again.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.files import read_json, write_bytes, write_json
from retroml_video.soundtrack import pack_sound

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Parts"]

_KEY = "key.json"


class Parts:
    """The finished parts in `folder`, in order. Those of a film made otherwise, as `key` tells, are thrown away.

    `frames` is how many pictures they hold together, `notes` what was to be remembered about them; `samples` and `cuts` are
    those of their sound. Raises OSError.
    """

    def __init__(self, folder: Path, key: Mapping[str, Any]) -> None:
        self.folder = folder
        self.frames = self.samples = 0
        self.cuts: list[int] = []
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

    @property
    def sounds(self) -> list[Path]:
        """The files with the sound of the parts."""
        return [_sound_of(path) for path in self.paths]

    def add(self, frames: int, notes: list[Any], sound: NDArray[np.int16] | None = None, cuts: Sequence[int] = ()) -> None:
        """The part at `next` is complete and holds `frames` pictures; `sound` goes with them."""
        if sound is not None:
            write_bytes(_sound_of(self.next), pack_sound(sound))
        with self.next.open("rb+") as file:
            os.fsync(file.fileno())
        note = {"frames": frames, "notes": notes, "samples": 0 if sound is None else len(sound), "cuts": list(cuts)}
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
        self.samples += int(note["samples"])
        self.cuts += note["cuts"]


def _sound_of(path: Path) -> Path:
    return path.with_suffix(".sound")


def _read(path: Path) -> Any:
    try:
        return read_json(path)
    except (OSError, ValueError):
        return None
