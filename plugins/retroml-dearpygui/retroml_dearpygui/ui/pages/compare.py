"""Runs compared: one plot with a line for each or for all of a kind, a table of how well they did."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, card, refill, row, segmented, text
from retroml_dearpygui.ui.widgets.curve_plot import step_unit
from retroml_dearpygui.ui.widgets.plot_view import Line, PlotView
from retroml_dearpygui.viewmodels.compare import BANDED, HEADS, Compared
from retroml_dearpygui.viewmodels.wording import short

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.compare import CompareViewModel

__all__ = ["CompareView", "compared_lines"]

HEIGHT = 420
STEPS, TIME = "steps", "time"
EACH, MEANS = "each", "means"
COLOURS = 6
LONGEST = 40
"""As much of a name as fits beside the plot; the table beneath it has the rest."""
PLAIN, MARKED = "—", "●"


class CompareView:
    """Draws a `CompareViewModel`: tags `compare*`."""

    def __init__(self, ui: Ui, vm: CompareViewModel) -> None:
        self.ui, self.vm = ui, vm
        self.plot = PlotView(ui, "compare.plot", y_label="score")
        self._show_joined: Callable[[str], None] = lambda _: None
        self._seen = -1

    def build(self) -> None:
        """Make the widgets in the current container."""
        ui, vm = self.ui, self.vm
        self._seen = -1
        with row(ui):
            button(ui, "All runs", vm.leave, "ghost", icon=icons.CHEVRON_LEFT, tag="compare.back")
            by = TIME if vm.by_time else STEPS
            segmented(ui, [(STEPS, "By steps"), (TIME, "By time trained")], by, self._choose, tag="compare.by", width=130)
            with dpg.group(tag="compare.joining", show=False):
                options = [(EACH, "Each run"), (MEANS, "Mean over seeds")]
                self._show_joined = segmented(ui, options, self._joined, self._join, tag="compare.join", width=140)
        text(ui, "", "small", "warn", tag="compare.note", show=False, wrap=0)
        with card(ui, "Score", icons.CHART_LINE):
            text(ui, "", "small", tag="compare.hint", wrap=0)
            self.plot.build(HEIGHT, beside=True)
        with card(ui, "In the end", icons.LAYERS):
            dpg.add_group(tag="compare.table")

    def tick(self, dt: float) -> None:
        """Show what is new."""
        self.vm.tick()
        if self._seen != self.vm.version:
            self._seen = self.vm.version
            self._show()
        self.plot.tick(dt)

    @property
    def _joined(self) -> str:
        return MEANS if self.vm.joined else EACH

    def _show(self) -> None:
        vm = self.vm
        lines, unit = compared_lines(vm.lines, by_time=vm.by_time)
        self.plot.set_lines(lines)
        self.plot.set_x_label(unit)
        for part, words in (("note", vm.note), ("hint", vm.hint)):
            dpg.set_value(f"compare.{part}", words)
            dpg.configure_item(f"compare.{part}", show=bool(words))
        dpg.configure_item("compare.joining", show=vm.can_join)
        dpg.configure_item(f"compare.join.{EACH}", enabled=vm.can_part)
        self._show_joined(self._joined)
        self._fill()

    def _choose(self, by: str) -> None:
        self.plot.show_all()
        self.vm.show_by(by == TIME)

    def _join(self, how: str) -> None:
        self.plot.show_all()
        self.vm.join(how == MEANS)

    def _fill(self) -> None:
        ui = self.ui
        with (
            refill("compare.table"),
            dpg.table(header_row=True, borders_innerH=True, policy=dpg.mvTable_SizingStretchProp) as table,
        ):
            ui.theme(table, "table")
            for index, head in enumerate(HEADS):
                dpg.add_table_column(label=head, width_stretch=True, init_width_or_weight=1.0 if index else 2.0)
            for number, line in enumerate(self.vm.lines):
                colour = (*ui.palette.series[number % COLOURS][:3], 255)
                with dpg.table_row():
                    dpg.add_text(_named(number, self.vm.lines), color=colour, wrap=0)
                    for words in line.figures[1:]:
                        text(ui, words)


def compared_lines(lines: Sequence[Compared], *, by_time: bool) -> tuple[list[Line], str]:
    """What is drawn of those that have played, over steps or the time trained, and the name of the unit."""
    played = [(number, line) for number, line in enumerate(lines) if len(line.curve.steps)]
    ends = [float((line.curve.seconds if by_time else line.curve.steps)[-1]) for _, line in played]
    divisor, unit = (_time_unit if by_time else step_unit)(max(ends, default=0.0))
    banded = len(lines) <= BANDED
    drawn = [
        Line(
            name=short(_named(number, lines), LONGEST),
            x=(line.curve.seconds if by_time else line.curve.steps) / divisor,
            y=line.curve.mean,
            low=line.curve.low if banded else None,
            high=line.curve.high if banded else None,
            style=f"line{number % COLOURS}",
            band=f"band{number % COLOURS}",
            mark=f"mark{number % COLOURS}" if number >= COLOURS else "",
        )
        for number, line in played
    ]
    return drawn, unit


def _named(number: int, lines: Sequence[Compared]) -> str:
    """What a line is called, and where colours are used twice, whether it has dots."""
    mark = f"{PLAIN if number < COLOURS else MARKED} " if len(lines) > COLOURS else ""
    return f"{mark}{lines[number].title}"


def _time_unit(seconds: float) -> tuple[float, str]:
    if seconds >= 7200:
        return 3600.0, "hours trained"
    return (60.0, "minutes trained") if seconds >= 120 else (1.0, "seconds trained")
