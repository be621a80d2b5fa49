"""What was changed of the preset: how much, a line for each change with its way back, and the way back from all."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, grid, pill, refill, row, text
from retroml_dearpygui.viewmodels.wording import several

if TYPE_CHECKING:
    from collections.abc import Callable

    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.changes import Change

__all__ = ["ChangesBox"]


class ChangesBox:
    """Draws changes under tags `train.changed.*`; nothing is shown while there are none."""

    def __init__(self, ui: Ui, revert: Callable[[str], None], reset: Callable[[], None]) -> None:
        self._ui = ui
        self._revert = revert
        self._reset = reset
        self._shown: list[Change] = []

    def build(self) -> None:
        """Make the box in the current container."""
        self._shown = []
        with dpg.group(tag="train.changed", show=False):
            with row(self._ui, 8):
                pill(self._ui, "", "accent", tag="train.changes")
                button(self._ui, "Reset all", self._reset, "link", icon=icons.ROTATE_CCW, tag="train.reset")
            self._ui.theme(dpg.add_group(tag="train.changed.list"), "tight")

    def show(self, changes: list[Change], preset: str) -> None:
        """Bring it up to date; `preset` is what the preset is called."""
        dpg.configure_item("train.changed", show=bool(changes))
        dpg.set_item_label("train.changes", f"You changed {several(len(changes), 'setting')} of {preset}")
        if changes == self._shown:
            return
        self._shown = list(changes)
        with refill("train.changed.list"):
            for change in changes:
                self._line(change)

    def _line(self, change: Change) -> None:
        with grid(self._ui, [1, -34]):
            text(self._ui, f"{change.label}: {change.now}, not {change.usual}", "small", wrap=0)
            button(
                self._ui,
                "",
                functools.partial(self._revert, change.key),
                "ghost",
                icon=icons.ROTATE_CCW,
                tip=f"Back to {change.usual}",
                tag=f"train.changed.{change.key}.revert",
            )
