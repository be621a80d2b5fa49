"""`Split`: a page in two columns, whose edge between them is moved with mouse or keyboard and stays where it was put."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui import shortcuts
from retroml_dearpygui.ui.widgets.basic import cell, grid

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["Split"]

LEAST, MOST_SHARE = 240, 0.55
TOLERANCE = 2
STEP = 40
"""Pixels at 100 % that a key moves the edge by."""


class Split:
    """The side column is `usual` pixels wide at 100 % until it is dragged, the other one takes the rest.

    Where the window is narrow, both stand one below the other. The edge is remembered under `tag`.
    """

    def __init__(self, desk: Desk, ui: Ui, tag: str, usual: float, *, left: bool = False) -> None:
        self._desk, self._ui, self._tag = desk, ui, tag
        self._usual, self._left = usual, left
        self._pressed = False

    @contextmanager
    def build(self) -> Iterator[Item]:
        """Make the columns; the first item made inside is the left one, the second the right one."""
        self._pressed = False
        if self._ui.narrow:
            with cell() as both:
                yield both
            return
        widths = [-self._width, 1.0] if self._left else [1.0, -self._width]
        with grid(self._ui, widths, resizable=True, tag=self._tag) as table:
            self._ui.theme(table, "split")
            yield table

    def tick(self) -> None:
        """Once a frame: the edge is looked at after the mouse was let go."""
        pressed = dpg.is_mouse_button_down(dpg.mvMouseButton_Left)
        if self._pressed and not pressed and dpg.does_item_exist(self._tag):
            column = dpg.get_item_children(self._tag, 0)[0 if self._left else 1]
            width = dpg.get_item_state(column)["rect_size"][0] / self._ui.scale
            if width > 0 and abs(width - self._width) > TOLERANCE:
                self._desk.layout.keep_panel(self._tag, round(width, 1))
        self._pressed = pressed

    @property
    def keys(self) -> Mapping[str, Callable[[], None]]:
        """The keys that move the edge; none where the columns stand one below the other."""
        if not dpg.does_item_exist(self._tag):
            return {}
        return {shortcuts.LEFT: partial(self._move, -STEP), shortcuts.RIGHT: partial(self._move, STEP)}

    def _move(self, pixels: float) -> None:
        """Everything is built anew for it: Dear PyGui takes the width of a column only when its table is made."""
        before = self._width
        after = self._within(before + (pixels if self._left else -pixels))
        if after != before:
            self._desk.layout.keep_panel(self._tag, after)
            self._desk.front.restyle()

    @property
    def _width(self) -> float:
        """Pixels at 100 %."""
        return self._within(self._desk.layout.panel(self._tag, self._usual))

    def _within(self, width: float) -> float:
        """`width`, so that the other column has its share of the window, too."""
        room = dpg.get_viewport_client_width() / self._ui.scale
        most = max(LEAST, room * MOST_SHARE) if room else self._usual
        return min(max(width, LEAST), max(most, self._usual))
