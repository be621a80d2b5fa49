"""The files of a film on their way to a final name, so that no broken film ever has one.

While a film is made its folder holds `.<name>.lock` (held by the maker, freed by the system if it dies) and
`.<name>.part.mp4`. A complete film gets its sidecar `<name>.json` first and its final name last. What a dead maker left is
recognised by a lock nobody holds.
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from retroml_core.files import read_json, replace, sync_folder, write_json
from retroml_core.films.names import free_names

__all__ = ["SIDECAR_FORMAT", "FilmSlot", "clean_leftovers", "read_sidecar"]

SIDECAR_FORMAT = "retroml-film"

_LOCK = re.compile(r"\.(?P<name>.+)\.lock")


class FilmSlot:
    """A name in a folder, reserved for one maker until `publish` or `discard`.

    `final` is the film to be, `part` the temporary path its renderer writes to, `sidecar` the JSON beside it.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.final = folder / name
        self.part = folder / f".{self.final.stem}.part{self.final.suffix}"
        self.sidecar = self.final.with_suffix(".json")
        self._lock_path = folder / f".{name}.lock"
        self._lock = FileLock(self._lock_path, timeout=0)

    @classmethod
    def reserve(cls, folder: Path, stem: str, suffix: str) -> FilmSlot:
        """The first free name made from `stem`. Raises OSError when `folder` cannot be written to."""
        taken = {name.casefold() for path in folder.iterdir() for name in (path.name, f"{path.stem}{suffix}")}
        for name in free_names(stem, suffix, taken):
            slot = cls(folder, name)
            if slot._take():
                return slot
        raise AssertionError("names never run out")

    def _take(self) -> bool:
        try:
            self._lock.acquire()
        except Timeout:
            return False
        if self.final.exists() or self.sidecar.exists():
            self._release()
            return False
        try:
            self.part.touch()
        except OSError:
            self._release()
            raise
        return True

    def publish(self, sidecar: Mapping[str, Any]) -> None:
        """Give the complete film its final name, sidecar first. Raises OSError; nothing of it is left then."""
        try:
            with self.part.open("rb+") as file:
                os.fsync(file.fileno())
            write_json(self.sidecar, dict(sidecar))
            replace(self.part, self.final)
            sync_folder(self.final.parent)
        except OSError:
            self.discard()
            with contextlib.suppress(OSError):
                self.sidecar.unlink()
            raise
        self._release()

    def discard(self) -> None:
        """Remove what was made and free the name. May be called twice, and does nothing to a published film."""
        if self._lock.is_locked:
            self.part.unlink(missing_ok=True)
            self._release()

    def _release(self) -> None:
        if os.name != "nt":
            self._lock_path.unlink(missing_ok=True)
        self._lock.release()
        if os.name == "nt":
            self._lock_path.unlink(missing_ok=True)


def clean_leftovers(folder: Path, *, orphans: bool = True) -> list[Path]:
    """Remove what dead makers left in `folder`, and sidecars without a film when `orphans`; the paths removed.

    Films in the making are left alone. Files that are not ours are never touched.
    """
    removed = [path for lock in sorted(folder.glob(".*.lock")) for path in _clean_lock(folder, lock)]
    if orphans:
        held = {lock.name[1 : -len(".lock")] for lock in folder.glob(".*.lock")}
        for sidecar in sorted(folder.glob("*.json")):
            film = _film_of(sidecar)
            if film is not None and film.name not in held and not film.exists():
                sidecar.unlink(missing_ok=True)
                removed.append(sidecar)
    return removed


def _clean_lock(folder: Path, lock: Path) -> list[Path]:
    match = _LOCK.fullmatch(lock.name)
    if match is None:
        return []
    slot = FilmSlot(folder, match["name"])
    try:
        slot._lock.acquire()
    except (Timeout, OSError):
        return []
    parts = [slot.part] if slot.part.exists() else []
    slot.discard()
    return [*parts, lock]


def _film_of(sidecar: Path) -> Path | None:
    tree = read_sidecar(sidecar)
    return sidecar.with_name(str(tree["file"])) if tree is not None else None


def read_sidecar(path: Path) -> dict[str, Any] | None:
    """The sidecar in `path`; None when it is not one of ours or cannot be read."""
    try:
        tree = read_json(path)
    except (OSError, ValueError):
        return None
    ours = isinstance(tree, dict) and tree.get("format") == SIDECAR_FORMAT and isinstance(tree.get("file"), str)
    return tree if ours else None
