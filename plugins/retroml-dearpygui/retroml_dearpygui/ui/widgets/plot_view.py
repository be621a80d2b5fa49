"""`PlotView`: lines with bands. The only place that gives data to series: Dear PyGui reads them without any check.

Values are handed over as lists, because buffers go through single precision there; lengths are checked, because a wrong one
ends the process.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
import numpy as np

from retroml_dearpygui.services.decimate import decimate, visible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_dearpygui.ui.ui import Ui

    Values = NDArray[np.float64]

__all__ = ["Line", "PlotView"]

REDRAW_SECONDS = 0.1
SETTLING_FRAMES = 3
HIDDEN = [[math.nan], [math.nan], [math.nan]]


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """A line: float64 (n,) each, `x` rising. `low` and `high` are its band. `style` names a theme such as "mean" or "line2",
    `band` one such as "band2"; `faint` are points drawn thinly behind."""

    name: str
    x: Values
    y: Values
    low: Values | None = None
    high: Values | None = None
    style: str = "mean"
    band: str = "band0"
    band_name: str = ""


class PlotView:
    """A plot of some lines over a common x. Double-click fits it again after zooming with the wheel.

    With `pick` a click or drag at x calls it; the line of the moment picked is `cursor`.
    """

    def __init__(
        self,
        ui: Ui,
        tag: str,
        *,
        x_label: str = "million steps",
        y_label: str = "",
        pick: Callable[[float], None] | None = None,
    ) -> None:
        self.tag = tag
        self._ui = ui
        self._labels = x_label, y_label
        self._pick = pick
        self._lines: list[Line] = []
        self._drawn: tuple[object, ...] = ()
        self._home: tuple[float, float] | None = None
        self._settling = 0
        self._made = 0
        self._rest = 0.0

    def build(self, height: float, *, legend: bool = True) -> None:
        """Make the plot in the current container."""
        self._made, self._drawn, self._home, self._settling = 0, (), None, 0
        buttons = {"pan_button": dpg.mvMouseButton_Middle} if self._pick else {}
        with dpg.plot(
            height=self._ui.px(height), width=-1, no_title=True, no_menus=True, no_mouse_pos=True, tag=self.tag, **buttons
        ):
            if legend:
                dpg.add_plot_legend(location=dpg.mvPlot_Location_North, outside=True, horizontal=True)
            dpg.add_plot_axis(dpg.mvXAxis, label=self._labels[0], tag=f"{self.tag}.x")
            dpg.add_plot_axis(dpg.mvYAxis, label=self._labels[1], tag=f"{self.tag}.y")
            if self._pick:
                dpg.add_drag_line(
                    tag=f"{self.tag}.cursor", color=self._ui.tone("warn"), thickness=1.5, show=False, callback=self._dragged
                )
        self._show_all()

    def set_lines(self, lines: Sequence[Line]) -> None:
        """Show these lines. Raises ValueError when a line is not of one length."""
        for line in lines:
            if any(part is not None and part.shape != line.x.shape for part in (line.y, line.low, line.high)):
                raise ValueError(f"the line {line.name!r} is not of one length")
        self._lines = [_finite(line) for line in lines]
        self._drawn = ()

    def show_all(self) -> None:
        """Forget what the user zoomed to: other data follows."""
        self._home = None

    def set_x_label(self, label: str) -> None:
        """Name the x axis."""
        dpg.set_item_label(f"{self.tag}.x", label)

    def set_cursor(self, x: float | None) -> None:
        """Mark the moment `x`, or none; while the user holds the mark it stays in their hand."""
        dpg.configure_item(f"{self.tag}.cursor", show=x is not None)
        held = dpg.is_item_hovered(self.tag) and dpg.is_mouse_button_down(dpg.mvMouseButton_Left)
        if x is not None and not held:
            dpg.set_value(f"{self.tag}.cursor", x)

    def tick(self, dt: float) -> None:
        """Draw what is new, at most ten times a second; take clicks."""
        if self._pick and dpg.is_item_hovered(self.tag) and dpg.is_mouse_button_clicked(dpg.mvMouseButton_Left):
            self._pick(dpg.get_plot_mouse_pos()[0])
        if self._settling:
            self._settle()
        self._rest -= dt
        if self._rest <= 0 and dpg.is_item_visible(self.tag):
            self._rest = REDRAW_SECONDS
            self._show_all()

    def _dragged(self) -> None:
        if self._pick:
            self._pick(float(dpg.get_value(f"{self.tag}.cursor")))

    def _show_all(self) -> None:
        span = self._span()
        width = max(200, int(dpg.get_item_rect_size(self.tag)[0]))
        wanted = (id(self._lines), span, width)
        if wanted == self._drawn:
            return
        for number in range(max(self._made, len(self._lines))):
            self._show(number, self._lines[number] if number < len(self._lines) else None, span, width)
        self._fit(span)
        self._drawn = wanted

    def _span(self) -> tuple[float, float] | None:
        """What the user zoomed to; None when all is shown."""
        if self._home is None or self._settling:
            return None
        low, high = dpg.get_axis_limits(f"{self.tag}.x")
        room = 1e-3 * max(1e-12, self._home[1] - self._home[0])
        if abs(low - self._home[0]) < room and abs(high - self._home[1]) < room:
            return None
        return low, high

    def _fit(self, span: tuple[float, float] | None) -> None:
        if span is None and any(len(line.x) for line in self._lines):
            dpg.fit_axis_data(f"{self.tag}.x")
            dpg.fit_axis_data(f"{self.tag}.y")
            self._settling = SETTLING_FRAMES

    def _settle(self) -> None:
        """A fit takes effect some frames later; the limits are then those of the whole."""
        self._settling -= 1
        if self._settling == 0:
            low, high = dpg.get_axis_limits(f"{self.tag}.x")
            self._home = low, high

    def _show(self, number: int, line: Line | None, span: tuple[float, float] | None, width: int) -> None:
        band, curve = f"{self.tag}.band{number}", f"{self.tag}.line{number}"
        if number >= self._made:
            dpg.add_shade_series([0.0], [0.0], y2=[0.0], parent=f"{self.tag}.y", tag=band, show=False)
            dpg.add_line_series([0.0], [0.0], parent=f"{self.tag}.y", tag=curve, show=False)
            self._made = number + 1
        if line is None or not len(line.x):
            dpg.configure_item(band, show=False)
            dpg.configure_item(curve, show=False)
            return
        part = visible(line.x, *span) if span else slice(None)
        x, (y,) = decimate(line.x[part], (line.y[part],), width)
        dpg.set_value(curve, [x.tolist(), y.tolist()])
        dpg.configure_item(curve, show=True, label=line.name)
        self._ui.theme(curve, line.style)
        self._show_band(band, line, part, width)

    def _show_band(self, band: str, line: Line, part: slice, width: int) -> None:
        if line.low is None or line.high is None:
            dpg.configure_item(band, show=False)
            return
        x, (low, high) = decimate(line.x[part], (line.low[part], line.high[part]), width)
        dpg.set_value(band, [x.tolist(), high.tolist(), low.tolist()])
        dpg.configure_item(band, show=True, label=line.band_name or f"##{band}")
        self._ui.theme(band, line.band)


def _finite(line: Line) -> Line:
    """The line without points that cannot be drawn."""
    good = np.isfinite(line.x) & np.isfinite(line.y)
    if line.low is not None and line.high is not None:
        good &= np.isfinite(line.low) & np.isfinite(line.high)
    if good.all():
        return line
    parts = {key: None if value is None else value[good] for key, value in _arrays(line).items()}
    return Line(name=line.name, style=line.style, band=line.band, band_name=line.band_name, **parts)  # type: ignore[arg-type]  # x and y are there


def _arrays(line: Line) -> dict[str, Values | None]:
    return {"x": line.x, "y": line.y, "low": line.low, "high": line.high}
