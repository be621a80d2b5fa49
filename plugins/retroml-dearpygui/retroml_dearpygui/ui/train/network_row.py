"""The network as a choice of what plugins offer, with what it comes to for this game and these settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, cell, grid, text, tooltip
from retroml_dearpygui.viewmodels.prospects import NETWORK
from retroml_dearpygui.viewmodels.wording import million, size

if TYPE_CHECKING:
    from retroml_core.sizing import NetworkSize
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.train import TrainViewModel

__all__ = ["NetworkRow", "network_words"]

MEANING = (
    "What turns the picture into a decision. A larger one can learn more and takes longer for each step; the Nature CNN is "
    "what most published results were made with."
)


class NetworkRow:
    """Draws the choice under tags `train.network*`; it is not shown where an algorithm has its own network."""

    def __init__(self, ui: Ui, model: TrainViewModel) -> None:
        self._ui = ui
        self._model = model
        self._names: dict[str, str] = {}

    def build(self) -> None:
        """Make the row in the current container."""
        ui, model = self._ui, self._model
        self._names = {}
        with dpg.group(tag="train.network.row", show=False):
            with grid(ui, [-150, 1, -34]):
                label = text(ui, "Network", tone="muted", tag="train.network.label")
                tooltip(ui, label, MEANING, "Network")
                dpg.add_combo([], tag="train.network", width=-1, callback=lambda _sender, title: self._choose(title))
                with dpg.tooltip("train.network", delay=0.35) as tip:
                    dpg.add_text("", tag="train.network.summary", wrap=ui.px(340))
                ui.theme(tip, "tooltip")
                button(
                    ui,
                    "",
                    lambda: model.revert(NETWORK),
                    "ghost",
                    icon=icons.ROTATE_CCW,
                    tip="Back to what the preset says",
                    tag="train.network.revert",
                    show=False,
                )
            with cell() as words:
                ui.theme(words, "tight")
                text(ui, "", "small", tag="train.network.words", wrap=0)

    def show(self) -> None:
        """Bring it up to date."""
        model, network = self._model, self._model.prospects.network
        dpg.configure_item("train.network.row", show=bool(model.prospects.networks))
        if network is None:
            return
        names = {one.title: one.name for one in model.prospects.networks}
        if names != self._names:
            self._names = names
            dpg.configure_item("train.network", items=list(names))
        changed = model.form.changed(NETWORK)
        dpg.set_value("train.network", network.title)
        dpg.set_value("train.network.summary", network.summary)
        dpg.set_value("train.network.words", network_words(network))
        dpg.configure_item("train.network.words", color=self._ui.tone("danger" if network.problem else "muted"))
        dpg.configure_item("train.network.revert", show=changed)
        dpg.configure_item("train.network.label", color=self._ui.tone("text" if changed else "muted"))
        self._ui.theme("train.network", "changed_value" if changed else "usual_value")

    def _choose(self, title: str) -> None:
        self._model.put(NETWORK, self._names[title])


def network_words(network: NetworkSize) -> str:
    """What is said of a network: its size, or why it cannot be made."""
    if network.problem:
        return network.problem
    if network.parameters is None or network.memory_bytes is None:
        return network.summary
    return f"{million(network.parameters)} parameters, {size(network.memory_bytes)} while it learns."
