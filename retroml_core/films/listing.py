"""Complete films, read from their sidecars."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.events import FilmSaved
from retroml_core.films.files import read_sidecar

if TYPE_CHECKING:
    from retroml_core.runs.run import Run

__all__ = ["Film", "films_in", "list_films", "read_film"]


@dataclass(frozen=True, kw_only=True)
class Film:
    """A complete film: `name` is its file name, `sidecar` what it shows (see docs/films.md), `created_at` ISO 8601 UTC.

    `existed`: it was there already when it was asked for, so it was not made again.
    """

    path: Path
    name: str
    renderer: str
    run_id: str
    seconds: float
    size_bytes: int
    created_at: str
    sidecar: Mapping[str, Any]
    existed: bool = False

    @property
    def label(self) -> str:
        """What people call it: the name they gave it, else the name of its file without its ending."""
        return str(self.sidecar.get("label") or self.path.stem)

    @property
    def sidecar_path(self) -> Path:
        """Where its sidecar is."""
        return self.path.with_suffix(".json")

    def as_tree(self) -> dict[str, Any]:
        """All that is known of it, for JSON."""
        return {"path": str(self.path), "label": self.label, **self.sidecar}

    def saved_event(self) -> FilmSaved:
        """The event that tells of it."""
        return FilmSaved(renderer=self.renderer, name=self.name, seconds=self.seconds, size_bytes=self.size_bytes)


def read_film(sidecar: Path) -> Film | None:
    """The film that `sidecar` belongs to; None when it is not a sidecar or its film is not there."""
    tree = read_sidecar(sidecar)
    if tree is None:
        return None
    path = sidecar.with_name(tree["file"])
    try:
        return Film(
            path=path,
            name=path.name,
            renderer=str(tree["renderer"]),
            run_id=str(tree["run_id"]),
            seconds=float(tree["seconds"]),
            size_bytes=path.stat().st_size,
            created_at=str(tree["created_at"]),
            sidecar=tree,
        )
    except (OSError, KeyError, TypeError, ValueError):
        return None


def films_in(folder: Path) -> list[Film]:
    """The complete films in `folder`, oldest first."""
    films = [film for path in sorted(folder.glob("*.json")) if (film := read_film(path)) is not None]
    return sorted(films, key=lambda film: (film.created_at, film.name))


def list_films(run: Run) -> list[Film]:
    """The complete films in the run's videos folder, oldest first."""
    return films_in(run.videos_folder)
