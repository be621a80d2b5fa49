"""Modal windows: a question before something ends, the report of a crash."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, row, space, text

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Question
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["Dialogs"]

WIDTH = 460
FRAMES_BETWEEN = 2
"""Dear PyGui never shows a modal window in the frame in which another one went."""


class Dialogs:
    """At most one modal window at a time; Escape closes it."""

    def __init__(self, ui: Ui) -> None:
        self._ui = ui
        self._tag = ""
        self._rest = 0
        self._closed: Callable[[], None] = lambda: None

    @property
    def open(self) -> bool:
        """Whether a dialog is shown."""
        return bool(self._tag) and bool(dpg.does_item_exist(self._tag))

    def close(self) -> None:
        """Take the dialog away."""
        if self.open:
            dpg.delete_item(self._tag)
            self._rest = FRAMES_BETWEEN
        self._tag = ""
        closed, self._closed = self._closed, lambda: None
        closed()

    @contextmanager
    def window(self, tag: str, width: float, closed: Callable[[], None] = lambda: None) -> Iterator[Item]:
        """A modal window of `width` pixels at 100 %, as high as what is put into it; `closed` is called when it goes."""
        self.close()
        ui, self._tag, self._closed = self._ui, tag, closed
        with dpg.window(
            tag=tag, modal=True, no_title_bar=True, no_resize=True, no_move=True, no_scrollbar=True,
            no_saved_settings=True, autosize=True, min_size=(ui.px(width), 40), pos=self._place(width), show=not self._rest,
        ) as window:  # fmt: skip
            ui.theme(window, "modal")
            yield window

    def tick(self) -> None:
        """Show the dialog as soon as that can be done, keep it in the middle."""
        if self._rest:
            self._rest -= 1
            if self.open and not self._rest:
                dpg.show_item(self._tag)
        if self.open:
            width, height = dpg.get_item_rect_size(self._tag)
            if width:
                room = dpg.get_viewport_client_width() - width, dpg.get_viewport_client_height() - height
                dpg.set_item_pos(self._tag, [max(0, int(room[0] / 2)), max(0, int(room[1] * 0.42))])

    def ask(self, question: Question) -> None:
        """Show a question; its dialog has the tag `confirm`, its buttons `confirm.ok` and `confirm.cancel`."""
        ui = self._ui

        def agree() -> None:
            self.close()
            question.do()

        with self.window("confirm", WIDTH):
            with row(ui, 10):
                mark = icons.TRIANGLE_ALERT if question.danger else icons.INFO
                dpg.add_text(mark, color=ui.tone("danger" if question.danger else "info"))
                text(ui, question.title, "h2", wrap=ui.px(WIDTH - 80))
            text(ui, question.text, tone="muted", wrap=ui.px(WIDTH - 44))
            space(ui, 4)
            with row(ui):
                kind = "danger_solid" if question.danger else "primary"
                button(ui, question.label, agree, kind, tag="confirm.ok", width=ui.px(200))
                button(ui, "Cancel", self.close, tag="confirm.cancel", width=ui.px(120))

    def crash(self, report: str, copy: Callable[[str], None]) -> None:
        """Show the report of a crash with a button that copies it."""
        ui = self._ui
        with self.window("crash", 760):
            with row(ui, 10):
                dpg.add_text(icons.CIRCLE_X, color=ui.tone("danger"))
                text(ui, "Something went wrong inside the app", "h2")
            text(ui, "Trainings are not affected. The report below helps to mend it.", tone="muted")
            box = dpg.add_input_text(default_value=report, multiline=True, readonly=True, width=-1, height=ui.px(300))
            ui.font(box, "mono")
            with row(ui):
                button(ui, "Copy report", lambda: copy(report), "primary", icon=icons.COPY, tag="crash.copy")
                button(ui, "Close", self.close, tag="crash.close")

    def _place(self, width: float) -> tuple[int, int]:
        return max(0, (dpg.get_viewport_client_width() - self._ui.px(width)) // 2), self._ui.px(160)
