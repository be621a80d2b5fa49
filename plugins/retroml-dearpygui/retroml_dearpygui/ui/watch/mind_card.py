"""What an agent thinks: how likely it takes each action, what it expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
import numpy as np

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import bar, card, cell, grid, space, text, tooltip

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.live import LiveFrames
    from retroml_dearpygui.ui.ui import Ui

__all__ = ["MindCard", "action_words"]

MOST_ACTIONS = 18
VALUE_WORDS = (
    "What the policy expects of the moment: the sum of the rewards to come, later ones counted less. "
    "Rewards are mostly clipped to -1, 0 and 1 while it learns, so this is no number of points."
)


class MindCard:
    """Draws the mind of one agent: tags `<tag>.*`."""

    def __init__(self, ui: Ui, tag: str = "mind") -> None:
        self._ui = ui
        self._tag = tag
        self._count = -1
        self._names: tuple[str, ...] = ()

    def build(self) -> None:
        """Make the card."""
        ui = self._ui
        self._count, self._names = -1, ()
        with card(ui, "What it thinks", icons.LIGHTBULB, tag=self._tag):
            words = text(ui, "", "small", tag=f"{self._tag}.words", wrap=0)
            tooltip(ui, words, VALUE_WORDS, "Value estimate")
            with dpg.group() as lines:
                ui.theme(lines, "tight")
                for number in range(MOST_ACTIONS):
                    with grid(ui, [-128, 1, -52], tag=f"{self._tag}.{number}", show=False):
                        ui.theme(text(ui, "", "small", tag=f"{self._tag}.{number}.name"), "tight")
                        with cell() as place:
                            ui.theme(place, "tight")
                            space(ui, 5)
                            bar(ui, tag=f"{self._tag}.{number}.bar")
                        ui.theme(text(ui, "", "small", tag=f"{self._tag}.{number}.share"), "tight")

    def show(self, frames: LiveFrames | None, number: int = 0) -> None:
        """Show what agent `number` of `frames` thinks; None: nothing is seen now."""
        shares = None if frames is None or frames.probabilities is None else frames.probabilities[number]
        self._show_words(frames, number)
        count = len(frames.action_names) if shares is not None and frames is not None else 0
        if count != self._count:
            self._count = count
            for place in range(MOST_ACTIONS):
                dpg.configure_item(f"{self._tag}.{place}", show=place < count)
        if frames is not None and shares is not None:
            self._show_shares(frames, shares, int(frames.actions[number]))

    def _show_shares(self, frames: LiveFrames, shares: NDArray[np.float32], taken: int) -> None:
        for place, name in enumerate(frames.action_names[:MOST_ACTIONS]):
            dpg.set_value(f"{self._tag}.{place}.bar", float(np.nan_to_num(shares[place])))
            dpg.set_value(f"{self._tag}.{place}.share", f"{float(shares[place]):.0%}")
            dpg.configure_item(f"{self._tag}.{place}.name", color=self._ui.tone("text" if place == taken else "muted"))
            if self._names != frames.action_names:
                dpg.set_value(f"{self._tag}.{place}.name", action_words(name))
        self._names = frames.action_names

    def _show_words(self, frames: LiveFrames | None, number: int) -> None:
        if frames is None:
            words = "Seen while the agents play."
        elif frames.probabilities is None and frames.values is None:
            words = "This algorithm does not tell how likely its actions are."
        else:
            value = f" Value estimate {float(frames.values[number]):,.2f}." if frames.values is not None else ""
            who = f"Agent {number + 1}: how" if len(frames.frames) > 1 else "How"
            words = f"{who} likely it takes each action.{value}"
        dpg.set_value(f"{self._tag}.words", words)


def action_words(name: str) -> str:
    """An action of the console as people say it: "UPRIGHTFIRE" is "Up right fire"."""
    words = name
    for part in ("UP", "DOWN", "LEFT", "RIGHT", "FIRE"):
        words = words.replace(part, f" {part}")
    words = " ".join(words.split()).replace("NOOP", "Nothing").lower()
    return words[:1].upper() + words[1:]
