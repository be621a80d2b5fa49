"""The learning curve to travel along, and metrics pinned beneath it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.services.metric_names import metric_titles
from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, card, grid, refill, text
from retroml_dearpygui.ui.widgets.curve_plot import ScorePlot, step_unit
from retroml_dearpygui.ui.widgets.plot_view import Line, PlotView

if TYPE_CHECKING:
    from retroml_core.index import StoredCurve
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.curves import CurvesViewModel
    from retroml_dearpygui.viewmodels.watch import WatchViewModel

__all__ = ["MetricsCard"]

CHOOSE = "Pin a metric …"
HINT = "Click or drag along the curve to see that moment."


class MetricsCard:
    """Draws a `CurvesViewModel`: tags `watch.plot`, `watch.pin`, `pinned.<number>`."""

    def __init__(self, ui: Ui, curves: CurvesViewModel, model: WatchViewModel) -> None:
        self._ui = ui
        self._curves = curves
        self._model = model
        self._score = ScorePlot(ui, curves, "watch.plot", pick=model.travel)
        self._plots: dict[str, PlotView] = {}
        self._titles: dict[str, str] = {}
        self._shown: tuple[str, ...] = ()
        self._version = -1

    @property
    def curve(self) -> PlotView:
        """The plot of the score."""
        return self._score.view

    def build(self) -> None:
        """Make the card."""
        ui = self._ui
        self._plots, self._shown, self._version = {}, (), -1
        with card(ui, "Learning curve", icons.CHART_LINE, tag="watch.curve"):
            text(ui, "", "small", tag="watch.curve.words", wrap=0)
            self._score.build(230)
            dpg.add_combo([], default_value=CHOOSE, width=-1, tag="watch.pin", callback=lambda _sender, title: self._pin(title))
            dpg.add_group(tag="watch.pinned")

    def tick(self, dt: float) -> None:
        """Show what is new."""
        self._score.tick(dt)
        self._score.set_cursor(self._model.moment)
        for plot in self._plots.values():
            plot.tick(dt)
        if self._version != self._curves.version:
            self._version = self._curves.version
            self._show()

    def _show(self) -> None:
        dpg.configure_item("watch.plot", show=self._curves.there)
        dpg.set_value("watch.curve.words", HINT if self._curves.there else self._curves.words)
        names = self._curves.shown.names
        self._titles = metric_titles(self._model.desk.app.registry, names)
        items = [title for title, name in self._titles.items() if name not in self._curves.pinned]
        dpg.configure_item("watch.pin", items=items, show=bool(items))
        dpg.set_value("watch.pin", CHOOSE)
        pinned = tuple(name for name in self._curves.pinned if name in self._curves.shown.pinned)
        if pinned != self._shown:
            self._draw(pinned)
        for number, name in enumerate(pinned):
            self._plots[name].set_lines([_line(name, number, self._curves.shown.pinned[name])])

    def _draw(self, names: tuple[str, ...]) -> None:
        self._shown = names
        with refill("watch.pinned"):
            self._plots = {}
            titles = {name: title for title, name in self._titles.items()}
            for number, name in enumerate(names):
                with grid(self._ui, [1, -40]):
                    text(self._ui, titles.get(name, name), "strong")
                    button(
                        self._ui,
                        "",
                        functools.partial(self._curves.pin, name),
                        "ghost",
                        icon=icons.X,
                        tag=f"pinned.{number}.close",
                    )
                plot = PlotView(self._ui, f"pinned.{number}")
                plot.build(150, legend=False)
                self._plots[name] = plot

    def _pin(self, title: str) -> None:
        if title in self._titles:
            self._curves.pin(self._titles[title])


def _line(name: str, number: int, curve: StoredCurve) -> Line:
    divisor, _ = step_unit(float(curve.steps[-1]))
    return Line(
        name=name,
        x=curve.steps / divisor,
        y=curve.values,
        low=curve.low,
        high=curve.high,
        style=f"line{number}",
        band=f"band{number}",
    )
