"""The button "Columns" of a table, and the list of columns it opens, with a tick for each that is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Item, Ui
    from retroml_dearpygui.ui.widgets.table_view import TableView

__all__ = ["ColumnsBox"]

WIDTH, ROW, PAD = 190, 34, 24


class ColumnsBox:
    """The button has the tag `<tag>`, the list `<tag>.list`, a column's tick `<tag>.<key>`, the way back `<tag>.usual`."""

    def __init__(self, ui: Ui, tag: str) -> None:
        self._ui, self._tag = ui, tag
        self._table: TableView | None = None

    def build(self) -> None:
        """Make the button in the current container."""
        tip = "Which columns the table shows. Drag a headline to move it, its edge to change its width."
        button(self._ui, "Columns", self._open, "ghost", icon=icons.LIST, tip=tip, tag=self._tag)

    def attach(self, table: TableView) -> None:
        """The table that the button is for, built anew or for the first time."""
        self._table = table

    def close(self) -> None:
        """Take the list away."""
        if dpg.does_item_exist(f"{self._tag}.list"):
            dpg.delete_item(f"{self._tag}.list")

    def _open(self) -> None:
        self.close()
        table, ui = self._table, self._ui
        if table is None:
            return
        titles = {column.key: column.title for column in table.columns}
        width, height = ui.px(WIDTH), ui.px(PAD + ROW * (len(titles) + 1))
        left, bottom = dpg.get_item_rect_min(self._tag)[0], dpg.get_item_rect_max(self._tag)[1]
        at = (
            max(0, int(min(left, dpg.get_viewport_client_width() - width - 8))),
            max(0, int(min(bottom + 4, dpg.get_viewport_client_height() - height - 8))),
        )
        most = dpg.get_viewport_client_height()
        with dpg.window(
            tag=f"{self._tag}.list", popup=True, no_saved_settings=True, pos=at, min_size=(width, 10), max_size=(width, most)
        ) as window:
            for key in table.arranged.can_hide:
                dpg.add_checkbox(
                    label=titles[key], default_value=table.arranged.shown(key), tag=f"{self._tag}.{key}", user_data=key,
                    callback=self._ticked,
                )  # fmt: skip
            button(ui, "Usual columns", self._usual, "link", tag=f"{self._tag}.usual")
        ui.theme(window, "menu_list")
        dpg.focus_item(f"{self._tag}.{table.arranged.can_hide[0]}")

    def _ticked(self, _sender: Item, on: bool, key: Any) -> None:
        if self._table is not None:
            self._table.show_column(key, on)

    def _usual(self) -> None:
        self.close()
        if self._table is not None:
            self._table.reset_columns()
