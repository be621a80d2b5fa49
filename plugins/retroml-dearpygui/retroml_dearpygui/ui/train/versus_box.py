"""Which algorithms to compare, how often each trains, the start, and the ways to what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, grid, row, text, tooltip
from retroml_dearpygui.viewmodels.comparison import MOST_SEEDS, ComparisonViewModel

if TYPE_CHECKING:
    from retroml_core.specs import AlgorithmSpec
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["VersusBox"]

ABREAST = 3


class VersusBox:
    """Draws a `ComparisonViewModel` under tags `versus.*`."""

    def __init__(self, ui: Ui, comparison: ComparisonViewModel, algorithms: list[AlgorithmSpec]) -> None:
        self._ui = ui
        self._model = comparison
        self._algorithms = algorithms

    def build(self) -> None:
        """Make the box in the current container."""
        ui, model = self._ui, self._model
        for first in range(0, len(self._algorithms), ABREAST):
            with grid(ui, [1] * ABREAST):
                for spec in self._algorithms[first : first + ABREAST]:
                    self._tick(spec)
        with row(ui, 8):
            text(ui, "Seeds of each", tone="muted")
            dpg.add_input_int(
                default_value=model.seeds, min_value=1, max_value=MOST_SEEDS, min_clamped=True, max_clamped=True, step=0,
                width=ui.px(60), tag="versus.seeds", callback=lambda _sender, seeds: model.set_seeds(seeds),
            )  # fmt: skip
        text(ui, "", "small", tag="versus.words", wrap=0)
        button(ui, "Start comparison", model.start, icon=icons.PLAY, tag="versus.start")
        with row(ui, 8):
            button(ui, "Curves and table", model.show, "link", icon=icons.CHART_LINE, tag="versus.show")
            button(ui, "Film the race", model.race, "link", icon=icons.FILM, tag="versus.race")

    def show(self) -> None:
        """Bring it up to date."""
        model = self._model
        dpg.set_value("versus.words", model.words)
        dpg.configure_item("versus.start", enabled=model.can_start)
        for tag in ("versus.show", "versus.race"):
            dpg.configure_item(tag, show=bool(model.group))

    def _tick(self, spec: AlgorithmSpec) -> None:
        tag = f"versus.{spec.name}"
        dpg.add_checkbox(
            label=spec.title, default_value=spec.name in self._model.algorithms, tag=tag,
            callback=lambda _sender, chosen: self._model.choose(spec.name, chosen),
        )  # fmt: skip
        tooltip(self._ui, tag, spec.summary, spec.title)
