"""The films of all runs: found, sorted, renamed, looked at.

What people call a film (its **label**) may hold anything; the name of its file is made from it and safe everywhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.files import replace, sync_folder, whole, write_json
from retroml_core.filming import FilmError, FilmFacts, FilmLooks
from retroml_core.films.files import FilmSlot
from retroml_core.films.listing import Film, films_in, read_film
from retroml_core.films.names import safe_stem

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.roots import DataRoot

__all__ = ["ORDERS", "all_films", "find_film_named", "looks_of", "probe_film", "rename_film", "sorted_films", "thumbnail_of"]

ORDERS = ("date", "name", "size", "length")
"""By what films can be sorted."""

_SAMPLE_BYTES = 256 * 1024


def all_films(root: DataRoot) -> list[Film]:
    """The complete films of all runs, oldest first. Raises RootError when the data root cannot be read."""
    films = [film for folder in root.run_folders() for film in films_in(folder / "videos")]
    return sorted(films, key=lambda film: (film.created_at, film.name))


def sorted_films(films: Iterable[Film], by: str = "date", *, ascending: bool | None = None) -> list[Film]:
    """The films sorted by one of ORDERS: names from A to Z, all else from the greatest down, unless told otherwise.

    Films that are equal stay in the order given. Raises FilmError for another order.
    """
    keys = {
        "date": lambda film: film.created_at,
        "name": lambda film: film.label.casefold(),
        "size": lambda film: film.size_bytes,
        "length": lambda film: film.seconds,
    }
    if by not in keys:
        raise FilmError(f"films cannot be sorted by {by}: choose from {', '.join(ORDERS)}")
    up = by == "name" if ascending is None else ascending
    return sorted(films, key=keys[by], reverse=not up)


def find_film_named(films: Iterable[Film], name: str) -> Film:
    """The film called `name`: its path, its file name, its label, or a beginning of one of these that fits no other.

    Raises FilmError when none or several fit.
    """
    films = list(films)
    wanted = name.casefold()
    exact = [film for film in films if wanted in (film.name.casefold(), film.label.casefold(), str(film.path).casefold())]
    begun = [film for film in films if film.name.casefold().startswith(wanted) or film.label.casefold().startswith(wanted)]
    found = exact or begun
    if len(found) == 1:
        return found[0]
    if not found:
        raise FilmError(f"there is no film {name!r}; `retroml films` lists them all")
    listed = ", ".join(str(film.path) for film in found[:4])
    raise FilmError(f"{name!r} fits {len(found)} films: {listed}; give the whole path")


def rename_film(film: Film, label: str) -> Film:
    """Give a film another label, and its file and sidecar the name made from it. Returns the film under its new name.

    Killed at any moment it leaves the film complete under one of the two names. Raises FilmError for a name that is empty or
    taken, OSError.
    """
    label = " ".join(label.split())
    typed = Path(label).stem if Path(label).suffix.casefold() == film.path.suffix.casefold() else label
    stem = safe_stem(typed)
    if not stem:
        raise FilmError(f'"{label}" cannot be the name of a film: use some letters or digits')
    slot = FilmSlot(film.path.parent, stem + film.path.suffix)
    if slot.final == film.path:
        write_json(film.sidecar_path, {**film.sidecar, "label": typed})
    else:
        _move(film, slot, typed)
    renamed = read_film(slot.sidecar)
    if renamed is None:
        raise FilmError(f"{film.name} was removed while it was renamed")
    return renamed


def _move(film: Film, slot: FilmSlot, label: str) -> None:
    """Sidecar first, then the film, then away with the old sidecar; another spelling of its own name is not a clash."""
    with slot.held() as free:
        if not free or _another(slot.final, film.path) or _another(slot.sidecar, film.sidecar_path):
            raise FilmError(f"there is already a film {slot.final.name}: choose another name")
        same_sidecar = slot.sidecar.exists()
        write_json(slot.sidecar, {**film.sidecar, "file": slot.final.name, "label": label})
        try:
            replace(film.path, slot.final)
        except OSError:
            if not same_sidecar:
                slot.sidecar.unlink(missing_ok=True)
            raise
        if _another(film.sidecar_path, slot.sidecar):
            film.sidecar_path.unlink()
        sync_folder(film.path.parent)


def _another(path: Path, than: Path) -> bool:
    """Whether there is a file at `path` that is not the one at `than`."""
    try:
        return path.exists() and not path.samefile(than)
    except OSError:
        return path.exists()


def looks_of(app: App, film: Film) -> FilmLooks:
    """What looks into films of this kind. Raises FilmError when its renderer is not installed or cannot look into them."""
    from retroml_core.plugins.registry import resolve

    spec = app.registry.renderers.get(film.renderer)
    if spec is None or not spec.looks:
        why = "is not installed" if spec is None else "cannot look into its films"
        raise FilmError(f"{film.name} cannot be looked at: the renderer {film.renderer} {why}")
    looks: FilmLooks = resolve(spec.looks)()
    return looks


def probe_film(app: App, film: Film) -> FilmFacts:
    """What the file itself says. Raises FilmError when it is broken or cannot be looked into."""
    try:
        return looks_of(app, film).examine(film.path)
    except (ValueError, OSError) as error:
        raise FilmError(f"{film.name} cannot be read: {error}") from error


def thumbnail_of(app: App, film: Film) -> Path:
    """A JPEG that shows play, kept in the cache by what the film holds, so that renaming costs nothing. Raises FilmError."""
    try:
        path = app.root.made(app.root.cache / "thumbnails") / f"{_digest(film.path)}.jpg"
        if not path.exists():
            with whole(path) as making:
                looks_of(app, film).thumbnail(film.path, making)
    except (ValueError, OSError) as error:
        raise FilmError(f"{film.name} has no thumbnail: {error}") from error
    return path


def _digest(path: Path) -> str:
    """A digest of the file's size, beginning, middle and end: its beginning holds the index of all that is in it."""
    size = path.stat().st_size
    digest = hashlib.sha256(str(size).encode())
    with path.open("rb") as file:
        for place in dict.fromkeys((0, max(size // 2 - _SAMPLE_BYTES // 2, 0), max(size - _SAMPLE_BYTES, 0))):
            file.seek(place)
            digest.update(file.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:32]
