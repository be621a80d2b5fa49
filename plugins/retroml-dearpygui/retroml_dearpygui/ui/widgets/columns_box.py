"""The button "Columns" of a table, and the list of columns it opens, with a tick for each that is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from retroml_dearpygui import shortcuts
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, text

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Item, Ui
    from retroml_dearpygui.ui.widgets.table_view import TableView

__all__ = ["ColumnsBox"]

WIDTH, ROW, PAD = 236, 34, 24
WIDER = 1.25
HINT = "Ctrl+Shift and the arrows move the\ncolumn that has the focus, or change\nits width."


class ColumnsBox:
    """The button has the tag `<tag>`, the list `<tag>.list`, a column's tick `<tag>.<key>`, the way back `<tag>.usual`."""

    def __init__(self, ui: Ui, tag: str) -> None:
        self._ui, self._tag = ui, tag
        self._table: TableView | None = None
        self._again = ""

    def build(self) -> None:
        """Make the button in the current container."""
        tip = "Which columns the table shows. Drag a headline to move it, its edge to change its width."
        button(self._ui, "Columns", lambda: self._open(), "ghost", icon=icons.LIST, tip=tip, tag=self._tag)

    def attach(self, table: TableView) -> None:
        """The table that the button is for, built anew or for the first time."""
        self._table = table

    @property
    def keys(self) -> Mapping[str, Callable[[], None]]:
        """The keys that move the column whose tick has the focus, and make it wider or narrower."""
        table = self._table
        titles = table.arranged.can_hide if table is not None and dpg.does_item_exist(f"{self._tag}.list") else []
        key = next((key for key in titles if dpg.is_item_focused(f"{self._tag}.{key}")), "")
        if table is None or not key:
            return {}
        return {
            shortcuts.LEFT: partial(self._arrange, key, partial(table.move_column, key, -1)),
            shortcuts.RIGHT: partial(self._arrange, key, partial(table.move_column, key, 1)),
            shortcuts.UP: partial(self._arrange, key, partial(table.widen_column, key, WIDER)),
            shortcuts.DOWN: partial(self._arrange, key, partial(table.widen_column, key, 1 / WIDER)),
        }

    def tick(self) -> None:
        """Once a frame: the list is opened anew after a key has changed the table, on the same column."""
        if self._again and dpg.get_item_rect_size(self._tag)[0] > 0:
            key, self._again = self._again, ""
            self._open(key)

    def close(self) -> None:
        """Take the list away."""
        if dpg.does_item_exist(f"{self._tag}.list"):
            dpg.delete_item(f"{self._tag}.list")

    def _arrange(self, key: str, do: Callable[[], None]) -> None:
        self.close()
        self._again = key
        do()

    def _open(self, key: str = "") -> None:
        self.close()
        table, ui = self._table, self._ui
        if table is None:
            return
        titles = {column.key: column.title for column in table.columns}
        width, height = ui.px(WIDTH), ui.px(PAD + ROW * (len(titles) + 2))
        left, bottom = dpg.get_item_rect_min(self._tag)[0], dpg.get_item_rect_max(self._tag)[1]
        at = (
            max(0, int(min(left, dpg.get_viewport_client_width() - width - 8))),
            max(0, int(min(bottom + 4, dpg.get_viewport_client_height() - height - 8))),
        )
        most = dpg.get_viewport_client_height()
        with dpg.window(
            tag=f"{self._tag}.list", popup=True, no_saved_settings=True, pos=at, min_size=(width, 10), max_size=(width, most)
        ) as window:
            for name in table.arranged.can_hide:
                dpg.add_checkbox(
                    label=titles[name], default_value=table.arranged.shown(name), tag=f"{self._tag}.{name}", user_data=name,
                    callback=self._ticked,
                )  # fmt: skip
            button(ui, "Usual columns", self._usual, "link", tag=f"{self._tag}.usual")
            text(ui, HINT, "small")
        ui.theme(window, "menu_list")
        dpg.focus_item(f"{self._tag}.{key or table.arranged.can_hide[0]}")

    def _ticked(self, _sender: Item, on: bool, key: Any) -> None:
        if self._table is not None:
            self._table.show_column(key, on)

    def _usual(self) -> None:
        self.close()
        if self._table is not None:
            self._table.reset_columns()
