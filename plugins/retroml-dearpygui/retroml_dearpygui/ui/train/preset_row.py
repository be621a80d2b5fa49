"""The presets as cards side by side: how long each takes and which scores may be expected of it."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui.train.room import cramped
from retroml_dearpygui.ui.widgets.basic import cell, grid

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.preset_cards import PresetCard
    from retroml_dearpygui.viewmodels.train import TrainViewModel

__all__ = ["PRESETS", "PresetRow"]

PRESETS = {"short": "Short", "medium": "Medium", "long": "Long"}
HEIGHT, HEIGHT_STACKED = 76, 32
ROOM = 16
"""Letters of a line."""


class PresetRow:
    """Draws the cards under tags `train.preset.<name>`."""

    def __init__(self, ui: Ui, model: TrainViewModel) -> None:
        self._ui = ui
        self._model = model
        self._shown: tuple[str, list[PresetCard]] = ("", [])
        self._stacked = False

    def build(self) -> None:
        """Make the cards in the current container: side by side, or one below the other where there is little room."""
        self._shown = ("", [])
        self._stacked = cramped(self._ui)
        with cell() if self._stacked else grid(self._ui, [1] * len(PRESETS)):
            for name in PRESETS:
                self._card(name)

    def _card(self, name: str) -> None:
        ui, tag = self._ui, f"train.preset.{name}"
        choose = functools.partial(self._model.choose_preset, name)
        height = ui.px(HEIGHT_STACKED if self._stacked else HEIGHT)
        dpg.add_button(tag=tag, width=-1, height=height, callback=lambda _sender, _data, do: do(), user_data=choose)
        ui.font(tag, "small")
        with dpg.tooltip(tag, delay=0.35, hide_on_activity=True) as tip:
            dpg.add_text("", tag=f"{tag}.words", wrap=ui.px(340), color=ui.tone("muted"))
        ui.theme(tip, "tooltip")

    def show(self) -> None:
        """Bring them up to date."""
        chosen, cards = self._model.preset, self._model.prospects.presets
        if (chosen, cards) == self._shown:
            return
        self._shown = (chosen, cards)
        for card in cards:
            tag = f"train.preset.{card.name}"
            between = " · " if self._stacked else "\n"
            dpg.set_item_label(tag, between.join([PRESETS[card.name], card.length, _labelled(card.scores)]))
            dpg.set_value(f"{tag}.words", card.words)
            self._ui.theme(tag, "choice_on" if card.name == chosen else "choice")


def _labelled(scores: str) -> str:
    """ "score 3 to 443", without the first word where there is no room for it."""
    short = len(scores) <= ROOM - len("score ") and scores[-1].isdigit()
    return f"score {scores}" if short else scores
