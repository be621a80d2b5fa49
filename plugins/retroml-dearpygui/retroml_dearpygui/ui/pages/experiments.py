"""Experiments: the table of all runs, and the page of each."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.page import Page
from retroml_dearpygui.ui.pages.compare import CompareView
from retroml_dearpygui.ui.pages.run_detail import RunDetail
from retroml_dearpygui.ui.widgets.basic import button, card, grid, row, space, text
from retroml_dearpygui.ui.widgets.columns_box import ColumnsBox
from retroml_dearpygui.ui.widgets.export_box import ExportBox
from retroml_dearpygui.ui.widgets.menu import Choice, Menu
from retroml_dearpygui.ui.widgets.table_view import TableColumn, TableRow, TableView
from retroml_dearpygui.viewmodels.compare import CompareViewModel
from retroml_dearpygui.viewmodels.experiments import PAGE_SIZE, ExperimentsViewModel
from retroml_dearpygui.viewmodels.run_columns import state_tone, state_word
from retroml_dearpygui.viewmodels.run_detail import RunDetailViewModel

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
TOOLS = 190
PLACES = {"list": "experiments.columns", "detail": "detail.back", "compared": "compare.back"}
"""The parts of the page, and what has the focus first when one is shown."""
ALL = {"game": "All games", "algorithm": "All algorithms", "state": "Any status"}


class ExperimentsPage(Page):
    """The table; with `run` among the arguments of `desk.go`, the page of that run."""

    def __init__(self, desk: Desk, ui: Ui) -> None:
        super().__init__(desk, ui)
        self.vm = desk.viewmodel(ExperimentsViewModel)
        self.detail = RunDetail(desk, ui, desk.viewmodel(RunDetailViewModel), self._back)
        self.compared = desk.viewmodel(CompareViewModel)
        self.compare = CompareView(ui, self.compared)
        self.table: TableView | None = None
        self.export = ExportBox(desk, ui, "experiments.exporting", lambda formats, to: self.vm.export(self._ids, formats, to))
        self._menu = Menu(ui, "experiments.menu")
        self._columns = ColumnsBox(ui, "experiments.columns")
        self._ids: list[str] = []
        self._seen = -1
        self._page = 0
        self._offered: Mapping[str, Mapping[str, int]] = {}

    @property
    def keyed(self) -> Sequence[Keyed]:
        """The curve on screen, and the list of columns while it is open."""
        return self.detail.plot, self.compare.plot, self._columns

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
            self._build_bar()
            self.export.build()
            text(self.ui, "", "small", "warn", tag="experiments.notice", show=False, wrap=0)
            self._build_empty()
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
            dpg.focus_item(PLACES[place])
        if place == "detail":
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

    # --- building -------------------------------------------------------------------------------------------------------

    def _build_bar(self) -> None:
        ui, wanted = self.ui, self.vm.filter
        with card(ui, tag="experiments.bar"):
            if ui.narrow:
                with grid(ui, [1, -TOOLS]):
                    self._search(wanted.text)
                    self._tools()
                with grid(ui, [1, 1, 1]):
                    self._filters()
            else:
                with grid(ui, [1.8, 1, 1, 1, -TOOLS]):
                    self._search(wanted.text)
                    self._filters()
                    self._tools()
            self._build_tools()

    def _build_tools(self) -> None:
        """What can be done with the runs ticked: in two rows where there is little room."""
        ui, vm = self.ui, self.vm
        tools = (
            ("resume", "Resume", icons.PLAY, vm.resume, "secondary"),
            ("stop", "Stop", icons.CIRCLE_STOP, vm.stop, "secondary"),
            ("duplicate", "Duplicate", icons.COPY, vm.duplicate, "secondary"),
            ("compare", "Compare", icons.CHART_LINE, self.compared.open, "secondary"),
            ("race", "Race", icons.FILM, vm.race, "secondary"),
            ("export", "Export", icons.DOWNLOAD, self._ask_export, "secondary"),
            ("delete", "Delete", icons.TRASH_2, vm.delete, "danger"),
        )
        for part in (tools[:4], tools[4:]) if ui.narrow else (tools,):
            with row(ui):
                for key, title, icon, do, kind in part:
                    button(ui, title, partial(self._do, do), kind, icon=icon, tag=f"experiments.{key}")
                if part[-1] is tools[-1]:
                    button(ui, "", vm.select_all, "link", tag="experiments.all")
                    button(ui, "Select none", vm.clear_selection, "link", tag="experiments.none")

    def _search(self, words: str) -> None:
        dpg.add_input_text(
            hint=f"{icons.SEARCH}  Search names, games, tags, notes", width=-1, default_value=words,
            tag="experiments.text", callback=lambda _sender, words: self.vm.set_text(words),
        )  # fmt: skip

    def _filters(self) -> None:
        self._combo("game", self.vm.set_game)
        self._combo("algorithm", self.vm.set_algorithm)
        self._combo("state", self.vm.set_state)

    def _tools(self) -> None:
        with row(self.ui, 4):
            self._columns.build()
            button(self.ui, "Clear", self._clear, "ghost", icon=icons.X, tag="experiments.clear")

    def _combo(self, key: str, choose: object) -> None:
        def chosen(_sender: Item, label: str) -> None:
            choose(self._value(key, label))  # type: ignore[operator]  # one of the view-model's commands

        dpg.add_combo([ALL[key]], default_value=ALL[key], width=-1, tag=f"experiments.{key}", callback=chosen)

    def _build_empty(self) -> None:
        ui = self.ui
        with card(ui, tag="experiments.empty", show=False):
            space(ui, 18)
            text(ui, "", "h2", tag="experiments.empty.title")
            text(ui, "", tone="muted", tag="experiments.empty.text", wrap=0)
            with row(ui):
                button(ui, "Train an agent", lambda: self.desk.go("train"), "primary", icon=icons.PLAY, tag="experiments.first")
                button(ui, "Show all runs", self._clear, tag="experiments.showall")
                button(ui, "Try again", self.vm.sync, icon=icons.REFRESH_CW, tag="experiments.again")
            space(ui, 18)

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
        self._show_filters()
        self._show_selection()
        first = vm.page * PAGE_SIZE
        count = f"{first + 1:,} to {first + len(vm.rows):,} of {vm.total:,}" if vm.rows else "No runs"
        dpg.set_value("experiments.count", count if vm.loaded else "Reading ...")
        for name, able in (("before", vm.page > 0), ("next", vm.page < vm.pages - 1)):
            dpg.configure_item(f"experiments.{name}", show=vm.pages > 1, enabled=able)
        dpg.set_value("experiments.notice", vm.notice)
        dpg.configure_item("experiments.notice", show=bool(vm.notice))
        self._show_empty()

    def _row(self, run: RunRow) -> TableRow:
        cells = tuple(
            (column.text(run), state_tone(run.state) if column.key == "state" else "text" if index == 0 else "muted")
            for index, column in enumerate(self.vm.columns)
        )
        return TableRow(key=run.id, cells=cells, ticked=run.id in self.vm.selected)

    def _show_filters(self) -> None:
        wanted = self.vm.filter
        now = {"game": wanted.game, "algorithm": wanted.algorithm, "state": str(wanted.states[0]) if wanted.states else None}
        for key, value in now.items():
            if self._offered.get(key) != self.vm.facets[key]:
                dpg.configure_item(f"experiments.{key}", items=[ALL[key], *self._labels(key)])
            label = next((label for label, found in self._labels(key).items() if found == value), ALL[key])
            dpg.set_value(f"experiments.{key}", label)
        self._offered = {key: dict(values) for key, values in self.vm.facets.items()}
        dpg.configure_item("experiments.clear", show=self.vm.filtered)

    def _labels(self, key: str) -> dict[str, str]:
        """What the combo of a filter offers: words with a count, and the value they stand for."""
        return {f"{self._title(key, value)}  ({count:,})": value for value, count in self.vm.facets[key].items()}

    def _title(self, key: str, value: str) -> str:
        registry = self.desk.app.registry
        if key == "state":
            return value.capitalize()
        spec = (registry.games if key == "game" else registry.algorithms).get(value)
        return spec.title if spec else value

    def _value(self, key: str, label: str) -> str | None:
        return self._labels(key).get(label)

    def _show_selection(self) -> None:
        count = len(self.vm.selected)
        for name, title, icon in (
            ("resume", "Resume", icons.PLAY),
            ("stop", "Stop", icons.CIRCLE_STOP),
            ("duplicate", "Duplicate", icons.COPY),
            ("compare", "Compare", icons.CHART_LINE),
            ("race", "Race", icons.FILM),
            ("export", "Export", icons.DOWNLOAD),
            ("delete", "Delete", icons.TRASH_2),
        ):
            words = f"{icon}  {title}{f' {count:,}' if count else ''}"
            dpg.configure_item(f"experiments.{name}", enabled=count > 0, label=words)
        more = bool(count) and count < self.vm.total
        dpg.configure_item("experiments.all", show=more, label=f"Select all {self.vm.total:,}")
        dpg.configure_item("experiments.none", show=count > 0)

    def _show_empty(self) -> None:
        vm = self.vm
        empty = bool(vm.problem) or (vm.loaded and not vm.rows)
        dpg.configure_item("experiments.empty", show=empty)
        dpg.configure_item("experiments.card", show=not empty)
        if vm.problem:
            title, words = "The runs cannot be shown", vm.problem
        elif vm.filtered:
            title, words = "No run fits", "Other words or fewer filters may find some."
        else:
            title, words = "No runs yet", "Every training you start is listed here, with its curves, films and settings."
        dpg.set_value("experiments.empty.title", title)
        dpg.set_value("experiments.empty.text", words)
        dpg.configure_item("experiments.first", show=not vm.problem and not vm.filtered)
        dpg.configure_item("experiments.showall", show=not vm.problem and vm.filtered)
        dpg.configure_item("experiments.again", show=bool(vm.problem))

    # --- actions --------------------------------------------------------------------------------------------------------

    def _back(self) -> None:
        self.vm.reload()

    def _do(self, action: Callable[[list[str]], None]) -> None:
        """Do something with the runs ticked."""
        action(sorted(self.vm.selected))

    def _clear(self) -> None:
        dpg.set_value("experiments.text", "")
        self.vm.clear_filters()

    def _ask_export(self, ids: list[str]) -> None:
        self._ids = ids
        self.export.show(f"Export {len(ids):,} run{'' if len(ids) == 1 else 's'}")

    def _ask_menu(self, run_id: str) -> None:
        run = next((one for one in self.vm.rows if one.id == run_id), None)
        if run is None:
            return
        live, one = run.state.live, [run_id]
        resumable = state_word(run.state) in ("Paused", "Stopped", "Failed", "Interrupted")
        self._menu.show(
            [
                Choice(key="view", title="Open", icon=icons.EYE, do=lambda: self.detail.open(run_id)),
                Choice(key="resume", title="Resume", icon=icons.PLAY, do=lambda: self.vm.resume(one), able=resumable),
                Choice(key="stop", title="Stop", icon=icons.CIRCLE_STOP, do=lambda: self.vm.stop(one), able=live),
                Choice(key="duplicate", title="Duplicate", icon=icons.COPY, do=lambda: self.vm.duplicate(one)),
                Choice(key="export", title="Export", icon=icons.DOWNLOAD, do=lambda: self._ask_export(one)),
                Choice(key="copy", title="Copy id", icon=icons.TAG, do=lambda: self.desk.copy(run_id)),
                Choice(key="delete", title="Delete", icon=icons.TRASH_2, do=lambda: self.vm.delete(one), able=not live),
            ]
        )
