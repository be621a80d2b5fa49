"""A menu at the mouse, or at the button that was pressed by keyboard: things to do with what was chosen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui.keyboard import focused

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["Choice", "Menu"]

FRAMES_TO_GO = 2


@dataclass(frozen=True, kw_only=True)
class Choice:
    """An entry of a menu; one that is not `able` is grey."""

    key: str
    title: str
    do: Callable[[], None]
    icon: str = ""
    able: bool = True


class Menu:
    """One menu, whose entries are made anew each time it opens. Entries have the tag `<tag>.<key>`."""

    def __init__(self, ui: Ui, tag: str) -> None:
        self.tag = tag
        self._ui = ui
        self._chosen: tuple[int, Callable[[], None]] | None = None

    @property
    def open(self) -> bool:
        """Whether it is shown."""
        return bool(dpg.does_item_exist(self.tag)) and bool(dpg.is_item_shown(self.tag))

    def show(self, choices: Sequence[Choice]) -> None:
        """Open it where the user is, with its first entry ready for the keyboard."""
        self.close()
        ui = self._ui
        left, top = _here()
        rows = len(choices)
        width, height = ui.px(200), ui.px(20) + rows * ui.px(36)
        at = (
            int(min(left, dpg.get_viewport_client_width() - width - 8)),
            int(min(top, dpg.get_viewport_client_height() - height - 8)),
        )
        with dpg.window(tag=self.tag, popup=True, no_saved_settings=True, pos=at, min_size=(width, 10)) as window:
            for choice in choices:
                item = dpg.add_button(
                    label=f"{choice.icon}   {choice.title}", width=width, enabled=choice.able, tag=f"{self.tag}.{choice.key}",
                    user_data=choice, callback=self._choose,
                )  # fmt: skip
                ui.theme(item, "row")
        ui.theme(window, "menu")
        first = next((choice.key for choice in choices if choice.able), "")
        if first:
            dpg.focus_item(f"{self.tag}.{first}")

    def close(self) -> None:
        """Take it away."""
        if dpg.does_item_exist(self.tag):
            dpg.delete_item(self.tag)

    def tick(self) -> None:
        """Once a frame: do what was chosen, when the menu is gone; a dialog opened before would go with it."""
        if self._chosen is not None and dpg.get_frame_count() >= self._chosen[0]:
            do, self._chosen = self._chosen[1], None
            do()

    def _choose(self, _sender: Item, _data: Any, choice: Choice) -> None:
        self.close()
        self._chosen = dpg.get_frame_count() + FRAMES_TO_GO, choice.do


def _here() -> tuple[float, float]:
    """Where the mouse is, or the lower edge of what has the focus when the mouse is elsewhere."""
    item = focused()
    if item is not None and "rect_min" in dpg.get_item_state(item) and not dpg.is_item_hovered(item):
        return dpg.get_item_rect_min(item)[0], dpg.get_item_rect_max(item)[1]
    left, top = dpg.get_mouse_pos(local=False)
    return left, top
