"""What an agent thinks: how likely it takes each action, what it expects."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
import numpy as np

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import bar, card, cell, grid, space, text

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.live import LiveFrames
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.watch import WatchViewModel

__all__ = ["MindCard", "action_words"]

MOST_ACTIONS = 18


class MindCard:
    """Draws the mind of the enlarged agent, or of the first: tags `mind.*`."""

    def __init__(self, ui: Ui, model: WatchViewModel) -> None:
        self._ui = ui
        self._model = model
        self._count = -1
        self._names: tuple[str, ...] = ()

    def build(self) -> None:
        """Make the card."""
        ui = self._ui
        self._count, self._names = -1, ()
        with card(ui, "What it thinks", icons.LIGHTBULB, tag="mind"):
            text(ui, "", "small", tag="mind.words", wrap=0)
            with dpg.group() as lines:
                ui.theme(lines, "tight")
                for number in range(MOST_ACTIONS):
                    with grid(ui, [-128, 1, -52], tag=f"mind.{number}", show=False):
                        text(ui, "", "small", tag=f"mind.{number}.name")
                        with cell() as place:
                            ui.theme(place, "tight")
                            space(ui, 3)
                            bar(ui, tag=f"mind.{number}.bar")
                        text(ui, "", "small", tag=f"mind.{number}.share")

    def show(self) -> None:
        """Bring it up to date."""
        model = self._model
        frames = None if model.travelling else model.frames
        number = model.agent or 0
        shares = None if frames is None or frames.probabilities is None else frames.probabilities[number]
        self._show_words(frames, number)
        count = len(frames.action_names) if shares is not None and frames is not None else 0
        if count != self._count:
            self._count = count
            for place in range(MOST_ACTIONS):
                dpg.configure_item(f"mind.{place}", show=place < count)
        if frames is not None and shares is not None:
            self._show_shares(frames, shares, int(frames.actions[number]))

    def _show_shares(self, frames: LiveFrames, shares: NDArray[np.float32], taken: int) -> None:
        for place, name in enumerate(frames.action_names[:MOST_ACTIONS]):
            dpg.set_value(f"mind.{place}.bar", float(np.nan_to_num(shares[place])))
            dpg.set_value(f"mind.{place}.share", f"{float(shares[place]):.0%}")
            dpg.configure_item(f"mind.{place}.name", color=self._ui.tone("text" if place == taken else "muted"))
            if self._names != frames.action_names:
                dpg.set_value(f"mind.{place}.name", action_words(name))
        self._names = frames.action_names

    def _show_words(self, frames: LiveFrames | None, number: int) -> None:
        if frames is None:
            words = "Seen while the agents are at work."
        elif frames.probabilities is None and frames.values is None:
            words = "This algorithm does not tell how likely its actions are."
        else:
            value = f" It expects {float(frames.values[number]):,.2f} points from here on." if frames.values is not None else ""
            words = f"Agent {number + 1}: how likely it takes each action.{value}"
        dpg.set_value("mind.words", words)


def action_words(name: str) -> str:
    """An action of the console as people say it: "UPRIGHTFIRE" is "Up right fire"."""
    words = name
    for part in ("UP", "DOWN", "LEFT", "RIGHT", "FIRE"):
        words = words.replace(part, f" {part}")
    words = " ".join(words.split()).replace("NOOP", "Nothing").lower()
    return words[:1].upper() + words[1:]
