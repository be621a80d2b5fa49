"""Films as pictures in rows, as many side by side as fit."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
import numpy as np

from retroml_dearpygui.services.thumbnails import THUMBNAIL
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, card, grid, refill, row, space, text
from retroml_dearpygui.ui.widgets.pictures import Pictures
from retroml_dearpygui.viewmodels.wording import short

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt

    from retroml_core.films.film import Film
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.videos import VideosViewModel

__all__ = ["FilmCards"]

LEAST_WIDTH = 300
PAD = 70
AT_ONCE, LETTERS = 60, 38
IN_FLIGHT = 3


class FilmCards:
    """The films shown, made anew when they change or the window becomes wider or narrower."""

    def __init__(self, desk: Desk, ui: Ui, vm: VideosViewModel) -> None:
        self.desk, self.ui, self.vm = desk, ui, vm
        self._films: list[Film] = []
        self._across = self._room = 0
        self._most = AT_ONCE
        self._asked: set[str] = set()
        self._waiting = 0
        self._renaming = ""

    @property
    def _pictures(self) -> Pictures:
        return self.ui.keep("film.pictures", lambda: Pictures(100))

    def build(self) -> None:
        """Make the place for them in the current container."""
        self._films, self._across = [], 0
        dpg.add_group(tag="videos.cards")

    def show(self, films: Sequence[Film]) -> None:
        """Show these films."""
        if list(films) != self._films:
            self._films = list(films)
            self._fill()

    def tick(self) -> None:
        """Once a frame: as many side by side as fit, pictures for those that are seen."""
        self._pictures.tick()
        if self._films and self._fitting() != self._across:
            self._fill()
        self._widen()
        for film in self._films[: self._most]:
            if self._waiting >= IN_FLIGHT:
                return
            if str(film.path) not in self._asked and dpg.is_item_visible(self._tag(film, "picture")):
                self._ask(film)

    def _fitting(self) -> int:
        width = dpg.get_item_rect_size("main")[0] - self.ui.px(PAD)
        return max(1, int(width // self.ui.px(LEAST_WIDTH)))

    def _fill(self) -> None:
        self._across, self._room = self._fitting(), 0
        self._asked = set()
        with refill("videos.cards"):
            shown = self._films[: self._most]
            for first in range(0, len(shown), self._across):
                films = shown[first : first + self._across]
                with grid(self.ui, [1] * self._across):
                    for film in films:
                        self._card(film)
            if len(self._films) > self._most:
                more = min(AT_ONCE, len(self._films) - self._most)
                button(self.ui, f"Show {more} more", self._show_more, "link", tag="videos.more")

    def _card(self, film: Film) -> None:
        ui, vm = self.ui, self.vm
        width = self._card_width()
        with card(ui, kind="thumb", tag=self._tag(film, "card")):
            texture = self._pictures.get(str(film.path)) or self._nothing()
            picture = dpg.add_image_button(
                texture, width=width, height=width * THUMBNAIL[1] // THUMBNAIL[0], tag=self._tag(film, "picture"),
                callback=lambda: vm.play(film),
            )  # fmt: skip
            ui.theme(picture, "picture_bare")
            with dpg.group(indent=ui.px(14)) as words:
                ui.theme(words, "tight")
                space(ui, 6)
                text(ui, short(vm.title(film), LETTERS), "strong", tag=self._tag(film, "title"))
                dpg.add_input_text(
                    default_value=vm.title(film), show=False, on_enter=True, width=width - ui.px(28),
                    tag=self._tag(film, "name"), callback=lambda _sender, name: self._renamed(film, name),
                )  # fmt: skip
                text(ui, vm.words(film), "small")
                with row(ui, 2):
                    for key, icon, tip, do in (
                        ("play", icons.PLAY, "Play", vm.play),
                        ("rename", icons.PENCIL, "Rename", self._rename),
                        ("outside", icons.EXTERNAL_LINK, "Open in your player", vm.open_outside),
                        ("folder", icons.FOLDER_OPEN, "Show in folder", vm.show_folder),
                        ("copy", icons.COPY, "Copy path", vm.copy_path),
                        ("delete", icons.TRASH_2, "Delete", vm.delete),
                    ):
                        button(ui, "", partial(do, film), "ghost", icon=icon, tip=tip, tag=self._tag(film, key))
                space(ui, 6)

    def _widen(self) -> None:
        """Have the pictures fill their cards, whose width is known only once they were laid out."""
        room = int(dpg.get_item_rect_size(self._tag(self._films[0], "card"))[0]) if self._films else 0
        if room and room != self._room:
            self._room = room
            for film in self._films[: self._most]:
                height = room * THUMBNAIL[1] // THUMBNAIL[0]
                dpg.configure_item(self._tag(film, "picture"), width=room, height=height)

    def _card_width(self) -> int:
        width = dpg.get_item_rect_size("main")[0] - self.ui.px(PAD)
        return int(width / self._across - self.ui.px(15))

    def _tag(self, film: Film, part: str) -> str:
        return f"videos.{film.run_id}.{film.name}.{part}"

    def _nothing(self) -> int | str:
        """The picture of a film whose own is not there yet."""
        known = self._pictures.get("")
        if known is not None:
            return known
        red, green, blue, _ = self.ui.tone("raised")
        plain_HWC = np.full((9, 16, 3), (red, green, blue), np.uint8)
        return self._pictures.put("", plain_HWC)

    def _ask(self, film: Film) -> None:
        self._asked.add(str(film.path))
        if self._pictures.get(str(film.path)) is None:
            self._waiting += 1
            self.vm.thumbnail(film, partial(self._arrived, film), self._missing)

    def _arrived(self, film: Film, pixels_HWC: npt.NDArray[np.uint8]) -> None:
        self._waiting -= 1
        texture = self._pictures.put(str(film.path), pixels_HWC)
        item = self._tag(film, "picture")
        if dpg.does_item_exist(item):
            dpg.configure_item(item, texture_tag=texture)

    def _missing(self) -> None:
        self._waiting -= 1

    def _rename(self, film: Film) -> None:
        title, field = self._tag(film, "title"), self._tag(film, "name")
        renaming = dpg.is_item_shown(field)
        dpg.configure_item(title, show=renaming)
        dpg.configure_item(field, show=not renaming)
        if not renaming:
            dpg.set_value(field, self.vm.title(film))
            dpg.focus_item(field)

    def _renamed(self, film: Film, name: str) -> None:
        dpg.configure_item(self._tag(film, "title"), show=True)
        dpg.configure_item(self._tag(film, "name"), show=False)
        self.vm.rename(film, name)

    def _show_more(self) -> None:
        self._most += AT_ONCE
        self._fill()
