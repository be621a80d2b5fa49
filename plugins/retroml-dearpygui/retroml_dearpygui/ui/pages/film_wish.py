"""The card that asks what film to make."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.forms.film_form import KIND, OVERLAYS
from retroml_dearpygui.specs import Mode
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, card, cell, grid, refill, row, text
from retroml_dearpygui.ui.widgets.form_view import FormView
from retroml_dearpygui.ui.widgets.section import fold
from retroml_dearpygui.viewmodels.film_wish import LENGTHS

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.film_wish import FilmWish

__all__ = ["FilmWishCard"]

OWN = "own"
LABEL = 124
PLACES = {"left": "Picture and sound", "middle": "This kind of film", "right": "Shown beside the game"}


class FilmWishCard:
    """Draws a `FilmWish`: tags `videos.wish*`."""

    def __init__(self, desk: Desk, ui: Ui, vm: FilmWish) -> None:
        self.desk, self.ui, self.vm = desk, ui, vm
        self._form = FormView(ui, "videos.wish", edit=vm.edit, put=vm.put, revert=vm.revert)
        self._fields: tuple[str, ...] = ()
        self._others: list[str] = []

    def build(self) -> None:
        """Make the card in the current container, hidden."""
        ui = self.ui
        self._fields, self._others = (), []
        self._form.clear()
        with card(ui, "Make a film", icons.FILM, tag="videos.wish", show=False):
            self._build_choices()
            self._build_others()
            text(ui, "", tone="danger", tag="videos.wish.problem", show=False, wrap=0)
            with row(ui):
                button(ui, "Make it", self._make, "primary", icon=icons.FILM, tag="videos.wish.go")
                button(ui, "Cancel", self.vm.ask_no_more, "ghost", tag="videos.wish.cancel")
            more = fold(self.desk, ui, "videos.wish.more", "More", icons.SLIDERS_HORIZONTAL, open_first=False)
            with more, grid(ui, [1.1, -16, 1.1, -16, 0.8]):
                for index, (place, title) in enumerate(PLACES.items()):
                    if index:
                        text(ui, "")
                    with cell():
                        text(ui, title, "strong")
                        dpg.add_group(tag=f"videos.wish.{place}")

    def show(self) -> None:
        """Bring it up to date."""
        vm = self.vm
        dpg.configure_item("videos.wish", show=vm.asking)
        if not vm.asking:
            return
        dpg.configure_item("videos.wish.run", items=[source.words for source in vm.sources])
        dpg.set_value("videos.wish.run", vm.words(vm.wanted))
        kinds = dict(vm.renderers)
        dpg.configure_item("videos.wish.kind", items=list(kinds.values()))
        dpg.set_value("videos.wish.kind", kinds.get(vm.renderer, ""))
        dpg.set_value("videos.wish.about", vm.summary)
        self._show_others()
        self._show_settings()
        problem = vm.problem or ("" if kinds else "No plugin that makes films is installed.")
        dpg.set_value("videos.wish.problem", problem)
        dpg.configure_item("videos.wish.problem", show=bool(problem))

    # --- building -------------------------------------------------------------------------------------------------------

    def _build_choices(self) -> None:
        ui, vm = self.ui, self.vm
        with grid(ui, [2.2, 1, 1.2, 0.8]):
            with cell():
                text(ui, "Run", "small")
                dpg.add_combo(
                    [], width=-1, tag="videos.wish.run", callback=lambda _sender, words: vm.choose_run(self._id(words))
                )
            with cell():
                text(ui, "Kind", "small")
                dpg.add_combo([], width=-1, tag="videos.wish.kind", callback=lambda _sender, title: self._choose_kind(title))
            with cell():
                text(ui, "Length", "small")
                labels = [label for _, label in LENGTHS]
                dpg.add_combo(
                    labels, default_value=labels[1], width=-1, tag="videos.wish.length",
                    callback=lambda _sender, label: dpg.configure_item("videos.wish.own", show=label == labels[-1]),
                )  # fmt: skip
            with dpg.group(tag="videos.wish.own", show=False):
                text(ui, "Seconds", "small")
                dpg.add_input_text(width=-1, default_value="90", tag="videos.wish.seconds")
        text(ui, "", "small", tag="videos.wish.about", wrap=0)

    def _build_others(self) -> None:
        ui, vm = self.ui, self.vm
        with dpg.group(tag="videos.wish.others", show=False):
            text(ui, "Beside these runs of the same game", "small")
            dpg.add_group(tag="videos.wish.chosen")
            dpg.add_combo(
                [], width=ui.px(560), tag="videos.wish.rivals", callback=lambda _sender, words: vm.add_other(self._id(words))
            )

    # --- showing --------------------------------------------------------------------------------------------------------

    def _show_others(self) -> None:
        ui, vm = self.ui, self.vm
        dpg.configure_item("videos.wish.others", show=vm.needs_others)
        rivals = [source.words for source in vm.rivals]
        hint = "Add a run ..." if rivals else "There is no other run of this game."
        dpg.configure_item("videos.wish.rivals", items=rivals)
        dpg.set_value("videos.wish.rivals", hint)
        chosen = [f"{other} {vm.words(other)}" for other in vm.others]
        if chosen == self._others:
            return
        self._others = chosen
        with refill("videos.wish.chosen"):
            for index, other in enumerate(vm.others):
                with row(ui, 6):
                    button(
                        ui, "", partial(vm.drop_other, other), "ghost", icon=icons.X, tip="Not this one",
                        tag=f"videos.wish.drop.{index}",
                    )  # fmt: skip
                    text(ui, vm.words(other))

    def _show_settings(self) -> None:
        form = self.vm.form
        if tuple(form.fields) != self._fields:
            self._fields = tuple(form.fields)
            self._draw_fields()
        self._form.show(form)

    def _draw_fields(self) -> None:
        form = self.vm.form
        self._form.clear()
        everything = self.desk.settings.now.mode >= Mode.RESEARCH
        fields = [field for field in form.fields.values() if everything or not field.advanced]
        overlays = [field for field in fields if field.key.startswith(OVERLAYS)]
        own = [field for field in fields if field.key.startswith(f"{KIND}.")]
        picture = [field for field in fields if field not in overlays and field not in own]
        for place, drawn in zip(PLACES, (picture, own, overlays), strict=True):
            with refill(f"videos.wish.{place}"):
                self._form.build(drawn, form, LABEL)

    # --- actions --------------------------------------------------------------------------------------------------------

    def _id(self, words: str) -> str:
        return next((source.id for source in self.vm.sources if source.words == words), "")

    def _choose_kind(self, title: str) -> None:
        self.vm.choose_renderer(next((name for name, known in self.vm.renderers if known == title), ""))

    def _make(self) -> None:
        length = {label: key for key, label in LENGTHS}[dpg.get_value("videos.wish.length")]
        self.vm.length = dpg.get_value("videos.wish.seconds").strip() if length == OWN else length
        self.vm.make()
