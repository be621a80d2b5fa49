"""One run: how it stands, its curves, its settings, what it left behind, what can be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
import numpy as np

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.pages.run_parts import Parts
from retroml_dearpygui.ui.widgets.basic import button, card, cell, grid, row, space, text
from retroml_dearpygui.ui.widgets.curve_plot import score_line, step_unit
from retroml_dearpygui.ui.widgets.export_box import ExportBox
from retroml_dearpygui.ui.widgets.menu import Choice, Menu
from retroml_dearpygui.ui.widgets.panels import Panels
from retroml_dearpygui.ui.widgets.plot_view import Line, PlotView
from retroml_dearpygui.viewmodels.run_states import state_words
from retroml_dearpygui.viewmodels.wording import million, score, size, trained

if TYPE_CHECKING:
    from retroml_core.index import StoredCurve
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.run_detail import RunDetailViewModel

__all__ = ["RunDetail"]

NARROW = 1280
TILES = (
    ("best", "Best score", icons.TROPHY),
    ("mean", "Mean of 100 games", icons.CHART_LINE),
    ("steps", "Steps", icons.LAYERS),
    ("trained", "Trained", icons.CLOCK),
    ("games", "Games played", icons.REPEAT),
    ("size", "On disk", icons.HARD_DRIVE),
)


class RunDetail:
    """The page of the run that its view-model shows; `back` is called when it is left."""

    def __init__(self, desk: Desk, ui: Ui, vm: RunDetailViewModel, back: Callable[[], None]) -> None:
        self.desk, self.ui, self.vm = desk, ui, vm
        self.parts = Parts(desk, ui, vm)
        self.panels = Panels(desk, ui, "run.detail")
        self.plot = PlotView(ui, "detail.plot", pick=self._travel)
        self.export = ExportBox(desk, ui, "detail.exporting", lambda formats, to: vm.export(formats, to))
        self._menu = Menu(ui, "detail.menu")
        self.menu_was_open = False
        """Whether its menu was open before this frame, so that Escape closes that."""
        self._back = back
        self._seen = -1
        self._titles: dict[str, str] = {}
        self._divisor = 1.0

    @property
    def shown(self) -> bool:
        """Whether a run is shown."""
        return bool(self.vm.run_id)

    def open(self, run_id: str) -> None:
        """Show a run."""
        self.vm.open(run_id)

    def close(self) -> None:
        """Go back to where one came from."""
        self._menu.close()
        self.vm.close()
        self._back()

    def build(self) -> None:
        """Make the widgets in the current container."""
        ui, self._seen, self._titles = self.ui, -1, {}
        with row(ui):
            button(ui, "All runs", self.close, "ghost", icon=icons.CHEVRON_LEFT, tag="detail.back")
        with card(ui, tag="detail.error", show=False, kind="card_error"):
            text(ui, "This run cannot be shown", "h2")
            text(ui, "", tone="muted", tag="detail.error.text", wrap=0)
            button(ui, "Try again", self.vm.refresh, icon=icons.REFRESH_CW, tag="detail.again")
        text(ui, "Reading the run ...", tone="muted", tag="detail.reading")
        with dpg.group(tag="detail.content", show=False):
            self._build_head()
            self.export.build()
            self._build_tiles()
            self._build_curve()
            self.parts.build()
            self.panels.build()

    def tick(self, dt: float) -> None:
        """Show what is new."""
        self.menu_was_open = self._menu.open
        self._menu.tick()
        self.vm.tick()
        self.plot.tick(dt)
        self.panels.tick(dt, self.vm.run_id)
        if self._seen != self.vm.version:
            self._seen = self.vm.version
            self._show()

    # --- building -------------------------------------------------------------------------------------------------------

    def _build_head(self) -> None:
        ui, vm = self.ui, self.vm
        with card(ui):
            with cell() as head:
                ui.theme(head, "tight")
                text(ui, "", "h2", tag="detail.title")
                with row(ui, 16):
                    text(ui, "", "small", tag="detail.state")
                    text(ui, "", "small", tag="detail.words", wrap=0)
            space(ui, 2)
            with row(ui, 8):
                button(ui, "Watch", lambda: self.desk.go("watch", run=vm.run_id), icon=icons.EYE, tag="detail.watch")
                button(ui, "Pause", vm.pause, icon=icons.PAUSE, tag="detail.pause")
                button(ui, "Resume", vm.resume, "primary", icon=icons.PLAY, tag="detail.resume")
                button(ui, "Stop", vm.stop, "danger", icon=icons.CIRCLE_STOP, tag="detail.stop")
                button(ui, "Make a film", lambda: self.desk.go("videos", make=vm.run_id), icon=icons.FILM, tag="detail.film")
                button(ui, "", self._ask_menu, "ghost", icon=icons.ELLIPSIS, tag="detail.more")
            text(ui, "", tone="warn", tag="detail.reason", show=False, wrap=0)

    def _build_tiles(self) -> None:
        ui = self.ui
        across = 6 if dpg.get_viewport_client_width() >= ui.px(NARROW) else 3
        for first in range(0, len(TILES), across):
            with grid(ui, [1] * across):
                for key, title, icon in TILES[first : first + across]:
                    with card(ui, kind="tile"):
                        text(ui, f"{icon}  {title}", "small")
                        text(ui, "", "kpi", tag=f"detail.tile.{key}")

    def _build_curve(self) -> None:
        ui = self.ui
        with card(ui, tag="detail.curves"):
            with row(ui):
                dpg.add_text(icons.CHART_LINE, color=ui.tone("accent_high"))
                text(ui, "Curve", "h2")
                dpg.add_combo(
                    [],
                    width=ui.px(300),
                    tag="detail.curve",
                    callback=lambda _sender, title: self.vm.show_curve(self._titles[title]),
                )
            text(ui, "Click or drag along the curve to see that moment.", "small", tag="detail.hint")
            self.plot.build(260)
            text(ui, "", "small", tag="detail.nocurve", show=False)

    # --- showing --------------------------------------------------------------------------------------------------------

    def _show(self) -> None:
        vm, report = self.vm, self.vm.report
        dpg.configure_item("detail.error", show=bool(vm.problem))
        dpg.configure_item("detail.content", show=not vm.problem and report is not None)
        dpg.configure_item("detail.reading", show=not vm.problem and report is None)
        dpg.set_value("detail.error.text", vm.problem)
        if vm.problem or report is None:
            return
        self._show_head()
        values = {
            "best": score(report.row.best_score),
            "mean": score(report.row.mean_score),
            "steps": million(report.row.steps),
            "trained": trained(report.row.seconds),
            "games": f"{report.row.episodes:,}",
            "size": size(report.size_bytes),
        }
        for key, value in values.items():
            dpg.set_value(f"detail.tile.{key}", value)
        self._show_curve()
        self.parts.show(report)

    def _show_head(self) -> None:
        report = self.vm.report
        if report is None:
            return
        row_, words = report.row, state_words(report.status.state)
        registry = self.desk.app.registry
        game = registry.games[row_.game].title if row_.game in registry.games else row_.game
        algorithm = registry.algorithms[row_.algorithm].title if row_.algorithm in registry.algorithms else row_.algorithm
        dpg.set_value("detail.title", self.vm.title)
        dpg.set_value("detail.state", f"● {report.status.activity or words.words}")
        dpg.configure_item("detail.state", color=self.ui.tone(words.role))
        dpg.set_value("detail.words", f"{game}, {algorithm}, seed {row_.seed}     {row_.id}")
        dpg.configure_item("detail.pause", show=words.pause)
        dpg.configure_item("detail.resume", show=words.resume)
        dpg.configure_item("detail.stop", show=words.stop)
        why = " ".join(filter(None, [report.status.reason, self.vm.config_problem]))
        dpg.set_value("detail.reason", why)
        dpg.configure_item("detail.reason", show=bool(why))

    def _show_curve(self) -> None:
        curve, titles = self.vm.curve, self.vm.curves
        if titles != self._titles:
            self._titles = titles
            dpg.configure_item("detail.curve", items=list(titles))
        dpg.set_value("detail.curve", next((title for title, name in titles.items() if name == self.vm.curve_name), ""))
        empty = curve is None or not len(curve.steps)
        dpg.set_value("detail.nocurve", "The curve begins with the first finished game." if empty else "")
        dpg.configure_item("detail.nocurve", show=empty)
        dpg.configure_item("detail.plot", show=not empty)
        dpg.configure_item("detail.hint", show=not empty)
        if curve is not None and not empty:
            line, self._divisor, unit = self._line(curve)
            self.plot.set_x_label(unit)
            self.plot.set_lines([line])

    def _line(self, curve: StoredCurve) -> tuple[Line, float, str]:
        if self.vm.score is not None and len(self.vm.score.steps):
            return score_line(self.vm.score)
        divisor, unit = step_unit(float(curve.steps[-1]))
        line = Line(
            name=dpg.get_value("detail.curve"),
            x=np.asarray(curve.steps, np.float64) / divisor,
            y=np.asarray(curve.values, np.float64),
            low=np.asarray(curve.low, np.float64),
            high=np.asarray(curve.high, np.float64),
        )
        return line, divisor, unit

    def _travel(self, x: float) -> None:
        """Show what was played at a place of the curve."""
        self.desk.go("watch", run=self.vm.run_id, step=str(max(0.0, x * self._divisor)))

    def _ask_menu(self) -> None:
        vm, report = self.vm, self.vm.report
        live = report is not None and report.status.state.live
        self._menu.show(
            [
                Choice(key="duplicate", title="Duplicate", icon=icons.COPY, do=vm.duplicate),
                Choice(key="export", title="Export", icon=icons.DOWNLOAD, do=lambda: self.export.show("Export this run")),
                Choice(key="model", title="Save as model", icon=icons.SAVE, do=lambda: vm.save_model("best"),
                       able=bool(report and report.checkpoints)),
                Choice(key="folder", title="Show folder", icon=icons.FOLDER_OPEN, do=vm.show_folder),
                Choice(key="copy", title="Copy id", icon=icons.TAG, do=vm.copy_id),
                Choice(key="delete", title="Delete", icon=icons.TRASH_2, do=vm.delete, able=not live),
            ]
        )  # fmt: skip
