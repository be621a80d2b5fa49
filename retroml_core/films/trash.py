"""Films thrown away: they lie in the trash for a month, from where they can be taken back."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.files import read_json, write_json
from retroml_core.filming import FilmError
from retroml_core.films.files import FilmSlot
from retroml_core.films.listing import Film, read_film

if TYPE_CHECKING:
    from retroml_core.runs.roots import DataRoot

__all__ = ["KEPT_DAYS", "TrashedFilm", "empty_film_trash", "restore_film", "trash_film", "trashed_films"]

KEPT_DAYS = 30
"""How long a film stays in the trash at least."""

_PREFIX = "film-"
_ABOUT = "deleted.json"


@dataclass(frozen=True, kw_only=True)
class TrashedFilm:
    """A film in the trash: `folder` holds it, `origin` is the folder it lay in, `deleted_at` seconds since 1970."""

    film: Film
    folder: Path
    origin: Path
    deleted_at: float


def trash_film(root: DataRoot, film: Film) -> TrashedFilm:
    """Move a film and its sidecar to the trash. What was thrown away more than a month ago is deleted. Raises OSError."""
    empty_film_trash(root, older_than_days=KEPT_DAYS)
    folder = root.made(root.trash) / f"{_PREFIX}{time.time_ns()}"
    folder.mkdir()
    about = {"origin": str(film.path.parent), "file": film.name, "deleted_at": time.time()}
    try:
        write_json(folder / _ABOUT, about)
        # The sidecar is written anew and not moved: killed in between, the film is complete in one of the two places.
        write_json(folder / film.sidecar_path.name, dict(film.sidecar))
        shutil.move(film.path, folder / film.name)
    except OSError:
        if film.path.exists():
            shutil.rmtree(folder, ignore_errors=True)
        raise
    film.sidecar_path.unlink(missing_ok=True)
    return _read(folder, about)


def trashed_films(root: DataRoot) -> list[TrashedFilm]:
    """The films in the trash, the latest first. Raises RootError."""
    root.check()
    found = []
    for folder in root.trash.glob(f"{_PREFIX}*"):
        try:
            found.append(_read(folder, read_json(folder / _ABOUT)))
        except (OSError, ValueError, KeyError, TypeError, FilmError):
            continue
    return sorted(found, key=lambda trashed: trashed.deleted_at, reverse=True)


def restore_film(trashed: TrashedFilm) -> Film:
    """Put a film back where it was; where its name is taken meanwhile, with a number. Raises FilmError, OSError."""
    if not trashed.origin.is_dir():
        raise FilmError(f"{trashed.origin} is gone: take the run of {trashed.film.name} back from the trash first")
    slot = FilmSlot.reserve(trashed.origin, trashed.film.path.stem, trashed.film.path.suffix)
    try:
        # The film itself comes last: whatever fails before, or whoever is killed, it is still in the trash.
        write_json(slot.sidecar, {**trashed.film.sidecar, "file": slot.final.name})
        shutil.move(trashed.film.path, slot.final)
    except OSError:
        for path in (slot.sidecar, slot.final):
            path.unlink(missing_ok=True)
        raise
    finally:
        slot.discard()
    shutil.rmtree(trashed.folder, ignore_errors=True)
    film = read_film(slot.sidecar)
    if film is None:
        raise FilmError(f"{slot.final} was removed while it was taken back")
    return film


def empty_film_trash(root: DataRoot, *, older_than_days: float = 0.0) -> int:
    """Delete for good the films thrown away at least so many days ago; the bytes this freed."""
    freed, until = 0, time.time() - older_than_days * 24 * 3600
    for trashed in trashed_films(root):
        if trashed.deleted_at <= until:
            freed += trashed.film.size_bytes
            shutil.rmtree(trashed.folder)
    return freed


def _read(folder: Path, about: dict[str, Any]) -> TrashedFilm:
    film = read_film((folder / str(about["file"])).with_suffix(".json"))
    if film is None:
        raise FilmError(f"{folder} holds no complete film")
    return TrashedFilm(film=film, folder=folder, origin=Path(about["origin"]), deleted_at=float(about["deleted_at"]))
