"""`PlotView`: lines with bands. The only place that gives data to series: Dear PyGui reads them without any check.

Values are handed over as lists, because buffers go through single precision there; lengths are checked, because a wrong one
ends the process.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
import numpy as np

from retroml_dearpygui import shortcuts
from retroml_dearpygui.services.decimate import decimate, visible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_dearpygui.ui.ui import Ui

    Values = NDArray[np.float64]

__all__ = ["Line", "PlotView"]

REDRAW_SECONDS = 0.1
SETTLING_FRAMES = 3
MARKS = 16
ALONG = 0.25


@dataclass(frozen=True, kw_only=True, eq=False)
class Line:
    """A line: float64 (n,) each, `x` rising. `low` and `high` are its band. `style` names a theme such as "mean" or "line2",
    `band` one such as "band2", `mark` one such as "mark2" for dots along it ("": none)."""

    name: str
    x: Values
    y: Values
    low: Values | None = None
    high: Values | None = None
    style: str = "mean"
    band: str = "band0"
    band_name: str = ""
    mark: str = ""


class PlotView:
    """A plot of some lines over a common x. Double-click fits it again after zooming with the wheel; `keys` do it all, too.

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
        self._made = self._held = 0
        self._rest = 0.0

    def build(self, height: float, *, legend: bool = True, beside: bool = False) -> None:
        """Make the plot in the current container, its legend above it or `beside` it, where many names have room."""
        self._made, self._drawn, self._home, self._settling, self._held = 0, (), None, 0, 0
        buttons = {"pan_button": dpg.mvMouseButton_Middle} if self._pick else {}
        with dpg.plot(
            height=self._ui.px(height), width=-1, no_title=True, no_menus=True, no_mouse_pos=True, tag=self.tag, **buttons
        ):
            if legend:
                place = dpg.mvPlot_Location_East if beside else dpg.mvPlot_Location_North
                dpg.add_plot_legend(location=place, outside=True, horizontal=not beside)
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

    @property
    def keys(self) -> Mapping[str, Callable[[], None]]:
        """The keys that zoom and move along, while it is on screen."""
        if not dpg.does_item_exist(self.tag) or not dpg.is_item_visible(self.tag):
            return {}
        return {
            shortcuts.UP: partial(self._look, 0.5, 0.0),
            shortcuts.DOWN: partial(self._look, 2.0, 0.0),
            shortcuts.BACK: partial(self._look, 1.0, -ALONG),
            shortcuts.FORTH: partial(self._look, 1.0, ALONG),
        }

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
        if self._held:
            self._let_go()
        self._rest -= dt
        if self._rest <= 0 and dpg.is_item_visible(self.tag):
            self._rest = REDRAW_SECONDS
            self._show_all()

    def _look(self, zoom: float, along: float) -> None:
        """Show a part `zoom` times as wide, moved along by a share of its width; never more than there is."""
        if self._home is None:
            return
        low, high = dpg.get_axis_limits(f"{self.tag}.x")
        width = min((high - low) * zoom, self._home[1] - self._home[0])
        middle = (low + high) / 2 + along * width
        left = min(max(middle - width / 2, self._home[0]), self._home[1] - width)
        dpg.set_axis_limits(f"{self.tag}.x", left, left + width)
        self._held = SETTLING_FRAMES

    def _let_go(self) -> None:
        """The limits are set by now; the mouse may change them again."""
        self._held -= 1
        if self._held == 0:
            dpg.set_axis_limits_auto(f"{self.tag}.x")

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
        band, curve, marks = (f"{self.tag}.{part}{number}" for part in ("band", "line", "marks"))
        if number >= self._made:
            dpg.add_shade_series([0.0], [0.0], y2=[0.0], parent=f"{self.tag}.y", tag=band, show=False)
            dpg.add_line_series([0.0], [0.0], parent=f"{self.tag}.y", tag=curve, show=False)
            dpg.add_scatter_series([0.0], [0.0], label=f"##{marks}", parent=f"{self.tag}.y", tag=marks, show=False)
            self._made = number + 1
        if line is None or not len(line.x):
            for item in (band, curve, marks):
                dpg.configure_item(item, show=False)
            return
        part = visible(line.x, *span) if span else slice(None)
        x, (y,) = decimate(line.x[part], (line.y[part],), width)
        dpg.set_value(curve, [x.tolist(), y.tolist()])
        dpg.configure_item(curve, show=True, label=line.name)
        self._ui.theme(curve, line.style)
        self._show_band(band, line, part, width)
        self._show_marks(marks, line, part)

    def _show_marks(self, marks: str, line: Line, part: slice) -> None:
        dpg.configure_item(marks, show=bool(line.mark))
        if line.mark:
            x, y = line.x[part], line.y[part]
            some = np.unique(np.linspace(0, len(x) - 1, MARKS).astype(int)) if len(x) else np.zeros(0, int)
            dpg.set_value(marks, [x[some].tolist(), y[some].tolist()])
            self._ui.theme(marks, line.mark)

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
    return replace(line, **parts)  # type: ignore[arg-type]  # x and y are there


def _arrays(line: Line) -> dict[str, Values | None]:
    return {"x": line.x, "y": line.y, "low": line.low, "high": line.high}
