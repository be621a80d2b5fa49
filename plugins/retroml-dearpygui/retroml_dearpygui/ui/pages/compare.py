"""Runs compared: one plot with a line and a band for each, a table of how well they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, card, row, segmented, text
from retroml_dearpygui.ui.widgets.curve_plot import step_unit
from retroml_dearpygui.ui.widgets.plot_view import Line, PlotView
from retroml_dearpygui.viewmodels.compare import HEADS, Compared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.compare import CompareViewModel

__all__ = ["CompareView", "compared_lines"]

HEIGHT = 420
STEPS, TIME = "steps", "time"


class CompareView:
    """Draws a `CompareViewModel`: tags `compare*`."""

    def __init__(self, ui: Ui, vm: CompareViewModel) -> None:
        self.ui, self.vm = ui, vm
        self.plot = PlotView(ui, "compare.plot", y_label="score")
        self._seen = -1

    def build(self) -> None:
        """Make the widgets in the current container."""
        ui, vm = self.ui, self.vm
        self._seen = -1
        with row(ui):
            button(ui, "All runs", vm.leave, "ghost", icon=icons.CHEVRON_LEFT, tag="compare.back")
            by = TIME if vm.by_time else STEPS
            options = [(STEPS, "By steps"), (TIME, "By time trained")]
            segmented(ui, options, by, self._choose, tag="compare.by", width=130)
        text(ui, "", "small", "warn", tag="compare.note", show=False, wrap=0)
        with card(ui, "Score, mean and band of each run", icons.CHART_LINE):
            self.plot.build(HEIGHT)
        with card(ui, "In the end", icons.LAYERS):
            dpg.add_group(tag="compare.table")

    def tick(self, dt: float) -> None:
        """Show what is new."""
        self.vm.tick()
        if self._seen != self.vm.version:
            self._seen = self.vm.version
            lines, unit = compared_lines(self.vm.runs, by_time=self.vm.by_time)
            self.plot.set_lines(lines)
            self.plot.set_x_label(unit)
            dpg.set_value("compare.note", self.vm.note)
            dpg.configure_item("compare.note", show=bool(self.vm.note))
            self._fill()
        self.plot.tick(dt)

    def _choose(self, by: str) -> None:
        self.plot.show_all()
        self.vm.show_by(by == TIME)

    def _fill(self) -> None:
        ui = self.ui
        dpg.delete_item("compare.table", children_only=True)
        dpg.push_container_stack("compare.table")
        with dpg.table(header_row=True, borders_innerH=True, policy=dpg.mvTable_SizingStretchProp) as table:
            ui.theme(table, "table")
            for index, head in enumerate(HEADS):
                dpg.add_table_column(label=head, width_stretch=True, init_width_or_weight=1.0 if index else 2.0)
            for number, run in enumerate(self.vm.runs):
                with dpg.table_row():
                    for index, words in enumerate(run.figures):
                        dpg.add_text(words, color=ui.tone("text") if index else (*ui.palette.series[number][:3], 255))
        dpg.pop_container_stack()


def compared_lines(runs: Sequence[Compared], *, by_time: bool) -> tuple[list[Line], str]:
    """A line for each run that has played, over steps or the time trained, and the name of the unit."""
    played = [(number, run) for number, run in enumerate(runs) if len(run.curve.steps)]
    ends = [float((run.curve.seconds if by_time else run.curve.steps)[-1]) for _, run in played]
    divisor, unit = (_time_unit if by_time else step_unit)(max(ends, default=0.0))
    lines = [
        Line(
            name=run.title,
            x=(run.curve.seconds if by_time else run.curve.steps) / divisor,
            y=run.curve.mean,
            low=run.curve.low,
            high=run.curve.high,
            style=f"line{number}",
            band=f"band{number}",
        )
        for number, run in played
    ]
    return lines, unit


def _time_unit(seconds: float) -> tuple[float, str]:
    if seconds >= 7200:
        return 3600.0, "hours trained"
    return (60.0, "minutes trained") if seconds >= 120 else (1.0, "seconds trained")
