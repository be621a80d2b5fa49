"""How much longer the runs at work will take. One for the whole app, so that it knows their speeds on whatever page one is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_dearpygui.services.time_left import Countdown
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.wording import DASH, between

if TYPE_CHECKING:
    from retroml_core.runs.run import Run
    from retroml_dearpygui.desk import Desk
    from retroml_dearpygui.services.time_left import TimeLeft

__all__ = ["TimeLeftViewModel"]


class TimeLeftViewModel(ViewModel):
    """`left` is the time left of the run shown, None while there is none or nobody can know; `words` say the same."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.left: TimeLeft | None = None
        self._runs = desk.viewmodel(RunsViewModel)
        self._seen = -1
        self._countdowns: dict[str, Countdown | None] = {}

    @property
    def words(self) -> str:
        """ "12 to 15 min", a dash when there is nothing to say."""
        return DASH if self.left is None else between(self.left.least, self.left.most)

    def tick(self) -> None:
        """Once a frame: look at the runs when something about them is new."""
        if self._seen == self._runs.version:
            return
        self._seen = self._runs.version
        live = {card.id: card for card in self._runs.look.live}
        self._countdowns = {run_id: self._countdowns[run_id] for run_id in live if run_id in self._countdowns}
        left = {}
        for run_id, card in live.items():
            if run_id not in self._countdowns:
                self._open(run_id, card.run)
            countdown = self._countdowns[run_id]
            left[run_id] = countdown.look(card.status) if countdown is not None else None
        self._show(left.get(self._runs.chosen))

    def _open(self, run_id: str, run: Run) -> None:
        """Read what the run was asked for; one that cannot be read has no time left that anybody knows."""
        self._countdowns[run_id] = None

        def opened(countdown: Countdown) -> None:
            self._countdowns[run_id] = countdown
            self._seen = -1

        self.desk.background(lambda: Countdown(run.tree), opened, lambda _: None)

    def _show(self, left: TimeLeft | None) -> None:
        if left != self.left:
            self.left = left
            self.changed()
