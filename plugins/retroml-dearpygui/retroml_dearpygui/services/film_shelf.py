"""`FilmShelf`: the films of all runs, read anew only where a folder of films has changed: a thousand cost next to nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from retroml_core.runs.run import Run
from retroml_core.services.films import FilmService

if TYPE_CHECKING:
    from pathlib import Path

    from retroml_core.app import App
    from retroml_core.films.film import Film

__all__ = ["FilmShelf"]

SETTLED_NS = 3_000_000_000
"""A folder that changed more recently is read again: the clocks of some file systems only count in steps of two seconds."""
UNSETTLED = -1


class FilmShelf:
    """Remembers the films of each run with the time its folder of films was changed: films come and go by name there.

    May be used from several threads. `now` gives nanoseconds since 1970.
    """

    def __init__(self, app: App, *, now: Callable[[], int] = time.time_ns) -> None:
        self._app, self._now = app, now
        self._known: dict[Path, tuple[int, list[Film]]] = {}

    def films(self, *, anew: bool = False) -> list[Film]:
        """The complete films of all runs, by run; with `anew` every folder is read. Raises RootError."""
        before = {} if anew else self._known
        known = {}
        for folder in self._app.root.run_folders():
            run = Run(folder)
            try:
                changed = run.videos_folder.stat().st_mtime_ns
            except OSError:  # no film was ever made of it, or it was just deleted
                continue
            kept = before.get(folder)
            known[folder] = kept if kept is not None and kept[0] == changed else self._read(run, changed)
        self._known = known
        return [film for _, films in known.values() for film in films]

    def _read(self, run: Run, changed: int) -> tuple[int, list[Film]]:
        settled = self._now() - changed > SETTLED_NS
        return changed if settled else UNSETTLED, FilmService(self._app).list(run)
