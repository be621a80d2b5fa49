"""`TableView`: a long table. Its rows are made once and rewritten, because making them anew costs ten times as much."""

from __future__ import annotations

import bisect
import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import refill
from retroml_dearpygui.viewmodels.table_columns import TableColumns
from retroml_dearpygui.viewmodels.wording import short

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["TableColumn", "TableRow", "TableView"]

TICK_WIDTH = 30
SCROLLBAR = 12
MENU_WIDTH = 36
PICTURE = (20, 26)
BUTTON_PADDING = 8
"""Pixels at 100 % beside the words on a button."""
MOST_WIDTHS = 5000
FRAMES_TO_SETTLE = 3


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column: `width` is its share. `sortable` ones call `sort`; `largest_first` is how they sort at the first click.

    `numbers` are written so that they end at the same place.
    """

    key: str
    title: str
    width: float = 1.0
    sortable: bool = True
    largest_first: bool = False
    numbers: bool = False


@dataclass(frozen=True, kw_only=True)
class TableRow:
    """A row: `key` names it in callbacks, `cells` are (text, role of its colour) in order of the columns.

    `picture` is a texture, in tables with pictures.
    """

    key: str
    cells: tuple[tuple[str, str], ...]
    ticked: bool = False
    picture: int | str = 0


class TableView:
    """A table whose first column opens a row, with ticks in front and a menu behind where `tick` and `menu` are given.

    With `pictures` each row shows one before its first column.

    `open`, `tick` and `menu` are called with the key of the row, `sort` with that of the column and whether downwards. Narrower
    than `least_width` pixels at 100 % it scrolls sideways; words that do not fit end with "…". How the user arranges its
    columns is kept under its tag.
    """

    def __init__(
        self,
        desk: Desk,
        ui: Ui,
        tag: str,
        columns: Sequence[TableColumn],
        *,
        open: Callable[[str], None],
        sort: Callable[[str, bool], None],
        tick: Callable[[str, bool], None] | None = None,
        menu: Callable[[str], None] | None = None,
        pictures: bool = False,
        least_width: float = 0,
    ) -> None:
        self.tag = tag
        self._desk, self._ui = desk, ui
        self.columns = list(columns)
        self.arranged = TableColumns(desk.layout, tag, {column.key: column.width for column in columns})
        self._places = {column.key: place for place, column in enumerate(columns)}
        self._pressed, self._settling = False, 0
        self._least_width = least_width
        self._inner = 0
        self._open, self._sort, self._tick, self._menu = open, sort, tick, menu
        self._pictures = pictures
        self._shown: list[TableRow | None] = []
        self._keys: list[str] = []
        self._widths: dict[str, int] = {}
        self._indents: dict[Item, int] = {}
        self._fitted: dict[str, int] = {}

    def build(self, sorted_by: str, descending: bool, height: float = -1) -> None:
        """Make the table in the current container, marked as sorted by a column."""
        self._shown, self._keys, self._inner = [], [], 0
        self._widths, self._indents, self._fitted = {}, {}, {}
        px = self._ui.px
        with dpg.table(
            tag=self.tag, header_row=True, sortable=True, resizable=True, reorderable=True, hideable=True,
            borders_innerH=True, scrollY=True, clipper=True, freeze_rows=1, height=int(height),
            policy=dpg.mvTable_SizingStretchProp, pad_outerX=True,
            scrollX=bool(self._least_width), callback=lambda _sender, spec: self._sorted(spec),
        ):  # fmt: skip
            still: dict[str, Any] = {
                "width_fixed": True,
                "no_sort": True,
                "no_resize": True,
                "no_reorder": True,
                "no_hide": True,
            }
            if self._tick:
                dpg.add_table_column(label="", init_width_or_weight=px(TICK_WIDTH), **still)
            if self._pictures:
                dpg.add_table_column(label="", init_width_or_weight=px(PICTURE[0]), **still)
            for column in self._from_left():
                down = descending if column.key == sorted_by else column.largest_first
                dpg.add_table_column(
                    label=column.title, user_data=column.key, tag=self._head(column.key), no_sort=not column.sortable,
                    width_stretch=True, init_width_or_weight=self.arranged.width(column.key),
                    show=self.arranged.shown(column.key), no_hide=column.key not in self.arranged.can_hide,
                    prefer_sort_descending=down, prefer_sort_ascending=not down, default_sort=column.key == sorted_by,
                )  # fmt: skip
            if self._menu:
                dpg.add_table_column(label="", init_width_or_weight=px(MENU_WIDTH), **still)
        self._ui.theme(self.tag, "table")

    def show(self, rows: Sequence[TableRow]) -> None:
        """Show these rows and no others; only what differs from what is shown is touched."""
        for index, row in enumerate(rows):
            if index == len(self._shown):
                self._make(index)
            if self._shown[index] != row:
                self._write(index, row)
        for index in range(len(rows), len(self._shown)):
            if self._shown[index] is not None:
                dpg.configure_item(self._row(index), show=False)
                self._shown[index] = None
        self._align()

    def tick(self, width: float) -> None:
        """Once a frame, with the width there is in pixels: where it is less than the table needs, it scrolls sideways.

        Columns are looked at after the mouse was let go: nothing else moves them.
        """
        pressed = dpg.is_mouse_button_down(dpg.mvMouseButton_Left)
        if self._pressed and not pressed:
            self._settling = FRAMES_TO_SETTLE
        elif self._settling:
            self._settling -= 1
            if not self._settling:
                self._look_at_columns()
        self._pressed = pressed
        inner = max(int(width) - self._ui.px(SCROLLBAR), self._ui.px(self._least_width))
        if self._least_width and width and inner != self._inner:
            self._inner = inner
            dpg.configure_item(self.tag, inner_width=inner)
        if not pressed:
            self._fit()

    def to_top(self) -> None:
        """Scroll to the first row."""
        dpg.set_y_scroll(self.tag, 0)

    def show_column(self, key: str, shown: bool) -> None:
        """Show a column or hide it, from now on."""
        self.arranged.show(key, shown)
        dpg.configure_item(self._head(key), show=self.arranged.shown(key))

    def move_column(self, key: str, places: int) -> None:
        """Move a column to the right, or with a minus to the left; everything is built anew for it."""
        self.arranged.move(key, places)
        self._desk.front.restyle()

    def widen_column(self, key: str, factor: float) -> None:
        """Give a column so many times its width; everything is built anew for it."""
        self.arranged.widen(key, factor)
        self._desk.front.restyle()

    def reset_columns(self) -> None:
        """All columns as at first; everything is built anew for it."""
        self.arranged.reset()
        self._desk.front.restyle()

    def opener(self, key: str) -> Item:
        """The button that opens the row called `key`, that of the first row where there is no such row."""
        index = self._keys.index(key) if key in self._keys else 0
        return self.cell(index, self.columns[0].key)

    def cell(self, index: int, column: str) -> Item:
        """The item that shows a column of the row at `index`, for tests."""
        return f"{self.tag}.{index}.{column}"

    # --- inside ---------------------------------------------------------------------------------------------------------

    def _from_left(self) -> list[TableColumn]:
        return [self.columns[self._places[key]] for key in self.arranged.order]

    def _head(self, key: str) -> str:
        return f"{self.tag}.column.{key}"

    def _fit(self) -> None:
        """Write all words anew when columns have another width than those had they were cut for."""
        heads = {column.key: dpg.get_item_state(self._head(column.key)) for column in self.columns}
        widths = {key: int(head["rect_size"][0]) for key, head in heads.items()}
        if widths != self._fitted:
            self._fitted = widths
            for index, row in enumerate(self._shown):
                if row is not None:
                    for place, cell in enumerate(row.cells):
                        self._write_cell(index, place, cell)
            self._align()

    def _cut(self, words: str, place: int) -> str:
        """As much of the words for a column as it has room for."""
        column = self.columns[place]
        room = self._fitted.get(column.key, 0) - (0 if place else self._ui.px(BUTTON_PADDING))
        if room <= 0 or self._width(words) <= room:
            return words
        letters = bisect.bisect_right(range(1, len(words)), room, key=lambda count: self._width(short(words, count)))
        return short(words, max(letters, 1))

    def _look_at_columns(self) -> None:
        """Keep order, widths and what was hidden by the menu of the headlines, as they are on screen."""
        for key in self.arranged.can_hide:
            if (shown := bool(dpg.is_item_shown(self._head(key)))) != self.arranged.shown(key):
                self.arranged.show(key, shown)
        heads = {column.key: dpg.get_item_state(self._head(column.key)) for column in self.columns}
        widths = {key: int(head["rect_size"][0]) for key, head in heads.items() if self.arranged.shown(key)}
        if dpg.is_item_visible(self.tag) and all(widths.values()):
            self.arranged.seen(widths, self._order_on_screen(list(widths)))

    def _order_on_screen(self, keys: list[str]) -> list[str]:
        """The columns of which a cell is on screen, from left to right."""
        seen = {}
        for index, row in enumerate(self._shown):
            cells = [(key, self.cell(index, key)) for key in keys]
            if row is not None and any(dpg.is_item_visible(item) for _, item in cells):
                places = [(key, item) for key, item in cells if dpg.is_item_visible(item)]
                seen = {key: dpg.get_item_rect_min(item)[0] - self._indents.get(item, 0) for key, item in places}
                break
        return sorted(seen, key=lambda key: seen[key])

    def _row(self, index: int) -> str:
        return f"{self.tag}.{index}"

    def _make(self, index: int) -> None:
        ui, name = self._ui, self._row(index)
        with dpg.table_row(parent=self.tag, tag=name, show=False):
            if self._tick:
                dpg.add_checkbox(tag=f"{name}.tick", user_data=index, callback=self._ticked)
            if self._pictures:
                dpg.add_group(tag=f"{name}.picture")
            for column in self._from_left():
                if self._places[column.key]:
                    dpg.add_text("", tag=self.cell(index, column.key))
                else:
                    item = dpg.add_button(tag=self.cell(index, column.key), user_data=index, callback=self._opened, width=-1)
                    ui.theme(item, "cell")
            if self._menu:
                item = dpg.add_button(label=icons.ELLIPSIS, tag=f"{name}.menu", user_data=index, callback=self._asked)
                ui.theme(item, "cell")
        self._shown.append(None)
        self._keys.append("")

    def _write(self, index: int, row: TableRow) -> None:
        before = self._shown[index]
        self._keys[index] = row.key
        if before is None:
            dpg.configure_item(self._row(index), show=True)
        if self._tick and (before is None or before.ticked != row.ticked):
            dpg.set_value(f"{self._row(index)}.tick", row.ticked)
        if self._pictures and (before is None or before.picture != row.picture):
            with refill(f"{self._row(index)}.picture"):
                dpg.add_image(row.picture, width=self._ui.px(PICTURE[0]), height=self._ui.px(PICTURE[1]))
        for place, cell in enumerate(row.cells):
            if before is None or before.cells[place] != cell:
                self._write_cell(index, place, cell)
        self._shown[index] = row

    def _write_cell(self, index: int, place: int, cell: tuple[str, str]) -> None:
        item, words, tone = self.cell(index, self.columns[place].key), self._cut(cell[0], place), cell[1]
        if place == 0:
            dpg.set_item_label(item, f"{words}##{item}")
        else:
            dpg.set_value(item, words)
            dpg.configure_item(item, color=self._ui.tone(tone))

    def _align(self) -> None:
        """Have the numbers of a column end where the longest of them ends."""
        for place, column in enumerate(self.columns):
            if column.numbers and place:
                shown = [self._cut(row.cells[place][0], place) for row in self._shown if row is not None]
                widths = [self._width(words) for words in shown]
                for index, width in enumerate(widths):
                    item, indent = self.cell(index, column.key), max(widths) - width
                    if self._indents.get(item, 0) != indent:
                        self._indents[item] = indent
                        dpg.configure_item(item, indent=indent)

    def _width(self, words: str) -> int:
        if words in self._widths:
            return self._widths[words]
        size = dpg.get_text_size(words, font=self._ui.font_of("body"))
        if not size or not size[0]:  # no words, or nothing was drawn yet
            return 0
        if len(self._widths) > MOST_WIDTHS:
            self._widths.clear()
        self._widths[words] = int(size[0])
        return self._widths[words]

    def _sorted(self, spec: Sequence[Sequence[int]] | None) -> None:
        if spec:
            column, direction = spec[0]
            self._sort(str(dpg.get_item_user_data(column)), direction < 0)

    def _opened(self, _sender: Item, _data: Any, index: int) -> None:
        self._open(self._keys[index])

    def _ticked(self, _sender: Item, ticked: bool, index: int) -> None:
        if self._tick:
            row = self._shown[index]
            if row is not None:
                self._shown[index] = dataclasses.replace(row, ticked=ticked)
            self._tick(self._keys[index], ticked)

    def _asked(self, _sender: Item, _data: Any, index: int) -> None:
        if self._menu:
            self._menu(self._keys[index])
