"""The learning curve of a run as a plot: mean, band, and the moment picked for time travel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_dearpygui.ui.widgets.plot_view import Line, PlotView

if TYPE_CHECKING:
    from collections.abc import Callable

    from retroml_dearpygui.services.smoothing import Smooth
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.curves import CurvesViewModel

__all__ = ["ScorePlot", "score_line", "score_lines", "step_unit"]


def step_unit(last_step: float) -> tuple[float, str]:
    """In what steps are counted on an axis that ends at `last_step`: (divisor, label)."""
    if last_step >= 2e6:
        return 1e6, "million steps"
    return (1e3, "thousand steps") if last_step >= 2e3 else (1.0, "steps")


def score_line(score: Smooth) -> tuple[Line, float, str]:
    """The mean of the last games with its band, what steps were divided by, and the name of that unit."""
    divisor, unit = step_unit(float(score.steps[-1]))
    line = Line(
        name=f"mean of {score.window} games",
        x=score.steps / divisor,
        y=score.mean,
        low=score.low,
        high=score.high,
        band_name=score.band_name,
    )
    return line, divisor, unit


def score_lines(curves: CurvesViewModel) -> tuple[list[Line], float, str]:
    """The lines of the score, what steps were divided by, and the name of that unit."""
    score = curves.shown.score
    if score is None or not len(score.steps):
        return [], 1.0, "steps"
    line, divisor, unit = score_line(score)
    return [line], divisor, unit


class ScorePlot:
    """A `PlotView` that follows a `CurvesViewModel`; `pick` is called with a step of the run."""

    def __init__(self, ui: Ui, curves: CurvesViewModel, tag: str, pick: Callable[[float], None] | None = None) -> None:
        self._curves = curves
        self._divisor = 1.0
        self._version = -1
        self._run = ""
        self._pick = pick
        self.view = PlotView(ui, tag, pick=self._picked if pick else None)

    def build(self, height: float) -> None:
        """Make the plot in the current container."""
        self._version = -1
        self.view.build(height)

    def tick(self, dt: float) -> None:
        """Show what is new."""
        if self._version != self._curves.version:
            self._version = self._curves.version
            if self._run != self._curves.shown.run_id:
                self._run = self._curves.shown.run_id
                self.view.show_all()
            lines, self._divisor, unit = score_lines(self._curves)
            self.view.set_lines(lines)
            self.view.set_x_label(unit)
        self.view.tick(dt)

    def set_cursor(self, step: float | None) -> None:
        """Mark a step of the run, or none."""
        self.view.set_cursor(None if step is None else step / self._divisor)

    def _picked(self, x: float) -> None:
        if self._pick:
            self._pick(x * self._divisor)
