"""Short messages in the corner. They never take the focus, and go by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.services.undo import Undo
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, inside, row, text

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["Toasts"]

SECONDS, UNDO_SECONDS = 4.5, 9.0
WIDTH = 360
SHOWN = 4
ICONS = {"info": icons.INFO, "ok": icons.CIRCLE_CHECK, "warn": icons.TRIANGLE_ALERT, "danger": icons.CIRCLE_X}


@dataclass
class _Toast:
    window: str
    until: float
    words: tuple[str, str]
    undo: Undo | None = None

    def over(self, now: float) -> bool:
        """Whether it was read, or what it offers was done elsewhere."""
        return now > self.until or (self.undo is not None and self.undo.spent)


class Toasts:
    """The messages on screen, the newest below. `clock` gives seconds."""

    def __init__(self, ui: Ui, clock: Callable[[], float]) -> None:
        self._ui = ui
        self._clock = clock
        self._toasts: list[_Toast] = []
        self._count = 0

    @property
    def words(self) -> list[tuple[str, str]]:
        """Title and text of what is shown."""
        return [toast.words for toast in self._toasts]

    def show(self, title: str, words: str, kind: str, undo: Callable[[], None] | None = None) -> None:
        """Show a message; an `undo` gets a button and more time."""
        self._count += 1
        tag = f"toast.{self._count}"
        ui = self._ui
        dpg.add_window(
            tag=tag, no_title_bar=True, no_move=True, no_resize=True, no_scrollbar=True, no_saved_settings=True,
            no_focus_on_appearing=True, autosize=True, min_size=(ui.px(WIDTH), 30), pos=(-4000, -4000),
        )  # fmt: skip
        ui.theme(tag, "toast")
        with inside(tag):
            with row(ui, 8):
                dpg.add_text(ICONS[kind], color=ui.tone(kind))
                text(ui, title, "strong", wrap=ui.px(WIDTH - 60))
            if words:
                text(ui, words, "small", wrap=ui.px(WIDTH - 30))
            if undo:
                self._undo_button(tag, undo)
        until = self._clock() + (UNDO_SECONDS if undo else SECONDS + len(words) / 40)
        self._toasts.append(_Toast(tag, until, (title, words), undo if isinstance(undo, Undo) else None))
        for old in self._toasts[:-SHOWN]:
            self._drop(old)

    def _undo_button(self, tag: str, undo: Callable[[], None]) -> None:
        def take_back() -> None:
            for toast in self._toasts:
                if toast.window == tag:
                    self._drop(toast)
            undo()

        button(self._ui, "Undo", take_back, "link", icon=icons.ROTATE_CCW, tag=f"{tag}.undo")

    def tick(self, width: int, height: int) -> None:
        """Put the messages into the lower right corner of a window of this size; take away what has been read."""
        now = self._clock()
        for toast in [toast for toast in self._toasts if toast.over(now)]:
            self._drop(toast)
        bottom = height - self._ui.px(18)
        for toast in reversed(self._toasts):
            wide, high = dpg.get_item_rect_size(toast.window)
            bottom -= int(high) + self._ui.px(10)
            dpg.set_item_pos(toast.window, [width - int(wide) - self._ui.px(22), bottom])

    def clear(self) -> None:
        """Take all messages away."""
        for toast in list(self._toasts):
            self._drop(toast)

    def _drop(self, toast: _Toast) -> None:
        self._toasts = [other for other in self._toasts if other is not toast]
        dpg.delete_item(toast.window)
