"""Films: those there are and those in the making; played, named, thrown away, made."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.services.films import FilmService
from retroml_dearpygui.desk import Kind, Question
from retroml_dearpygui.services.film_jobs import FilmJob, FilmJobs
from retroml_dearpygui.services.film_reader import Unplayable
from retroml_dearpygui.services.film_shelf import FilmShelf
from retroml_dearpygui.services.long_work import Spawn, run_long, spawn_thread
from retroml_dearpygui.services.opening import open_file, show_in_folder
from retroml_dearpygui.services.player import Player
from retroml_dearpygui.services.run_commands import RunCommands
from retroml_dearpygui.services.run_names import run_title
from retroml_dearpygui.services.thumbnails import thumbnail
from retroml_dearpygui.viewmodels.debounce import Rhythm
from retroml_dearpygui.viewmodels.film_facts import film_facts, searched, stretch_title
from retroml_dearpygui.viewmodels.film_wish import FilmWish
from retroml_dearpygui.viewmodels.film_work import Working, working_now
from retroml_dearpygui.viewmodels.listing import Listing
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.wording import day, play_time, size

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from retroml_core.films.film import Film
    from retroml_core.films.options import FilmOptions
    from retroml_core.films.trash import TrashedFilm
    from retroml_core.runs.run import Run
    from retroml_dearpygui.desk import Desk

__all__ = ["ORDERS", "SCREEN", "VideosViewModel"]

ORDERS = (("date", "Date"), ("name", "Name"), ("size", "Size"))
SCREEN = (1280, 720)
"""The largest picture shown, in pixels."""
SYNC_SECONDS = 2.0
WHOLE_EVERY = 60
"""One look in so many reads every film anew; those between read what has changed."""


class VideosViewModel(Listing["Film"]):
    """`films` as searched and sorted; `jobs` those being made here, `working` those being made by trainings.

    `playing` is the film shown large, by `player`. `wish` asks what film to make.
    """

    name = "videos"
    orders = tuple(dict(ORDERS))

    def __init__(self, desk: Desk, *, jobs: FilmJobs | None = None, spawn: Spawn = spawn_thread) -> None:
        super().__init__(desk)
        self.library = FilmService(desk.app)
        self._shelf = FilmShelf(desk.app)
        self._looks = 0
        self.making = jobs or FilmJobs()
        self.player = Player(SCREEN, clock=desk.clock)
        self.playing: Film | None = None
        self.working: list[Working] = []
        self.wish = FilmWish(desk, self.begin)
        self._jobs_seen: list[FilmJob] = []
        self._rhythm = Rhythm(desk.clock, SYNC_SECONDS)
        self._spawn = spawn
        self._play_next = ""
        self._tell: dict[int, Callable[[Film | None], None]] = {}

    # --- what is shown --------------------------------------------------------------------------------------------------

    @property
    def films(self) -> list[Film]:
        """Those with the words in name, game, kind or run, sorted."""
        return self._fitting()

    @property
    def jobs(self) -> list[FilmJob]:
        """Films being made here, and those that failed."""
        return self.making.jobs

    def kind_title(self, renderer: str) -> str:
        """What a renderer is called."""
        spec = self.desk.app.registry.renderers.get(renderer)
        return spec.title if spec else renderer

    def run_title(self, run_id: str) -> str:
        """What a run is called, its id where it is none of the newest."""
        card = self.desk.viewmodel(RunsViewModel).cards.get(run_id)
        return run_title(self.desk.app, card) if card is not None else run_id

    def title(self, film: Film) -> str:
        """What a film is called: the name somebody gave it, or what it shows."""
        game = film.sidecar.get("game_title") or film.sidecar.get("game") or film.run_id
        what = stretch_title(film) or self.kind_title(film.renderer).lower()
        return str(film.sidecar.get("label") or f"{game}, {what}")

    def words(self, film: Film) -> str:
        """One line about a film."""
        algorithm = str(film.sidecar.get("algorithm") or "?").upper()
        return f"{algorithm}, {play_time(film.seconds)}, {size(film.size_bytes)}, {day(film.created_at)}"

    def facts(self, film: Film) -> list[tuple[str, str]]:
        """What there is to know of a film."""
        return film_facts(film, self.kind_title(film.renderer))

    def tick(self) -> None:
        """Once a frame while films are shown: follow what is made, and what appears on disk."""
        if self._rhythm.due():
            self.refresh()
        jobs = self.jobs
        if jobs != self._jobs_seen:
            self._jobs_seen = jobs
            self.changed()

    def refresh(self) -> None:
        """Look for films."""
        self._rhythm.begin()
        anew, self._looks = self._looks % WHOLE_EVERY == 0, self._looks + 1
        self.desk.background(lambda: self._read(anew), self._show, self._broken)

    def thumbnail(self, film: Film, done: Callable[[npt.NDArray[np.uint8]], None], missing: Callable[[], None]) -> None:
        """Call `done` with a still picture of a film, uint8 (H, W, 3), or `missing` when there is none."""

        def failed(error: Exception) -> None:
            missing()
            if not isinstance(error, (Unplayable, OSError)):
                self.desk.fail(error)

        self.desk.background(lambda: thumbnail(self.library, film), done, failed)

    # --- playing --------------------------------------------------------------------------------------------------------

    def play(self, film: Film) -> None:
        """Show a film large."""
        self.playing = film
        self.player.open(film.path)
        self.changed()

    def play_path(self, path: str) -> None:
        """Show the film in the file `path`, as soon as it is found."""
        self._play_next = path
        self.refresh()

    def stop(self) -> None:
        """Go back to all films."""
        self.playing = None
        self.player.close()
        self.changed()

    def close(self) -> None:
        """Let go of the film with the app."""
        self.player.shut_down()

    # --- actions --------------------------------------------------------------------------------------------------------

    def rename(self, film: Film, name: str) -> None:
        """Give a film another name."""
        if name.strip() and name.strip() != self.title(film):
            self.desk.background(lambda: self.library.rename(film, name), lambda renamed: self._renamed(film, renamed))

    def delete(self, film: Film) -> None:
        """Move a film to the trash, after asking; it can be undone."""
        file = f"The file {film.path.name} ({size(film.size_bytes)}) goes to the trash, from where it can be taken back."
        text = f"{file} The run is kept, so it can also be made again."
        self.desk.ask(Question(f"Delete {self.title(film)}?", text, "Delete", lambda: self._delete(film)))

    def open_outside(self, film: Film) -> None:
        """Open a film in the user's player."""
        self.desk.background(lambda: open_file(film.path))

    def show_folder(self, film: Film) -> None:
        """Show its file in the file manager."""
        self.desk.background(lambda: show_in_folder(film.path))

    def copy_path(self, film: Film) -> None:
        """Put the path of its file on the clipboard."""
        self.desk.copy(str(film.path))

    def show_run(self, film: Film) -> None:
        """Show the run it is of."""
        self.stop()
        self.desk.go("experiments", run=film.run_id)

    # --- making ---------------------------------------------------------------------------------------------------------

    def begin(
        self,
        run: Run,
        renderer: str,
        options: FilmOptions,
        title: str = "",
        made: Callable[[Film | None], None] = lambda _: None,
    ) -> None:
        """Make a film in a process of its own, called `title` meanwhile; `made` is told in the end, None of one that failed."""

        number = self.making.add(run, renderer, options, title)
        self._tell[number] = made
        self._work(number)

    def again(self, number: int) -> None:
        """Make a film anew that failed."""
        if self.making.renew(number):
            self._work(number)

    def pause(self, number: int) -> None:
        """Let a film rest."""
        self.making.pause(number)
        self.changed()

    def resume(self, number: int) -> None:
        """Go on with a film that rests."""
        self.making.resume(number)
        self.changed()

    def cancel(self, number: int) -> None:
        """Stop making a film, or dismiss one that failed."""
        self.making.cancel(number)
        self.changed()

    def stop_working(self, work: Working) -> None:
        """Tell a training that is done to make no more films, after asking."""

        def stop() -> None:
            self.desk.background(lambda: RunCommands(self.desk.app).stop(work.run_id), lambda _: self.refresh())

        text = "The training is done and saved. Films of it can be made at any time with Make a film."
        self.desk.ask(Question(f"Make no more films of {work.title}?", text, "Make no more", stop))

    # --- inside ---------------------------------------------------------------------------------------------------------

    def _read(self, anew: bool) -> tuple[list[Film], list[Working]]:
        self.desk.app.root.check()
        return self._shelf.films(anew=anew), working_now(self.desk.app, self.kind_title)

    def _show(self, found: tuple[list[Film], list[Working]]) -> None:
        self._rhythm.end()
        films, working = found
        if (films, working) != (self._all, self.working) or not self.loaded or self.problem:
            self._all, self.working = films, working
            self.loaded, self.problem = True, ""
            self.changed()
        wanted, self._play_next = self._play_next, ""
        if wanted:
            film = next((film for film in films if str(film.path) == wanted), None)
            if film is None:
                self.desk.toast("This film is not there any more", Path(wanted).name, Kind.WARN)
            else:
                self.play(film)
        elif self.playing is not None:
            same = (film for film in films if film.path == self.playing.path)
            self.playing = next(same, self.playing)

    def _broken(self, error: Exception) -> None:
        self._rhythm.end()
        super()._broken(error)

    def _searched(self, one: Film) -> str:
        return searched(one)

    def _sort_key(self, one: Film) -> tuple[object, ...]:
        keys = {"date": one.created_at, "name": self.title(one).lower(), "size": one.size_bytes}
        return keys[self.order], one.name

    def _renamed(self, film: Film, renamed: Film) -> None:
        if self.playing is not None and self.playing.path == film.path:
            self.playing = renamed
        self.refresh()

    def _delete(self, film: Film) -> None:
        def done(trashed: TrashedFilm) -> None:
            restore = partial(self.library.restore, trashed)
            undo = partial(self.desk.background, restore, lambda _: self.refresh())
            self.desk.toast("Film deleted", self.title(film), Kind.OK, undo)
            self.refresh()

        if self.playing is not None and self.playing.path == film.path:
            self.stop()
        self.desk.background(lambda: self.library.delete(film), done)

    def _work(self, number: int) -> None:
        def done(film: Film | None) -> None:
            self._made(film)
            if number in self._tell:
                self._tell[number](film)

        run_long(self.desk.post, self._spawn, lambda: self.making.work(number), done, self.desk.fail)
        self.changed()

    def _made(self, film: Film | None) -> None:
        if film is not None:
            words = "This film was made before" if film.existed else "Your film is ready"
            self.desk.toast(words, self.title(film), Kind.OK)
        self.refresh()
