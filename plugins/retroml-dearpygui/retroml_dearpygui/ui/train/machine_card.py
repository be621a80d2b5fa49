"""The machine: GPU or "CPU mode", processor, memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import bar, cell, grid, text
from retroml_dearpygui.ui.widgets.section import section

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.machine import MachineViewModel

__all__ = ["MachineCard"]

MOST_GAUGES = 5


class MachineCard:
    """Draws a `MachineViewModel`: tags `machine.*`."""

    def __init__(self, ui: Ui, model: MachineViewModel) -> None:
        self._ui = ui
        self._model = model

    def build(self) -> None:
        """Make the card."""
        ui = self._ui
        with section(self._model.desk, ui, "train.machine", "GPU status", icons.GPU):
            text(ui, "Looking …", "strong", tag="machine.title")
            for number in range(MOST_GAUGES):
                with cell(tag=f"machine.{number}", show=False):
                    with grid(ui, [-96, 1]):
                        text(ui, "", tone="muted", tag=f"machine.{number}.label")
                        text(ui, "", "small", tag=f"machine.{number}.words")
                    bar(ui, tag=f"machine.{number}.bar")
            text(ui, "", "small", tag="machine.note", wrap=0, show=False)
        self.show()

    def show(self) -> None:
        """Bring it up to date."""
        now = self._model.now
        if now is None:
            return
        dpg.set_value("machine.title", now.title)
        dpg.configure_item("machine.note", show=bool(now.note))
        dpg.set_value("machine.note", now.note)
        for number in range(MOST_GAUGES):
            there = number < len(now.gauges)
            dpg.configure_item(f"machine.{number}", show=there)
            if there:
                gauge = now.gauges[number]
                dpg.set_value(f"machine.{number}.label", gauge.label)
                dpg.set_value(f"machine.{number}.bar", gauge.share or 0.0)
                dpg.set_value(f"machine.{number}.words", gauge.words)
                self._ui.theme(f"machine.{number}.bar", "bar" if gauge.role == "accent" else f"bar_{gauge.role}")
