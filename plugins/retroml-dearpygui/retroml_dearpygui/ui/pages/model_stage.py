"""A model at play, large: its picture, its mind and its games; Escape goes back to all models."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.watch.mind_card import MindCard
from retroml_dearpygui.ui.widgets.basic import button, card, cell, grid, row, text
from retroml_dearpygui.ui.widgets.screen import Screen, enlarged
from retroml_dearpygui.viewmodels.wording import score, several

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.performing import PerformingViewModel

__all__ = ["ModelStage"]

SIDE = 420
LOWEST, MARGIN = 320, 116
LISTED = 12


class ModelStage:
    """Draws a `PerformingViewModel`: tags `models.play.*`."""

    def __init__(self, ui: Ui, vm: PerformingViewModel) -> None:
        self.ui, self.vm = ui, vm
        self._screen = Screen(ui, "models.play.screen")
        self._mind = MindCard(ui, "models.play.mind")
        self._seen = -1

    def build(self) -> None:
        """Make the widgets in the current container."""
        ui, self._seen = self.ui, -1
        with row(ui, 8):
            button(ui, "All models", self.vm.stop, "ghost", icon=icons.CHEVRON_LEFT, tag="models.play.back")
            text(ui, "", "h2", tag="models.play.title")
            text(ui, "", "small", tag="models.play.words")
        with cell() if ui.narrow else grid(ui, [1, -SIDE]):
            with (
                card(ui),
                dpg.child_window(height=ui.px(LOWEST), width=-1, border=False, no_scrollbar=True, tag="models.play.room"),
            ):
                ui.theme("models.play.room", "plain")
                self._screen.build()
                text(ui, "", tone="muted", tag="models.play.empty", wrap=0)
            with cell():
                with card(ui, "Its games", icons.GAMEPAD_2):
                    text(ui, "", tag="models.play.games", wrap=0)
                    text(ui, "", "small", tag="models.play.scores", wrap=0)
                self._mind.build()

    def tick(self) -> None:
        """Once a frame while a model plays."""
        self.vm.tick()
        if dpg.is_key_pressed(dpg.mvKey_Escape):
            self.vm.stop()
        elif self._seen != self.vm.version:
            self._seen = self.vm.version
            self._show()

    def _show(self) -> None:
        vm = self.vm
        if vm.model is None:
            return
        dpg.set_value("models.play.title", vm.model.name)
        games = len(vm.scores)
        mean = f", {score(sum(vm.scores) / games)} points on average" if games else ""
        dpg.set_value("models.play.games", f"{several(games, 'game')}{mean}" if games else "None has ended yet.")
        dpg.set_value("models.play.scores", "   ".join(score(one) for one in vm.scores[-LISTED:]))
        self._mind.show(vm.frames)
        self._show_picture()

    def _show_picture(self) -> None:
        vm = self.vm
        words = ""
        if vm.frames is not None and vm.frames.scores is not None and not vm.problem:
            words = f"game {len(vm.scores) + 1:,} · {score(float(vm.frames.scores[0]))} points"
        dpg.set_value("models.play.words", words)
        empty = vm.problem or ("" if vm.frames is not None else "It gets ready …")
        dpg.configure_item("models.play.empty", show=bool(empty))
        dpg.set_value("models.play.empty", f"It plays no more: {empty}" if vm.problem else empty)
        if vm.frames is None or vm.problem:
            self._screen.hide()
        else:
            self._screen.put(enlarged(vm.frames.frames[0]), self._room())

    def _room(self) -> tuple[float, float]:
        """The pixels there are for the picture, down to the end of the window."""
        above = dpg.get_item_rect_min("models.play.back")[1] + dpg.get_y_scroll("main")
        height = max(self.ui.px(LOWEST), int(dpg.get_viewport_client_height() - above) - self.ui.px(MARGIN))
        dpg.configure_item("models.play.room", height=height)
        return max(100.0, dpg.get_item_rect_size("models.play.room")[0]), float(height)
