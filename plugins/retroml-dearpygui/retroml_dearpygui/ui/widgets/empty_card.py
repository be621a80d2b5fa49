"""The card in the place of a list without entries: why it has none, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui.widgets.basic import button, card, cell, row, space, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from retroml_dearpygui.ui.ui import Ui

__all__ = ["EmptyCard"]


class EmptyCard:
    """Tags `<tag>.empty`, `<tag>.empty.title`, `<tag>.empty.text`, and `<tag>.<key>` for each of its buttons.

    `offers` says of each button its words, its icon and what it does; the first is the one that leads to a first entry.
    """

    def __init__(self, ui: Ui, tag: str, offers: Mapping[str, tuple[str, str, Callable[[], None]]]) -> None:
        self._ui, self._tag, self._offers = ui, tag, offers

    def build(self) -> None:
        """Make the card in the current container, not shown."""
        ui, kind = self._ui, "primary"
        with card(ui, tag=f"{self._tag}.empty", show=False):
            space(ui, 18)
            with cell() as lines:
                ui.theme(lines, "tight")
                text(ui, "", "h2", tag=f"{self._tag}.empty.title")
                text(ui, "", tone="muted", tag=f"{self._tag}.empty.text", wrap=0)
            space(ui, 2)
            with row(ui):
                for key, (words, icon, do) in self._offers.items():
                    button(ui, words, do, kind, icon=icon, tag=f"{self._tag}.{key}")
                    kind = "secondary"
            space(ui, 18)

    def show(self, title: str, words: str = "", *offered: str) -> None:
        """Say why there is nothing, with the buttons of these keys; without a title the card goes."""
        dpg.configure_item(f"{self._tag}.empty", show=bool(title))
        dpg.set_value(f"{self._tag}.empty.title", title)
        dpg.set_value(f"{self._tag}.empty.text", words)
        for key in self._offers:
            dpg.configure_item(f"{self._tag}.{key}", show=key in offered)
