"""The files of a film on their way to a final name, so that no broken film ever has one.

While a film is made its folder holds `.<name>.lock` (held by the maker, freed by the system if it dies), `.<name>.part.mp4`
and, for finished parts, the folder `.<name>.part.mp4.work`. A complete film gets its sidecar `<name>.json` first and its
final name last. What a dead maker left is recognised by a lock nobody holds: the next maker of the same film, which its
**key** tells, goes on with the parts that were finished; others leave them alone for a week.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from retroml_core.files import read_json, replace, sync_folder, write_json
from retroml_core.filming import work_folder
from retroml_core.films.names import free_names

__all__ = ["SIDECAR_FORMAT", "FilmSlot", "clean_leftovers", "read_sidecar"]

SIDECAR_FORMAT = "retroml-film"

_JOB = "job.json"
_KEPT_SECONDS = 7 * 24 * 3600.0


class FilmSlot:
    """A name in a folder, reserved for one maker until `publish`, `leave` or `discard`.

    `final` is the film to be, `part` the temporary path its renderer writes to, `work` its folder for finished parts,
    `sidecar` the JSON beside it.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.final = folder / name
        self.part = folder / f".{self.final.stem}.part{self.final.suffix}"
        self.work = work_folder(self.part)
        self.sidecar = self.final.with_suffix(".json")
        self._lock_path = folder / f".{name}.lock"
        self._lock = FileLock(self._lock_path, timeout=0)

    @classmethod
    def reserve(cls, folder: Path, stem: str, suffix: str, key: str = "") -> FilmSlot:
        """The slot in which a dead maker left parts of the film with this `key`, else the first free name made from `stem`.

        Raises OSError when `folder` cannot be written to.
        """
        for slot in cls._left(folder) if key else ():
            if slot.final.suffix == suffix and slot._key() == key and slot._take(adopt=True):
                return slot
        taken = {name.casefold() for path in folder.iterdir() for name in (path.name, f"{path.stem}{suffix}")}
        for name in free_names(stem, suffix, taken):
            slot = cls(folder, name)
            if slot._take():
                slot._begin(key)
                return slot
        raise AssertionError("names never run out")

    @classmethod
    def _left(cls, folder: Path) -> Iterator[FilmSlot]:
        """The slots in `folder` with a work folder or a lock, whoever holds it."""
        names = {path.name[1 : -len(".lock")] for path in folder.glob(".*.lock")}
        for path in folder.glob(".*.work"):
            job = _read(path / _JOB)
            if isinstance(job, dict) and isinstance(job.get("file"), str):
                names.add(Path(job["file"]).name)
        return (cls(folder, name) for name in sorted(names) if name)

    def _key(self) -> str:
        job = _read(self.work / _JOB)
        return str(job.get("key", "")) if isinstance(job, dict) else ""

    def _take(self, *, adopt: bool = False) -> bool:
        try:
            self._lock.acquire()
        except Timeout:
            return False
        if self.final.exists() or self.sidecar.exists() or self.work.exists() != adopt:
            self._release()
            return False
        try:
            self.part.touch()
        except OSError:
            self._release()
            raise
        return True

    def _begin(self, key: str) -> None:
        if key:
            try:
                self.work.mkdir()
                write_json(self.work / _JOB, {"key": key, "file": self.final.name})
            except OSError:
                self.discard()
                raise

    @contextlib.contextmanager
    def held(self) -> Iterator[bool]:
        """Hold the name for a moment, without making anything; False when somebody makes a film of that name just now."""
        try:
            self._lock.acquire()
        except Timeout:
            yield False
            return
        try:
            yield not self.work.exists()
        finally:
            self._release()

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
        shutil.rmtree(self.work, ignore_errors=True)
        self._release()

    def discard(self) -> None:
        """Remove what was made and free the name. May be called twice, and does nothing to a published film."""
        if self._lock.is_locked:
            self.part.unlink(missing_ok=True)
            shutil.rmtree(self.work, ignore_errors=True)
            self._release()

    def leave(self) -> None:
        """Free the name and keep the finished parts, if there are any, for the next maker of this film."""
        if self._lock.is_locked and self._worth_keeping():
            self.part.unlink(missing_ok=True)
            self._release()
        self.discard()

    def clean(self) -> list[Path]:
        """Remove what a dead maker left here, unless somebody may go on with it; the paths removed."""
        try:
            self._lock.acquire()
        except (Timeout, OSError):
            return []
        if self._worth_keeping():
            self._release()
            return []
        removed = [path for path in (self.part, self.work) if path.exists()]
        self.discard()
        return [*removed, self._lock_path]

    def _worth_keeping(self) -> bool:
        """Whether finished parts are here that are not a week old."""
        try:
            ages = [time.time() - path.stat().st_mtime for path in self.work.iterdir() if path.name != _JOB]
        except OSError:
            return False
        return bool(ages) and min(ages) < _KEPT_SECONDS

    def _release(self) -> None:
        if os.name != "nt":
            self._lock_path.unlink(missing_ok=True)
        self._lock.release()
        if os.name == "nt":
            self._lock_path.unlink(missing_ok=True)


def clean_leftovers(folder: Path, *, orphans: bool = True) -> list[Path]:
    """Remove what dead makers left in `folder`, and sidecars without a film when `orphans`; the paths removed.

    Films in the making, and those that can be gone on with, are left alone. Files that are not ours are never touched.
    """
    removed = [path for slot in FilmSlot._left(folder) for path in slot.clean()]
    if orphans:
        held = {lock.name[1 : -len(".lock")] for lock in folder.glob(".*.lock")}
        for sidecar in sorted(folder.glob("*.json")):
            film = _film_of(sidecar)
            if film is not None and film.name not in held and not film.exists():
                sidecar.unlink(missing_ok=True)
                removed.append(sidecar)
    return removed


def _read(path: Path) -> Any:
    try:
        return read_json(path)
    except (OSError, ValueError):
        return None


def _film_of(sidecar: Path) -> Path | None:
    tree = read_sidecar(sidecar)
    return sidecar.with_name(str(tree["file"])) if tree is not None else None


def read_sidecar(path: Path) -> dict[str, Any] | None:
    """The sidecar in `path`; None when it is not one of ours or cannot be read."""
    tree = _read(path)
    ours = isinstance(tree, dict) and tree.get("format") == SIDECAR_FORMAT and isinstance(tree.get("file"), str)
    return tree if ours else None
