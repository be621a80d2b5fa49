"""Train: pick a game, choose how long, press start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.page import Page
from retroml_dearpygui.ui.widgets.basic import card, text

if TYPE_CHECKING:
    from retroml_dearpygui.ui.ui import Item

__all__ = ["TrainPage"]


class TrainPage(Page):
    """The page one starts with."""

    def build(self, parent: Item) -> None:
        """Make the widgets."""
        with card(self.ui, "New training", icons.SPARKLES):
            text(self.ui, f"{len(self.desk.app.registry.games)} games are installed.", tone="muted")
