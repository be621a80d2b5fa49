"""A film of the moment looked at: the whole game, or half a minute around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_core.films.options import FilmOptions
from retroml_dearpygui.desk import Kind
from retroml_dearpygui.services.time_machine import STEPS_A_SECOND
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.videos import VideosViewModel
from retroml_dearpygui.viewmodels.wording import million, play_time

if TYPE_CHECKING:
    from retroml_core.films.film import Film
    from retroml_core.runs.run import Run
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.services.film_jobs import FilmJob
    from retroml_dearpygui.services.time_machine import Scene

__all__ = ["GAME", "NEAR", "MomentFilm", "stretch_settings"]

RENDERER = "full_record"
GAME, NEAR = "game", "near"
NEAR_SECONDS = 30.0
NAME = "watch"


class MomentFilm(ViewModel):
    """`stretch` is what to show, `GAME` or `NEAR`; `made` the film that was made last, until another is begun."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.stretch = NEAR if desk.settings.recall(NAME).get("stretch") == NEAR else GAME
        self.made: Film | None = None
        self._videos = desk.viewmodel(VideosViewModel)
        self._begun: tuple[str, str] | None = None
        self._seen: FilmJob | None = None

    @property
    def job(self) -> FilmJob | None:
        """How the film begun last stands; None when it is done or was given up."""
        return next((job for job in self._videos.jobs[::-1] if (job.run_id, job.title) == self._begun), None)

    def offers(self, scene: Scene | None) -> list[tuple[str, str]]:
        """What a film of this moment can show, as (stretch, words)."""
        game = f"This game ({play_time(scene.length / STEPS_A_SECOND)})" if scene and scene.length else "This game"
        return [(GAME, game), (NEAR, f"{NEAR_SECONDS:.0f} seconds around here")]

    def choose(self, stretch: str) -> None:
        """Show this from now on."""
        self.stretch = stretch
        self.desk.settings.remember(NAME, stretch=stretch)
        self.changed()

    def why_not(self, scene: Scene | None) -> str:
        """Why no film of this moment can be made, "" when it can."""
        if RENDERER not in self.desk.app.registry.renderers:
            return "Films of a moment need the plugin retroml-video, which is not there."
        if scene is not None and scene.problem:
            return "There is no play of this moment to make a film of."
        return "" if scene is not None else "The moment is still being looked up."

    def make(self, run: Run, scene: Scene | None) -> None:
        """Begin to make a film of what is shown; says why when it cannot be made."""
        problem = self.why_not(scene)
        if problem or scene is None:
            self.desk.toast("No film yet", problem, Kind.WARN)
            return
        title = _title(scene, self.stretch)
        going_on = self.job
        if going_on is not None and not going_on.error and going_on.title == title:
            self.desk.toast("This film is being made already", title, Kind.INFO)
            return
        self.made, self._begun = None, (run.id, title)
        options = FilmOptions(settings=stretch_settings(scene, self.stretch))
        self._videos.begin(run, RENDERER, options, title, lambda film: self._done((run.id, title), film))
        self.changed()

    def tick(self) -> None:
        """Once a frame while somebody looks: follow the film in the making."""
        job = self.job
        if job != self._seen:
            self._seen = job
            self.changed()

    def _done(self, what: tuple[str, str], film: Film | None) -> None:
        if what == self._begun:
            self.made = film
            self.changed()


def stretch_settings(scene: Scene, stretch: str) -> dict[str, str]:
    """The settings of the full record for a stretch around `scene`: its game, or half a minute of what its player played."""
    if stretch == GAME:
        return {"episode": str(scene.episode)}
    around = round(NEAR_SECONDS / 2 * STEPS_A_SECOND)
    first = max(0, scene.step - around * scene.games)
    last = first + 2 * around * scene.games
    return {"begin": str(first), "end": str(last), "environment": str(scene.environment)}


def _title(scene: Scene, stretch: str) -> str:
    if stretch == GAME:
        return f"Game {scene.episode:,}"
    return f"{NEAR_SECONDS:.0f} seconds around step {million(scene.step)} of game {scene.episode:,}"
