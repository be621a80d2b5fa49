"""After training: the films, each made by a process of its own. Whatever goes wrong here never fails the run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_core.filming import FilmCancelled, FilmError

if TYPE_CHECKING:
    from retroml_core.events import FilmProgress
    from retroml_core.films.process import FilmProcess
    from retroml_core.training.attempt import Attempt

__all__ = ["make_films"]


def make_films(attempt: Attempt) -> bool:
    """Make the films the config names; whether nobody asked to stop meanwhile."""
    stops = attempt.control.stops
    renderers = attempt.config.film.renderers
    spec = attempt.app.registry.environment(attempt.config.environment.name)
    if renderers and not spec.tape:
        attempt.problem(f"no films are made: {spec.no_tape or spec.title + ' keeps no tape'}")
        return True
    for renderer in renderers:
        if attempt.control.stops != stops:
            return False
        _make_film(attempt, renderer, stops)
    attempt.doing("")
    return attempt.control.stops == stops


def _make_film(attempt: Attempt, renderer: str, stops: int) -> None:
    from retroml_core.films.process import start_film

    attempt.doing(f"film {renderer}")
    try:
        with start_film(attempt.run, renderer) as process:
            film = process.follow(lambda progress: _relay(attempt, process, progress, stops))
    except FilmCancelled:
        return
    except (FilmError, OSError) as error:
        attempt.problem(f"film {renderer} was not made: {error}", hint="it can be made again at any time")
        return
    attempt.bus.say(film.saved_event())


def _relay(attempt: Attempt, process: FilmProcess, progress: FilmProgress, stops: int) -> None:
    attempt.bus.say(progress)
    attempt.state.set(activity=f"film {progress.renderer}: {progress.fraction:.0%}")
    attempt.control.tick()
    if attempt.control.stops != stops:
        process.interrupt()
