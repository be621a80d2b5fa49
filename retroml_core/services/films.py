"""Films: listed, made, renamed, looked at, thrown away and taken back."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.films.film import Film, FilmOptions, FilmProcess, list_films, start_film
from retroml_core.films.library import all_films, find_film_named, probe_film, rename_film, sorted_films, thumbnail_of
from retroml_core.films.trash import TrashedFilm, empty_film_trash, restore_film, trash_film, trashed_films
from retroml_core.services.principal import LOCAL_USER, Principal, guard

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.filming import FilmFacts
    from retroml_core.runs.run import Run

__all__ = ["FilmService"]


class FilmService:
    """The films of a data root. All but `list` and `find` may take a while: call them off the main thread of a window."""

    def __init__(self, app: App, principal: Principal = LOCAL_USER) -> None:
        self._app = app
        self._principal = principal

    def list(self, run: Run | None = None, *, sort: str = "date", ascending: bool | None = None) -> builtins.list[Film]:
        """The complete films of `run`, else of all runs; see `sorted_films`. Raises RootError, FilmError."""
        guard(self._principal, "films.list")
        films = list_films(run) if run is not None else all_films(self._app.root)
        return sorted_films(films, sort, ascending=ascending)

    def find(self, name: str) -> Film:
        """A film by its name, a beginning of it, or its path. Raises FilmError."""
        guard(self._principal, "films.list")
        return find_film_named(all_films(self._app.root), name)

    def start(self, run: Run, renderer: str, options: FilmOptions | None = None) -> FilmProcess:
        """Start making a film in a process of its own; follow, pause, cancel and close what is returned."""
        guard(self._principal, "films.make", run.id)
        return start_film(run, renderer, options)

    def rename(self, film: Film, label: str) -> Film:
        """Give a film another name, file and sidecar with it. Raises FilmError when it is taken, OSError."""
        guard(self._principal, "films.rename", film.run_id)
        return rename_film(film, label)

    def probe(self, film: Film) -> FilmFacts:
        """What the file itself says: length, size, pictures, codec. Raises FilmError."""
        guard(self._principal, "films.list")
        return probe_film(self._app, film)

    def thumbnail(self, film: Film) -> Path:
        """A JPEG that shows play, made once. Raises FilmError."""
        guard(self._principal, "films.list")
        return thumbnail_of(self._app, film)

    def delete(self, film: Film) -> TrashedFilm:
        """Move a film to the trash, from where `restore` takes it back within a month. Raises OSError."""
        guard(self._principal, "films.delete", film.run_id)
        return trash_film(self._app.root, film)

    def trashed(self) -> builtins.list[TrashedFilm]:
        """The films in the trash, the latest first."""
        guard(self._principal, "films.list")
        return trashed_films(self._app.root)

    def restore(self, trashed: TrashedFilm) -> Film:
        """Take a film back from the trash. Raises FilmError, OSError."""
        guard(self._principal, "films.delete", trashed.film.run_id)
        return restore_film(trashed)

    def empty_trash(self) -> int:
        """Delete the films in the trash for good; the bytes this freed. Raises OSError."""
        guard(self._principal, "films.empty_trash")
        return empty_film_trash(self._app.root)
