"""The row beneath a moment of the past: make a film of it, and how that film stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import bar, button, cell, grid, row, space, text, tooltip
from retroml_dearpygui.viewmodels.wording import trained

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.watch import WatchViewModel

__all__ = ["FilmRow"]


class FilmRow:
    """Draws the `moment_film` of a `WatchViewModel`: tags `watch.film*`."""

    def __init__(self, ui: Ui, model: WatchViewModel) -> None:
        self._ui = ui
        self._model = model
        self._film = model.moment_film
        self._choices: dict[str, str] = {}

    def build(self) -> None:
        """Make the row."""
        ui, film = self._ui, self._film
        self._choices = {}
        with dpg.group(tag="watch.film.row", show=False):
            with row(ui, 8):
                button(ui, "Make a film", self._model.make_film, icon=icons.FILM, tag="watch.film")
                dpg.add_combo(
                    [],
                    width=ui.px(230),
                    tag="watch.film.stretch",
                    callback=lambda _sender, words: film.choose(self._choices[words]),
                )
                button(ui, "Other films", self._other, "ghost", tag="watch.film.other")
            tooltip(ui, "watch.film", "Just what is seen here, uncut, with the score. It appears among the videos.")
            with grid(ui, [1, -130], tag="watch.film.state", show=False):
                with cell():
                    space(ui, 4)
                    text(ui, "", "small", tag="watch.film.words", wrap=0)
                    bar(ui, tag="watch.film.bar")
                button(ui, "", self._follow, "link", tag="watch.film.go")

    def show(self) -> None:
        """Bring it up to date."""
        film, scene = self._film, self._model.scene
        dpg.configure_item("watch.film.row", show=self._model.travelling)
        dpg.configure_item("watch.film", enabled=not film.why_not(scene))
        offers = film.offers(scene)
        choices = {words: stretch for stretch, words in offers}
        if choices != self._choices:
            self._choices = choices
            dpg.configure_item("watch.film.stretch", items=list(choices))
        dpg.set_value("watch.film.stretch", dict(offers)[film.stretch])
        self._show_state()

    def _show_state(self) -> None:
        job, made = self._film.job, self._film.made
        dpg.configure_item("watch.film.state", show=job is not None or made is not None)
        dpg.configure_item("watch.film.bar", show=job is not None and not job.error)
        tone = "muted"
        if job is None:
            words = "Your film is ready." if made is not None else ""
        elif job.error:
            words, tone = f"No film of {job.title.lower()}: {job.error}", "danger"
        else:
            left = f", {trained(job.seconds_left)} left" if job.seconds_left is not None else ""
            words = f"{job.title}: {job.doing}, {job.fraction:.0%}{left}"
            dpg.set_value("watch.film.bar", job.fraction)
        dpg.set_value("watch.film.words", words)
        dpg.configure_item("watch.film.words", color=self._ui.tone(tone))
        dpg.set_item_label("watch.film.go", f"{icons.PLAY}  Play it" if made is not None else f"{icons.VIDEO}  Videos")

    def _follow(self) -> None:
        """Go to the film, or to those in the making."""
        made = self._film.made
        self._model.desk.go("videos", **({"play": str(made.path)} if made is not None else {}))

    def _other(self) -> None:
        self._model.desk.go("videos", make=self._model.runs.chosen)
