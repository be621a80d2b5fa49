"""The last ten runs with what can be done about each."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

from retroml_dearpygui.ui import icons
from retroml_dearpygui.ui.widgets.basic import button, grid, refill, row, text
from retroml_dearpygui.ui.widgets.section import section
from retroml_dearpygui.viewmodels.wording import score, trained

if TYPE_CHECKING:
    from retroml_dearpygui.services.runbook import RunCard
    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.viewmodels.runs import RunsViewModel

__all__ = ["RecentCard", "ago"]


class RecentCard:
    """Draws the newest runs: tags `recent.<run id>.view`, `.resume`, `.delete`."""

    def __init__(self, ui: Ui, runs: RunsViewModel) -> None:
        self._ui = ui
        self._runs = runs
        self._drawn: tuple[object, ...] | None = None

    def build(self) -> None:
        """Make the card."""
        self._drawn = None
        with section(self._runs.desk, self._ui, "train.recent", "Recent activity", icons.ACTIVITY):
            dpg.add_group(tag="recent.list")
        self.show()

    def show(self) -> None:
        """Bring it up to date."""
        cards = self._runs.look.recent
        shown = (self._runs.look.problem, *((card.id, self._runs.title(card), self._runs.words(card).words) for card in cards))
        if shown != self._drawn:
            self._drawn = shown
            self._draw(cards)
        for card in cards:
            best = f"best {score(card.status.best_score)}, " if card.status.best_score is not None else ""
            dpg.set_value(f"recent.{card.id}.ago", ago(card.created))
            dpg.set_value(f"recent.{card.id}.figures", f"{best}{trained(card.status.seconds)} trained")

    def _draw(self, cards: tuple[RunCard, ...]) -> None:
        with refill("recent.list"):
            if self._runs.look.problem:
                text(self._ui, self._runs.look.problem, tone="danger", wrap=0)
            elif not cards:
                text(self._ui, "Your trainings will be listed here.", tone="muted")
            for card in cards:
                with grid(self._ui, [1, -118]):
                    self._row(card)

    def _row(self, card: RunCard) -> None:
        ui, runs, words, tag = self._ui, self._runs, self._runs.words(card), f"recent.{card.id}"
        with dpg.group() as lines:
            ui.theme(lines, "tight")
            text(ui, runs.title(card), wrap=0)
            with row(ui, 8):
                text(ui, f"● {words.words}", "small", words.role)
                text(ui, "", "small", tag=f"{tag}.ago")
            text(ui, "", "small", tag=f"{tag}.figures", wrap=0)
        with row(ui, 2):
            button(ui, "", lambda: self._view(card.id), "ghost", icon=icons.EYE, tip="View", tag=f"{tag}.view")
            if words.resume:
                button(ui, "", lambda: runs.resume(card.id), "ghost", icon=icons.PLAY, tip="Resume", tag=f"{tag}.resume")
            if not card.status.state.live:
                button(ui, "", lambda: runs.delete(card.id), "ghost", icon=icons.TRASH_2, tip="Delete", tag=f"{tag}.delete")

    def _view(self, run_id: str) -> None:
        self._runs.choose(run_id)
        self._runs.desk.go("watch", run=run_id)


def ago(created: str, now: datetime | None = None) -> str:
    """How long ago a run was made, from the moment in its id: "2 min ago"; empty when that cannot be read."""
    try:
        made = datetime.strptime(created, "%Y%m%dt%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return ""
    seconds = ((now or datetime.now(UTC)) - made).total_seconds()
    for unit, size in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size:.0f} {unit} ago"
    return "just now"
