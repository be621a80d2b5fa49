"""Films in the making: those asked for here, each with its progress. They end with the app, as any film can be made again."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retroml_core.filming import FilmCancelled, FilmError

if TYPE_CHECKING:
    from retroml_core.events import FilmProgress
    from retroml_core.films.film import Film
    from retroml_core.films.options import FilmOptions
    from retroml_core.films.process import FilmProcess
    from retroml_core.runs.run import Run

__all__ = ["FilmJob", "FilmJobs"]

Start = Callable[["Run", str, "FilmOptions | None"], "FilmProcess"]


@dataclass(frozen=True, kw_only=True)
class FilmJob:
    """A film on its way: `fraction` from 0 to 1, `doing` in words, `error` why it ended without a film.

    `title` is what it shows in words, where more is known than its kind.
    """

    number: int
    run_id: str
    renderer: str
    title: str = ""
    fraction: float = 0.0
    doing: str = "starting"
    seconds_left: float | None = None
    error: str = ""


class FilmJobs:
    """The films being made. `make` blocks until one is done; everything else may be called from any thread."""

    def __init__(self, start: Start | None = None) -> None:
        self._start = start or _start_film
        self._numbers = itertools.count(1)
        self._jobs: dict[int, FilmJob] = {}
        self._processes: dict[int, FilmProcess] = {}

    @property
    def jobs(self) -> list[FilmJob]:
        """Those in the making, and those that failed and were not yet dismissed, oldest first."""
        return list(self._jobs.values())

    def make(self, run: Run, renderer: str, options: FilmOptions | None = None, title: str = "") -> Film | None:
        """Make a film, called `title` while it is made; None when it was cancelled or failed, which its job then says."""
        number = next(self._numbers)
        self._jobs[number] = FilmJob(number=number, run_id=run.id, renderer=renderer, title=title)
        try:
            with self._start(run, renderer, options) as process:
                self._processes[number] = process
                film = process.follow(lambda progress: self._heard(number, progress))
        except FilmCancelled:
            self._jobs.pop(number, None)
            return None
        except (FilmError, OSError) as error:
            self._jobs[number] = replace(self._jobs[number], error=str(error))
            return None
        finally:
            self._processes.pop(number, None)
        self._jobs.pop(number, None)
        return film

    def cancel(self, number: int) -> None:
        """Stop making a film, or dismiss one that failed."""
        process = self._processes.get(number)
        if process is not None:
            process.cancel()
        else:
            self._jobs.pop(number, None)

    def close(self) -> None:
        """Cancel all of them."""
        for number in list(self._processes):
            self.cancel(number)

    def _heard(self, number: int, progress: FilmProgress) -> None:
        job = self._jobs.get(number)
        if job is not None:
            self._jobs[number] = replace(
                job, fraction=progress.fraction, doing=progress.doing, seconds_left=progress.seconds_left
            )


def _start_film(run: Run, renderer: str, options: FilmOptions | None) -> FilmProcess:
    from retroml_core.films.process import start_film

    return start_film(run, renderer, options)
