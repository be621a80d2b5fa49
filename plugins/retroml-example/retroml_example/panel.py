"""A card on the desktop app's Train page: how the run shown compares with people. Imported only when the app shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
from retroml_dearpygui.ui.widgets.basic import text

from retroml_core.services import ExperimentService

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["build"]


def build(desk: Desk, ui: Ui, parent: Item) -> Callable[[str | None], None]:
    """Fill the card; what is returned is called about once a second with the id of the run on screen."""
    words = text(ui, "", tone="muted", wrap=0, parent=parent)
    runs = ExperimentService(desk.app)

    def refresh(run_id: str | None) -> None:
        dpg.set_value(words, comparison(desk, runs, run_id) if run_id else "Nothing is training yet.")

    return refresh


def comparison(desk: Desk, runs: ExperimentService, run_id: str) -> str:
    """The best score of a run beside what people score, in a sentence."""
    run = runs.find(run_id)
    game, best = desk.app.registry.games.get(str(run.tree["game"])), run.status().best_score
    if best is None:
        return "No game has ended yet."
    if game is None or not game.human_score:
        return f"Its best game had {best:,.0f} points."
    return f"Its best game had {best:,.0f} points, people have {game.human_score:,.0f} on average."
