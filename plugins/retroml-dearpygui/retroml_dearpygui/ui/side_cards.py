"""What stands below the navigation: the tour of the first start, and how busy the machine is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import bar, button, card, cell, grid, row, space, text
from retroml_dearpygui.viewmodels.machine import MachineViewModel
from retroml_dearpygui.viewmodels.tour import TourViewModel
from retroml_dearpygui.viewmodels.wording import short

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["SideCards"]

MACHINE_HEIGHT, GAP, LETTERS = 96, 24, 20


class SideCards:
    """Tags `tour`, `tour.do`, `tour.next`, `tour.leave`, `side.machine`."""

    def __init__(self, desk: Desk, ui: Ui) -> None:
        self._desk = desk
        self._ui = ui
        self._shown: tuple[object, ...] = ()
        self._height = 0

    def build(self) -> None:
        """Make the cards in the current container."""
        ui = self._ui
        self._shown, self._height = (), 0
        space(ui, 10)
        with card(ui, kind="inset", tag="tour", show=False):
            with grid(ui, [1, -30]):
                text(ui, "", "small", tag="tour.place")
                button(ui, "", self._leave, "ghost", icon=icons.X, tip="Leave the tour", tag="tour.leave")
            with cell() as words:
                ui.theme(words, "tight")
                text(ui, "", "strong", tag="tour.title", wrap=0)
                text(ui, "", "small", tag="tour.text", wrap=0)
            space(ui, 2)
            button(ui, "", self._act, "primary", tag="tour.do", width=-1)
            button(ui, "Next", self._next, "ghost", tag="tour.next", width=-1)
        with card(ui, kind="inset", tag="side.machine", show=False):
            with row(ui, 8):
                dpg.add_text(icons.CPU, tag="side.machine.icon", color=ui.tone("ok"))
                text(ui, "", "strong", tag="side.machine.title")
            text(ui, "", "small", tag="side.machine.words")
            bar(ui, height=5, tag="side.machine.bar")

    def tick(self) -> None:
        """Bring them up to date."""
        tour, machine = self._desk.viewmodel(TourViewModel), self._desk.viewmodel(MachineViewModel)
        tour.tick()
        height = dpg.get_viewport_client_height()
        if height != self._height:
            self._height = height
            dpg.set_item_pos("side.machine", [self._ui.px(14), height - self._ui.px(MACHINE_HEIGHT + 16)])
        now = (tour.version, machine.version, self._desk.settings.now.toured, self._has_room(height))
        if now != self._shown:
            self._shown = now
            self._show_tour(tour)
            self._show_machine(machine)

    def _has_room(self, height: int) -> bool:
        """Whether the card of the machine fits below what stands above it, which matters more."""
        bottom = dpg.get_item_rect_min("nav")[1] + dpg.get_item_rect_size("nav")[1]
        if dpg.is_item_shown("tour"):
            bottom += self._ui.px(GAP) + dpg.get_item_rect_size("tour")[1]
        return float(bottom) <= height - self._ui.px(MACHINE_HEIGHT + 16)

    def _show_tour(self, tour: TourViewModel) -> None:
        step = tour.step
        dpg.configure_item("tour", show=step is not None)
        if step is not None:
            dpg.set_value("tour.place", f"First steps, {tour.place}")
            dpg.set_value("tour.title", step.title)
            dpg.set_value("tour.text", step.text)
            dpg.set_item_label("tour.do", step.label)

    def _show_machine(self, machine: MachineViewModel) -> None:
        now = machine.now
        dpg.configure_item("side.machine", show=now is not None and self._has_room(self._height))
        if now is not None:
            dpg.set_value("side.machine.icon", icons.GPU if now.gpu else icons.CPU)
            title = now.title.removeprefix("NVIDIA ").removeprefix("GeForce ")
            dpg.set_value("side.machine.title", short(title, LETTERS))
            dpg.set_value("side.machine.words", "   ".join(gauge.words for gauge in now.gauges[:2]))
            dpg.set_value("side.machine.bar", now.gauges[0].share or 0.0)

    def _act(self) -> None:
        self._desk.viewmodel(TourViewModel).act()

    def _next(self) -> None:
        self._desk.viewmodel(TourViewModel).go_on()

    def _leave(self) -> None:
        self._desk.viewmodel(TourViewModel).leave()
