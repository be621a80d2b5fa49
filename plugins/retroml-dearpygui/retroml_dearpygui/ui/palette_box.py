"""The command palette as a dialog: a field, the entries that fit, arrows and Enter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import refill, row, text
from retroml_dearpygui.viewmodels.palette import Entry, entries, found

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["PaletteBox"]

WIDTH = 640
SHOWN = 9


class PaletteBox:
    """Opens with Ctrl+K: tags `palette`, `palette.words`, `palette.0` ..."""

    def __init__(self, ui: Ui) -> None:
        self._ui = ui
        self._all: list[Entry] = []
        self._fits: list[Entry] = []
        self._at = 0

    @property
    def open(self) -> bool:
        """Whether it is on screen."""
        return bool(dpg.does_item_exist("palette"))

    def show(self, desk: Desk) -> None:
        """Open it."""
        ui = self._ui
        self._all = entries(desk)
        with ui.dialogs.window("palette", WIDTH):
            dpg.add_input_text(
                tag="palette.words",
                hint=f"{icons.SEARCH}  What would you like to do?",
                width=ui.px(WIDTH),
                callback=lambda _sender, words: self._filter(words),
            )
            dpg.add_group(tag="palette.list")
        self._filter("")
        dpg.focus_item("palette.words")

    def move(self, by: int) -> None:
        """Go to the next or the last entry."""
        self._at = max(0, min(len(self._fits[:SHOWN]) - 1, self._at + by))
        self._mark()
        dpg.focus_item("palette.words")  # Dear PyGui's own navigation has moved on to a button, which Enter would press

    def take(self) -> None:
        """Do what the marked entry says."""
        self._do(self._at)

    def _filter(self, words: str) -> None:
        if not self.open:  # Esc, which closes it, also empties the field
            return
        self._fits, self._at = found(self._all, words), 0
        with refill("palette.list"):
            for number, entry in enumerate(self._fits[:SHOWN]):
                self._line(number, entry)
            if not self._fits:
                text(self._ui, "Nothing fits.", tone="muted")
        self._mark()

    def _line(self, number: int, entry: Entry) -> None:
        ui = self._ui
        with row(ui):
            dpg.add_button(
                label=f"{entry.icon or icons.CHEVRON_RIGHT}   {entry.title}",
                width=ui.px(WIDTH - 120),
                tag=f"palette.{number}",
                callback=lambda: self._do(number),
            )
            text(ui, entry.shortcut, "small")

    def _mark(self) -> None:
        for number in range(len(self._fits[:SHOWN])):
            self._ui.theme(f"palette.{number}", "row_on" if number == self._at else "row")

    def _do(self, number: int) -> None:
        if self.open and number < len(self._fits):
            entry = self._fits[number]
            self._ui.dialogs.close()
            entry.do()
