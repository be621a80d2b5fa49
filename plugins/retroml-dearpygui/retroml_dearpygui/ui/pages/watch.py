"""Watch: the agents at work, what they think, how they learn, and any moment of the past."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui.page import Page
from retroml_dearpygui.ui.watch.metrics_card import MetricsCard
from retroml_dearpygui.ui.watch.mind_card import MindCard
from retroml_dearpygui.ui.watch.stage_card import StageCard
from retroml_dearpygui.ui.widgets.basic import cell, clickable
from retroml_dearpygui.ui.widgets.panels import Panels
from retroml_dearpygui.ui.widgets.split import Split
from retroml_dearpygui.viewmodels.curves import CurvesViewModel
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.watch import WatchViewModel
from retroml_dearpygui.viewmodels.wording import made

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.page import Keyed
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["WatchPage"]

SIDE = 420


class WatchPage(Page):
    """The page one stays on."""

    def __init__(self, desk: Desk, ui: Ui) -> None:
        super().__init__(desk, ui)
        self.model = desk.viewmodel(WatchViewModel)
        self.runs = desk.viewmodel(RunsViewModel)
        self.curves = desk.viewmodel(CurvesViewModel)
        self.stage = StageCard(ui, self.model)
        self.mind = MindCard(ui)
        self.metrics = MetricsCard(ui, self.curves, self.model)
        self.panels = Panels(desk, ui, "watch.side")
        self.split = Split(desk, ui, "watch.split", SIDE)
        self._titles: dict[str, str] = {}
        self._shown: tuple[int, ...] = ()

    @property
    def fps(self) -> float:
        """30 while something moves."""
        return self.model.fps

    @property
    def keyed(self) -> Sequence[Keyed]:
        """The edge between the columns, the learning curve, and the picture."""
        return self.split, self.metrics.curve, self.stage

    def open(self, run: str = "", step: str = "", **arguments: str) -> None:
        """Show a run, and a step of it."""
        if run:
            self.runs.choose(run)
        if step:
            self.model.travel(float(step))

    def build(self, parent: Item) -> None:
        """Make the widgets."""
        self._shown = ()
        with self.split.build():
            with cell():
                dpg.add_combo(
                    [], tag="watch.run", width=-1, callback=lambda _sender, title: self.runs.choose(self._titles[title])
                )
                self.stage.build()
            with cell():
                self.metrics.build()
                self.mind.build()
                self.panels.build()
        clickable("watch.screen", self.stage.click)

    def tick(self, dt: float) -> None:
        """Show what is new."""
        self.split.tick()
        self.model.tick(self.desk.clock())
        self.curves.tick()
        self.metrics.tick(dt)
        self.panels.tick(dt, self.runs.chosen or None)
        self.model.moment_film.tick()
        self.stage.tick()
        now = (self.model.version, self.runs.version, self.model.moment_film.version)
        if now == self._shown:
            return
        if not self._shown or now[1] != self._shown[1]:
            self._show_runs()
        self._shown = now
        self.stage.show()
        self.mind.show(None if self.model.travelling else self.model.frames, self.model.agent or 0)

    def hidden(self) -> None:
        """Let the training go on unseen."""
        self.model.leave()
        self._shown = ()

    def _show_runs(self) -> None:
        cards = {card.id: card for card in [*self.runs.look.live, *self.runs.look.recent]}
        shown = self.runs.card
        if shown is not None:
            cards.setdefault(shown.id, shown)
        self._titles = {}
        for card in cards.values():
            words = f"{self.runs.title(card)}   {made(card.created)}"
            self._titles[words if words not in self._titles else f"{words}   {card.id}"] = card.id
        dpg.configure_item("watch.run", items=list(self._titles), show=bool(self._titles))
        if shown is not None:
            dpg.set_value("watch.run", next(words for words, run_id in self._titles.items() if run_id == shown.id))
