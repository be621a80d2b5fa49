"""Experiments: the table of all runs, and the page of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui import shortcuts
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.page import Page
from retroml_dearpygui.ui.pages.compare import CompareView
from retroml_dearpygui.ui.pages.run_detail import RunDetail
from retroml_dearpygui.ui.pages.runs_bar import RunsBar
from retroml_dearpygui.ui.widgets.basic import button, card, row, text
from retroml_dearpygui.ui.widgets.columns_box import ColumnsBox
from retroml_dearpygui.ui.widgets.empty_card import EmptyCard
from retroml_dearpygui.ui.widgets.export_box import ExportBox
from retroml_dearpygui.ui.widgets.menu import Choice, Menu
from retroml_dearpygui.ui.widgets.table_view import TableColumn, TableRow, TableView
from retroml_dearpygui.viewmodels.compare import CompareViewModel
from retroml_dearpygui.viewmodels.experiments import PAGE_SIZE, ExperimentsViewModel
from retroml_dearpygui.viewmodels.run_detail import RunDetailViewModel
from retroml_dearpygui.viewmodels.run_states import state_words

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from retroml_core.index import RunRow
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.page import Keyed
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["ExperimentsPage"]

PAGER, LEAST_WIDTH = 44, 1130
LOW, LEAST_HEIGHT = 720, 260
"""In a window lower than this the table has that height, and the page scrolls: hardly a row would be left otherwise."""
PLACES = ("list", "detail", "compared")


class ExperimentsPage(Page):
    """The table; with `run` among the arguments of `desk.go`, the page of that run."""

    def __init__(self, desk: Desk, ui: Ui) -> None:
        super().__init__(desk, ui)
        self.vm = desk.viewmodel(ExperimentsViewModel)
        self.detail = RunDetail(desk, ui, desk.viewmodel(RunDetailViewModel), self.vm.reload)
        self.compared = desk.viewmodel(CompareViewModel)
        self.compare = CompareView(ui, self.compared)
        self.table: TableView | None = None
        self.export = ExportBox(desk, ui, "experiments.exporting", lambda formats, to: self.vm.export(self._ids, formats, to))
        self._menu = Menu(ui, "experiments.menu")
        self._columns = ColumnsBox(ui, "experiments.columns")
        self.bar = RunsBar(ui, self.vm, self._columns, self._actions(), lambda: ui.focus(self._first("list")))
        offers = {
            "first": ("Train an agent", icons.PLAY, lambda: desk.go("train")),
            "showall": ("Show all runs", icons.X, self.bar.clear),
            "again": ("Try again", icons.REFRESH_CW, self.vm.sync),
        }
        self._empty = EmptyCard(ui, "experiments", offers)
        self._ids: list[str] = []
        self._seen = -1
        self._page = 0
        self._run = ""

    @property
    def keyed(self) -> Sequence[Keyed]:
        """The table, the curve on screen, and the list of columns while it is open."""
        return self.bar, self.detail.plot, self.compare.plot, self._columns

    @property
    def keys(self) -> Mapping[str, Callable[[], None]]:
        """Those of the parts, and the way back to the table."""
        back = {"detail": self.detail.close, "compared": self.compared.leave}.get(self._place())
        return {**super().keys, **({shortcuts.CLOSE: back} if back and not self.detail.menu_was_open else {})}

    def open(self, run: str = "", **arguments: str) -> None:
        """Show the table, or a run."""
        if run:
            self.detail.open(run)
        else:
            self.vm.reload()

    def build(self, parent: Item) -> None:
        """Make the widgets."""
        self._seen = -1
        place = self._place()
        with dpg.group(tag="experiments.list", show=place == "list"):
            self.bar.build()
            self.export.build()
            text(self.ui, "", "small", "warn", tag="experiments.notice", show=False, wrap=0)
            self._empty.build()
            self._build_table()
        with dpg.group(tag="experiments.detail", show=place == "detail"):
            self.detail.build()
        with dpg.group(tag="experiments.compared", show=place == "compared"):
            self.compare.build()

    def tick(self, dt: float) -> None:
        """Show what is new."""
        place = self._place()
        if not dpg.is_item_shown(f"experiments.{place}"):
            for other in PLACES:
                dpg.configure_item(f"experiments.{other}", show=other == place)
            dpg.set_y_scroll("main", 0)
            self.ui.focus(self._first(place))
        if place == "detail":
            self._run = self.detail.vm.run_id
            self.detail.tick(dt)
            return
        if place == "compared":
            self.compare.tick(dt)
            return
        self._menu.tick()
        self._columns.tick()
        if self.table is not None:
            self.table.tick(dpg.get_item_rect_size("experiments.card")[0])
        self.vm.tick()
        if self._seen != self.vm.version:
            self._seen = self.vm.version
            self._show()

    def hidden(self) -> None:
        """Close the menus."""
        self._menu.close()
        self._columns.close()

    def _place(self) -> str:
        """What of the page is seen, one of PLACES."""
        if self.detail.shown:
            return "detail"
        return "compared" if self.compared.shown else "list"

    def _first(self, place: str) -> Item:
        """What has the focus first where that part is shown: in the table the run one comes from."""
        if place == "list":
            return self.table.opener(self._run) if self.table is not None else "experiments.columns"
        return "detail.back" if place == "detail" else "compare.back"

    # --- building -------------------------------------------------------------------------------------------------------

    def _build_table(self) -> None:
        columns = [
            TableColumn(
                key=one.key,
                title=one.title,
                width=one.width,
                sortable=bool(one.order),
                numbers=one.numbers,
                largest_first=one.numbers or one.dates,
            )
            for one in self.vm.columns
        ]
        by = next((one.key for one in self.vm.columns if one.order == self.vm.filter.order), "")
        low = 0 < dpg.get_viewport_client_height() < self.ui.px(LOW)
        height = self.ui.px(LEAST_HEIGHT) if low else -self.ui.px(PAGER)
        with card(self.ui, kind="thumb", height=height, tag="experiments.card"):
            self.table = TableView(
                self.desk, self.ui, "experiments.table", columns, least_width=LEAST_WIDTH,
                open=self.detail.open, sort=self.vm.sort, tick=self.vm.select, menu=self._ask_menu,
            )  # fmt: skip
            self.table.build(by, self.vm.filter.descending)
            self._columns.attach(self.table)
        self._build_pager()

    def _build_pager(self) -> None:
        ui, turn = self.ui, self.vm.turn
        with row(ui):
            # The first item of a row must be one that is never hidden.
            text(ui, "", "small", tag="experiments.count")
            button(ui, "", lambda: turn(-1), "ghost", icon=icons.CHEVRON_LEFT, tag="experiments.before", tip="Page before")
            button(ui, "", lambda: turn(1), "ghost", icon=icons.CHEVRON_RIGHT, tag="experiments.next", tip="Next page")

    # --- showing --------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        vm = self.vm
        if self.table is not None:
            self.table.show([self._row(run) for run in vm.rows])
            if self._page != vm.page:
                self._page = vm.page
                self.table.to_top()
        self.bar.show()
        first = vm.page * PAGE_SIZE
        count = f"{first + 1:,} to {first + len(vm.rows):,} of {vm.total:,}" if vm.rows else ""
        dpg.set_value("experiments.count", count if vm.loaded else "Reading ...")
        for name, able in (("before", vm.page > 0), ("next", vm.page < vm.pages - 1)):
            dpg.configure_item(f"experiments.{name}", show=vm.pages > 1, enabled=able)
        dpg.set_value("experiments.notice", vm.notice)
        dpg.configure_item("experiments.notice", show=bool(vm.notice))
        self._show_empty()

    def _row(self, run: RunRow) -> TableRow:
        cells = tuple(
            (column.text(run), state_words(run.state).role if column.key == "state" else "text" if index == 0 else "muted")
            for index, column in enumerate(self.vm.columns)
        )
        return TableRow(key=run.id, cells=cells, ticked=run.id in self.vm.selected)

    def _show_empty(self) -> None:
        vm = self.vm
        dpg.configure_item("experiments.card", show=bool(vm.rows) or not (vm.problem or vm.loaded))
        if vm.problem:
            self._empty.show("The runs cannot be shown", vm.problem, "again")
        elif vm.rows or not vm.loaded:
            self._empty.show("")
        elif vm.filtered:
            self._empty.show("No run fits", "Other words or fewer filters may find some.", "showall")
        else:
            words = "Every training you start is listed here, with its curves, films and settings."
            self._empty.show("No runs yet", words, "first")

    # --- actions --------------------------------------------------------------------------------------------------------

    def _actions(self) -> Mapping[str, Callable[[list[str]], None]]:
        """What can be done with the runs ticked."""
        vm = self.vm
        return {
            "resume": vm.resume,
            "stop": vm.stop,
            "duplicate": vm.duplicate,
            "compare": self.compared.open,
            "race": vm.race,
            "export": self._ask_export,
            "delete": vm.delete,
        }

    def _ask_export(self, ids: list[str]) -> None:
        self._ids = ids
        self.export.show(f"Export {len(ids):,} run{'' if len(ids) == 1 else 's'}")

    def _ask_menu(self, run_id: str) -> None:
        run = next((one for one in self.vm.rows if one.id == run_id), None)
        if run is None:
            return
        words, one = state_words(run.state), [run_id]
        self._menu.show(
            [
                Choice(key="view", title="Open", icon=icons.EYE, do=lambda: self.detail.open(run_id)),
                Choice(key="resume", title="Resume", icon=icons.PLAY, do=lambda: self.vm.resume(one), able=words.resume),
                Choice(key="stop", title="Stop", icon=icons.CIRCLE_STOP, do=lambda: self.vm.stop(one), able=words.stop),
                Choice(key="duplicate", title="Duplicate", icon=icons.COPY, do=lambda: self.vm.duplicate(one)),
                Choice(key="export", title="Export", icon=icons.DOWNLOAD, do=lambda: self._ask_export(one)),
                Choice(key="copy", title="Copy id", icon=icons.TAG, do=lambda: self.desk.copy(run_id)),
                Choice(
                    key="delete", title="Delete", icon=icons.TRASH_2, do=lambda: self.vm.delete(one), able=not run.state.live
                ),
            ]
        )
