"""Runs compared: their learning curves in one plot, and how well each did in the end."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.runs.run import SCORE
from retroml_core.services import ExperimentService, MetricsService
from retroml_dearpygui.services.run_names import run_title
from retroml_dearpygui.services.smoothing import Smooth, smooth
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.debounce import Rhythm
from retroml_dearpygui.viewmodels.wording import million, score, trained

if TYPE_CHECKING:
    from retroml_core.index import RunRow
    from retroml_dearpygui.desk import Desk

__all__ = ["HEADS", "MOST_RUNS", "CompareViewModel", "Compared"]

MOST_RUNS = 6
"""As many as there are colours that everybody can tell apart."""

HEADS = ("Run", "Mean of the last games", "Best game", "Games", "Steps", "Trained")
POINTS = 1500
FOLLOW_SECONDS = 3.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Compared:
    """One of the runs: its `title`, its learning curve, and its figures in words in the order of `HEADS`."""

    row: RunRow
    title: str
    curve: Smooth
    figures: tuple[str, ...]


class CompareViewModel(ViewModel):
    """`runs` are compared while `shown`, over steps or, `by_time`, over the time trained; `note` is what to beware of."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.shown = self.by_time = False
        self.runs: list[Compared] = []
        self.note = ""
        self._ids: list[str] = []
        self._rhythm = Rhythm(desk.clock, FOLLOW_SECONDS)

    def open(self, ids: Collection[str]) -> None:
        """Compare these runs, or say why they cannot be."""
        if not 2 <= len(ids) <= MOST_RUNS:
            self.desk.fail(Fault(f"Tick 2 to {MOST_RUNS} runs to compare, not {len(ids)}."))
            return
        self._ids = list(ids)
        self.refresh()

    def leave(self) -> None:
        """Compare no more."""
        self.shown, self.runs, self._ids = False, [], []
        self.changed()

    def show_by(self, by_time: bool) -> None:
        """Draw over the time trained, or over steps."""
        self.by_time = by_time
        self.changed()

    def tick(self) -> None:
        """Once a frame while they are shown: follow those at work."""
        if any(run.row.state.live for run in self.runs) and self._rhythm.due():
            self.refresh()

    def refresh(self) -> None:
        """Read them anew."""
        ids = list(self._ids)
        self._rhythm.begin()
        self.desk.background(lambda: [self._read(run_id) for run_id in ids], lambda found: self._show(ids, found), self._broken)

    def _read(self, run_id: str) -> Compared:
        experiments, metrics = ExperimentService(self.desk.app), MetricsService(self.desk.app)
        metrics.refresh(experiments.find(run_id))
        row = experiments.get(run_id)
        stored = metrics.curve(run_id, SCORE, max_points=POINTS)
        curve = smooth(stored)
        mean = float(curve.mean[-1]) if len(curve.mean) else None
        figures = (score(mean), score(row.best_score), f"{stored.points:,}", million(row.steps), trained(row.seconds))
        title = run_title(self.desk.app, row)
        return Compared(row=row, title=title, curve=curve, figures=(title, *figures))

    def _show(self, ids: list[str], found: list[Compared]) -> None:
        self._rhythm.end()
        if ids != self._ids:
            return
        self.shown, self.runs = True, found
        several = len({run.row.game for run in found}) > 1
        self.note = "These runs play different games: how high their scores are says little about which learned better."
        self.note = self.note if several else ""
        self.changed()

    def _broken(self, error: Exception) -> None:
        self._rhythm.end()
        self.leave()
        self.desk.fail(error)
