"""A model at play: what it sees, what it thinks, how its games end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_dearpygui.services.performance import Performance
from retroml_dearpygui.viewmodels.base import ViewModel

if TYPE_CHECKING:
    from retroml_core.live import LiveFrames
    from retroml_core.runs.models import Model
    from retroml_dearpygui.desk import Desk

__all__ = ["PerformingViewModel"]

LIVE_FPS = 30.0


class PerformingViewModel(ViewModel):
    """`model` plays (None: none does), `frames` is what it sees now, None before the first; `scores` those of its games so far.

    `problem` says why it plays no more.
    """

    def __init__(self, desk: Desk, perform: Callable[[Path, str], Performance] = Performance) -> None:
        super().__init__(desk)
        self.model: Model | None = None
        self.frames: LiveFrames | None = None
        self.scores: tuple[float, ...] = ()
        self.problem = ""
        self._perform = perform
        self._performance: Performance | None = None

    @property
    def fps(self) -> float:
        """Frames a second that what is shown needs."""
        return LIVE_FPS if self._performance is not None else 0.0

    def start(self, model: Model) -> None:
        """Let `model` play, and nobody else."""
        self.stop()
        try:
            self._performance = self._perform(self.desk.app.root.path, model.id)
        except OSError as error:
            self.desk.fail(error)
            return
        self.model = model
        self.changed()

    def stop(self) -> None:
        """End the play, if there is one."""
        if self._performance is not None:
            self._performance.close()
            self._performance = None
        self.model, self.frames, self.scores, self.problem = None, None, (), ""
        self.changed()

    def close(self) -> None:
        """End the play with the app."""
        self.stop()

    def tick(self) -> None:
        """Once a frame while it is shown."""
        performance = self._performance
        if performance is None:
            return
        over = performance.over.is_set()
        frames, scores = performance.read(), tuple(performance.scores)
        if frames is not None or scores != self.scores:
            self.frames, self.scores = frames or self.frames, scores
            self.changed()
        if over:
            self.problem, self._performance = performance.problem, None
            performance.close()
            self.changed()
