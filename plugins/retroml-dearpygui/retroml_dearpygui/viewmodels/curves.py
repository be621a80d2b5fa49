"""The learning curve of the chosen run and the metrics pinned beside it, followed while somebody looks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from retroml_core.runs.run import SCORE
from retroml_core.services import MetricsService
from retroml_dearpygui.services.smoothing import Smooth, smooth
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.debounce import Rhythm
from retroml_dearpygui.viewmodels.runs import RunsViewModel

if TYPE_CHECKING:
    from retroml_core.index import StoredCurve
    from retroml_core.runs.run import Run
    from retroml_dearpygui.desk import Desk

__all__ = ["Curves", "CurvesViewModel"]

MOST_POINTS = 4000
MOST_PINNED = 4


@dataclass(frozen=True, eq=False)
class Curves:
    """What is known of a run: the score, pinned metrics by name, all `names` there are, and how many games were played."""

    run_id: str = ""
    score: Smooth | None = None
    pinned: dict[str, StoredCurve] = field(default_factory=dict)
    names: tuple[str, ...] = ()
    points: int = 0


class CurvesViewModel(ViewModel):
    """`shown` is what was read last of the run chosen in `RunsViewModel`; `problem` why nothing could be read."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.shown = Curves()
        self.problem = ""
        self._runs = desk.viewmodel(RunsViewModel)
        self._metrics = MetricsService(desk.app)
        self._rhythm = Rhythm(desk.clock, desk.settings.now.update_seconds)
        self._asked: tuple[object, ...] = ()
        self._run = ""

    @property
    def pinned(self) -> tuple[str, ...]:
        """The metrics pinned beside the score."""
        return self.desk.settings.now.pinned_metrics

    @property
    def there(self) -> bool:
        """Whether there is a score to be drawn of the run chosen."""
        return self.shown.score is not None and self.shown.run_id == self._runs.chosen

    @property
    def words(self) -> str:
        """Why there is none, in words."""
        return self.problem or "The curve begins with the first finished game."

    def pin(self, name: str) -> None:
        """Show a metric beside the score, the oldest pinned giving way; or no more."""
        others = tuple(one for one in self.pinned if one != name)
        kept = others if name in self.pinned else (*others, name)[-MOST_PINNED:]
        self.desk.settings.set(pinned_metrics=kept)
        self._asked = ()
        self._rhythm.soon()
        self.changed()

    def tick(self) -> None:
        """Once a frame while a curve is on screen: read what is new of a run at work, or of another run."""
        card = self._runs.card
        if card is not None and card.id != self._run:
            self._run = card.id
            self._rhythm.soon()
            self.changed()
        wanted = (card.id, card.status.step, card.status.state, self.pinned) if card else ()
        if card is None or wanted == self._asked or not self._rhythm.due():
            return
        self._asked = wanted
        self._rhythm.seconds = self.desk.settings.now.update_seconds
        self._rhythm.begin()
        run, names = card.run, self.pinned
        self.desk.background(lambda: self._read(run, names), self._seen, self._failed)

    def _read(self, run: Run, names: tuple[str, ...]) -> Curves:
        self._metrics.refresh(run)
        stored = self._metrics.curve(run.id, SCORE, max_points=MOST_POINTS)
        pinned = {name: self._metrics.curve(run.id, name, max_points=MOST_POINTS) for name in names}
        known = tuple(summary.name for summary in self._metrics.latest([run.id]).get(run.id, []))
        return Curves(
            run_id=run.id,
            score=smooth(stored) if stored.points else None,
            pinned={name: curve for name, curve in pinned.items() if curve.points},
            names=tuple(name for name in known if name != SCORE),
            points=stored.points,
        )

    def _seen(self, curves: Curves) -> None:
        self._rhythm.end()
        self.shown, self.problem = curves, ""
        if self._runs.chosen != curves.run_id:
            self._rhythm.soon()
        self.changed()

    def _failed(self, error: Exception) -> None:
        self._rhythm.end()
        self.problem = str(error)
        self.changed()
