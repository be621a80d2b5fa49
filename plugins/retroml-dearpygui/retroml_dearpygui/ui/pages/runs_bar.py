"""What stands above the table of runs: search, filters, and what can be done with the runs ticked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui import shortcuts
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, card, grid, row

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Item, Ui
    from retroml_dearpygui.ui.widgets.columns_box import ColumnsBox
    from retroml_dearpygui.viewmodels.experiments import ExperimentsViewModel

__all__ = ["RunsBar"]

ALL = {"game": "All games", "algorithm": "All algorithms", "state": "Any status"}
WIDTH = 190
"""Pixels at 100 % for what stands beside the filters."""
TOOLS = (
    ("resume", "Resume", icons.PLAY, "secondary"),
    ("stop", "Stop", icons.CIRCLE_STOP, "secondary"),
    ("duplicate", "Duplicate", icons.COPY, "secondary"),
    ("compare", "Compare", icons.CHART_LINE, "secondary"),
    ("race", "Race", icons.FILM, "secondary"),
    ("export", "Export", icons.DOWNLOAD, "secondary"),
    ("delete", "Delete", icons.TRASH_2, "danger"),
)
FIRST_ROW = 4
"""How many tools stand in the first of two rows, where there is little room."""


class RunsBar:
    """Draws what an `ExperimentsViewModel` looks for: tags `experiments.text`, `experiments.game`, `experiments.resume` ...

    `actions` are called with the ids of the runs ticked, by the key of the tool; `to_table` takes the keyboard there.
    """

    def __init__(
        self,
        ui: Ui,
        vm: ExperimentsViewModel,
        columns: ColumnsBox,
        actions: Mapping[str, Callable[[list[str]], None]],
        to_table: Callable[[], None],
    ) -> None:
        self._ui, self._vm, self._columns, self._actions, self._to_table = ui, vm, columns, actions, to_table
        self._offered: Mapping[str, Mapping[str, int]] = {}

    @property
    def keys(self) -> Mapping[str, Callable[[], None]]:
        """The keys that search, tick and turn pages, while the table is on screen."""
        if not dpg.does_item_exist("experiments.text") or not dpg.is_item_visible("experiments.text"):
            return {}
        return {
            shortcuts.FIND: lambda: dpg.focus_item("experiments.text"),
            shortcuts.TABLE: self._to_table,
            shortcuts.ALL: self._vm.select_all,
            shortcuts.BACK: partial(self._vm.turn, -1),
            shortcuts.FORTH: partial(self._vm.turn, 1),
        }

    def build(self) -> None:
        """Make the card in the current container."""
        ui, self._offered = self._ui, {}
        with card(ui, tag="experiments.bar"):
            if ui.narrow:
                with grid(ui, [1, -WIDTH]):
                    self._search()
                    self._beside()
                with grid(ui, [1, 1, 1]):
                    self._filters()
            else:
                with grid(ui, [1.8, 1, 1, 1, -WIDTH]):
                    self._search()
                    self._filters()
                    self._beside()
            for tools in (TOOLS[:FIRST_ROW], TOOLS[FIRST_ROW:]) if ui.narrow else (TOOLS,):
                with row(ui):
                    for key, _, _, kind in tools:
                        button(ui, "", partial(self._do, key), kind, tag=f"experiments.{key}")
                    if tools[-1] is TOOLS[-1]:
                        button(ui, "", self._vm.select_all, "link", tag="experiments.all")
                        button(ui, "Select none", self._vm.clear_selection, "link", tag="experiments.none")

    def show(self) -> None:
        """Bring it up to date."""
        self._show_filters()
        self._show_tools()

    def clear(self) -> None:
        """Look for nothing in particular."""
        dpg.set_value("experiments.text", "")
        self._vm.clear_filters()

    def _search(self) -> None:
        dpg.add_input_text(
            hint=f"{icons.SEARCH}  Search names, games, tags, notes", width=-1, default_value=self._vm.filter.text,
            tag="experiments.text", callback=lambda _sender, words: self._vm.set_text(words),
        )  # fmt: skip

    def _filters(self) -> None:
        vm = self._vm
        for key, choose in (("game", vm.set_game), ("algorithm", vm.set_algorithm), ("state", vm.set_state)):
            dpg.add_combo(
                [ALL[key]], default_value=ALL[key], width=-1, tag=f"experiments.{key}", user_data=(key, choose),
                callback=self._chosen,
            )  # fmt: skip

    def _beside(self) -> None:
        with row(self._ui, 4):
            self._columns.build()
            button(self._ui, "Clear", self.clear, "ghost", icon=icons.X, tag="experiments.clear")

    def _chosen(self, _sender: Item, label: str, asked: tuple[str, Callable[[str | None], None]]) -> None:
        key, choose = asked
        choose(self._labels(key).get(label))

    def _show_filters(self) -> None:
        wanted = self._vm.filter
        now = {"game": wanted.game, "algorithm": wanted.algorithm, "state": str(wanted.states[0]) if wanted.states else None}
        for key, value in now.items():
            labels = self._labels(key)
            if self._offered.get(key) != self._vm.facets[key]:
                dpg.configure_item(f"experiments.{key}", items=[ALL[key], *labels])
            label = next((label for label, found in labels.items() if found == value), ALL[key])
            dpg.set_value(f"experiments.{key}", label)
        self._offered = {key: dict(values) for key, values in self._vm.facets.items()}
        dpg.configure_item("experiments.clear", show=self._vm.filtered)

    def _labels(self, key: str) -> dict[str, str]:
        """What the list of a filter offers: words with a count, and the value they stand for."""
        return {f"{self._vm.facet_title(key, value)}  ({count:,})": value for value, count in self._vm.facets[key].items()}

    def _show_tools(self) -> None:
        count = len(self._vm.selected)
        for key, title, icon, _ in TOOLS:
            words = f"{icon}  {title}{f' {count:,}' if count else ''}"
            dpg.configure_item(f"experiments.{key}", enabled=count > 0, label=words)
        more = bool(count) and count < self._vm.total
        dpg.configure_item("experiments.all", show=more, label=f"Select all {self._vm.total:,}")
        dpg.configure_item("experiments.none", show=count > 0)

    def _do(self, key: str) -> None:
        self._actions[key](sorted(self._vm.selected))
