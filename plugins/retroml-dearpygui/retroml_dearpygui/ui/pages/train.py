"""Train: pick a game, choose how long, press start; and follow what is training."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.game_textures import game_textures
from retroml_dearpygui.ui.page import Page
from retroml_dearpygui.ui.train.gallery import Gallery
from retroml_dearpygui.ui.train.machine_card import MachineCard
from retroml_dearpygui.ui.train.recent_card import RecentCard
from retroml_dearpygui.ui.train.room import tight
from retroml_dearpygui.ui.train.run_card import ControlsCard, FiguresCard
from retroml_dearpygui.ui.train.setup_card import SetupCard
from retroml_dearpygui.ui.widgets.basic import cell, grid, text
from retroml_dearpygui.ui.widgets.curve_plot import ScorePlot
from retroml_dearpygui.ui.widgets.panels import Panels
from retroml_dearpygui.ui.widgets.section import section
from retroml_dearpygui.ui.widgets.split import Split
from retroml_dearpygui.viewmodels.comparison import ComparisonViewModel
from retroml_dearpygui.viewmodels.curves import CurvesViewModel
from retroml_dearpygui.viewmodels.machine import MachineViewModel
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.time_left import TimeLeftViewModel
from retroml_dearpygui.viewmodels.train import TrainViewModel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.page import Keyed
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["TrainPage"]

SIDE = 412


class TrainPage(Page):
    """The page one starts with."""

    def __init__(self, desk: Desk, ui: Ui) -> None:
        super().__init__(desk, ui)
        self.model = desk.viewmodel(TrainViewModel)
        self.runs = desk.viewmodel(RunsViewModel)
        self.machine = desk.viewmodel(MachineViewModel)
        self.curves = desk.viewmodel(CurvesViewModel)
        self.comparison = desk.viewmodel(ComparisonViewModel)
        self.textures = game_textures(desk, ui)
        self.gallery = Gallery(ui, ui.dialogs, self.textures, self.model.found, self.model.choose_game)
        self.setup = SetupCard(ui, self.model, self.textures, self.gallery)
        self.controls = ControlsCard(ui, self.runs)
        self.left = desk.viewmodel(TimeLeftViewModel)
        self.figures = FiguresCard(ui, self.runs, self.left)
        self.machine_card = MachineCard(ui, self.machine)
        self.recent = RecentCard(ui, self.runs)
        self.panels = Panels(desk, ui, "train.side")
        self.split = Split(desk, ui, "train.split", SIDE, left=True)
        self.plot = ScorePlot(ui, self.curves, "train.plot")
        self._shown: tuple[int, ...] = ()

    @property
    def keyed(self) -> Sequence[Keyed]:
        """The edge between the columns, and the learning curve."""
        return self.split, self.plot.view

    def build(self, parent: Item) -> None:
        """Make the widgets."""
        self._shown = ()
        with self.split.build():
            with cell():
                self.setup.build()
            with cell():
                self.controls.build()
                self.figures.build()
                with section(self.desk, self.ui, "train.curve", "Learning curve", icons.CHART_LINE):
                    text(self.ui, "", tone="muted", tag="train.curve.words", wrap=0)
                    self.plot.build(250)
                with cell() if tight(self.ui) else grid(self.ui, [1, 1.25]):
                    with cell():
                        self.machine_card.build()
                    with cell():
                        self.recent.build()
                self.panels.build()

    def tick(self, dt: float) -> None:
        """Show what is new."""
        self.split.tick()
        self.model.tick()
        self.left.tick()
        self.textures.tick(dt)
        self.gallery.tick()
        self.curves.tick()
        self.plot.tick(dt)
        self.panels.tick(dt, self.runs.chosen or None)
        setup = self.model.version + self.model.measuring.version + self.comparison.version
        runs = self.runs.version + self.left.version
        now = (setup, runs, self.machine.version, self.textures.version, self.curves.version)
        if now == self._shown:
            return
        if not self._shown or now[0] != self._shown[0] or now[3] != self._shown[3]:
            self.setup.show()
        if not self._shown or now[1] != self._shown[1]:
            self.controls.show()
            self.figures.show()
            self.recent.show()
        if not self._shown or now[4] != self._shown[4]:
            self._show_curve()
        if not self._shown or now[2] != self._shown[2]:
            self.machine_card.show()
        self._shown = now

    def _show_curve(self) -> None:
        dpg.configure_item("train.plot", show=self.curves.there)
        dpg.configure_item("train.curve.words", show=not self.curves.there)
        dpg.set_value("train.curve.words", self.curves.words)
