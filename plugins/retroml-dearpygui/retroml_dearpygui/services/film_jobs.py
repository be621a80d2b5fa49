"""Films in the making: those asked for here, each with its progress. They end with the app, and go on when asked for again."""

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

RESTING = "paused"
"""What a process that rests says it does."""

Start = Callable[["Run", str, "FilmOptions | None"], "FilmProcess"]


@dataclass(frozen=True, kw_only=True)
class FilmJob:
    """A film on its way: `fraction` from 0 to 1, `doing` in words, `error` why it ended without a film.

    `title` is what it shows in words, where more is known than its kind. `paused`: it was asked to rest, and does so from its
    next picture on.
    """

    number: int
    run_id: str
    renderer: str
    title: str = ""
    fraction: float = 0.0
    doing: str = "starting"
    seconds_left: float | None = None
    paused: bool = False
    error: str = ""

    @property
    def words(self) -> str:
        """How it stands: why it failed, or what is done now."""
        if self.error:
            return self.error
        resting = self.doing == RESTING
        if self.paused:
            return "paused" if resting else "pausing"
        return "going on" if resting else self.doing


class FilmJobs:
    """The films being made. `work` and `make` block until one is done; everything else may be called from any thread."""

    def __init__(self, start: Start | None = None) -> None:
        self._start = start or _start_film
        self._numbers = itertools.count(1)
        self._asked: dict[int, tuple[Run, str, FilmOptions | None]] = {}
        self._jobs: dict[int, FilmJob] = {}
        self._processes: dict[int, FilmProcess] = {}

    @property
    def jobs(self) -> list[FilmJob]:
        """Those in the making, and those that failed and were not yet dismissed, oldest first."""
        return list(self._jobs.values())

    def add(self, run: Run, renderer: str, options: FilmOptions | None = None, title: str = "") -> int:
        """Take note of a film to make, called `title` while it is made; its number, for `work`."""
        number = next(self._numbers)
        self._asked[number] = (run, renderer, options)
        self._jobs[number] = FilmJob(number=number, run_id=run.id, renderer=renderer, title=title)
        return number

    def renew(self, number: int) -> bool:
        """Let a film that failed begin anew, for `work`; False when there is none of that number that failed."""
        job = self._jobs.get(number)
        if job is None or not job.error:
            return False
        self._jobs[number] = FilmJob(number=number, run_id=job.run_id, renderer=job.renderer, title=job.title)
        return True

    def make(self, run: Run, renderer: str, options: FilmOptions | None = None, title: str = "") -> Film | None:
        """Make a film, called `title` while it is made; None when it was cancelled or failed, which its job then says."""
        return self.work(self.add(run, renderer, options, title))

    def work(self, number: int) -> Film | None:
        """Make the film of that number; None when it was cancelled or failed, which its job then says."""
        asked = self._asked.get(number)
        if asked is None:
            return None
        try:
            with self._start(*asked) as process:
                self._processes[number] = process
                if number not in self._jobs:
                    process.cancel()
                film = process.follow(lambda progress: self._heard(number, progress))
        except FilmCancelled:
            self._forget(number)
            return None
        except (FilmError, OSError) as error:
            job = self._jobs.get(number)
            if job is not None:
                self._jobs[number] = replace(job, error=str(error), paused=False)
            return None
        finally:
            self._processes.pop(number, None)
        self._forget(number)
        return film

    def pause(self, number: int) -> None:
        """Let a film rest, from its next picture on."""
        self._rest(number, True)

    def resume(self, number: int) -> None:
        """Go on with a film that rests."""
        self._rest(number, False)

    def cancel(self, number: int) -> None:
        """Stop making a film, or dismiss one that failed."""
        process = self._processes.get(number)
        if process is not None:
            process.cancel()
        else:
            self._forget(number)

    def close(self) -> None:
        """End all of them; what is finished of each is kept, and it goes on from there when it is asked for again."""
        for process in list(self._processes.values()):
            process.interrupt()

    def _rest(self, number: int, paused: bool) -> None:
        process, job = self._processes.get(number), self._jobs.get(number)
        if process is not None and job is not None:
            self._jobs[number] = replace(job, paused=paused)
            (process.pause if paused else process.resume)()

    def _forget(self, number: int) -> None:
        self._jobs.pop(number, None)
        self._asked.pop(number, None)

    def _heard(self, number: int, progress: FilmProgress) -> None:
        job = self._jobs.get(number)
        if job is not None:
            self._jobs[number] = replace(
                job, fraction=progress.fraction, doing=progress.doing, seconds_left=progress.seconds_left
            )


def _start_film(run: Run, renderer: str, options: FilmOptions | None) -> FilmProcess:
    from retroml_core.films.process import start_film

    return start_film(run, renderer, options)
