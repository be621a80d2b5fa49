"""Below the number of environments: measure how many are fastest here, see the figures, take the best."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, row, text
from retroml_dearpygui.viewmodels.measuring import ENVIRONMENTS

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.measuring import MeasuringViewModel
    from retroml_dearpygui.viewmodels.train import TrainViewModel

__all__ = ["MeasureBox"]

TIP = "Tries some numbers of games for half a minute, in a process of its own, and remembers what was fastest on this machine."


class MeasureBox:
    """Draws a `MeasuringViewModel` under tags `train.measure.*`."""

    def __init__(self, ui: Ui, train: TrainViewModel, measuring: MeasuringViewModel) -> None:
        self._ui = ui
        self._train = train
        self._measuring = measuring

    def build(self) -> None:
        """Make the box in the current container; nothing where nobody measures."""
        if not self._measuring.offered:
            return
        ui = self._ui
        text(ui, "", "small", tag="train.measure.words", wrap=0, show=False)
        with row(ui, 4):
            button(ui, "", self._take, "link", tag="train.measure.take", show=False)
            button(ui, "", self._train.measure, "link", icon=icons.GAUGE, tag="train.measure.start", tip=TIP)

    def show(self) -> None:
        """Bring it up to date."""
        if not dpg.does_item_exist("train.measure.start"):
            return
        measuring, suggested = self._measuring, self._measuring.suggested
        dpg.configure_item("train.measure.words", show=bool(measuring.words))
        dpg.set_value("train.measure.words", measuring.words)
        takes = suggested is not None and not measuring.measuring and suggested != self._train.form.value(ENVIRONMENTS)
        dpg.configure_item("train.measure.take", show=takes, label=f"Take {suggested}")
        again = "Measure again" if suggested is not None else "Measure on this machine"
        dpg.configure_item("train.measure.start", show=not measuring.measuring, label=f"{icons.GAUGE}  {again}")

    def _take(self) -> None:
        self._train.put(ENVIRONMENTS, self._measuring.suggested)
