"""How many games at once are fastest here: measured when asked for, remembered per machine, game and algorithm."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from retroml_core.training.measured import recall
from retroml_dearpygui.services.long_work import Spawn, run_long, spawn_thread
from retroml_dearpygui.services.measuring import COMMAND, measure
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.last_answer import LastAnswer
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.wording import several

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.training.measured import Measured, Subject
    from retroml_dearpygui.desk import Desk

__all__ = ["ENVIRONMENTS", "MeasuringViewModel"]

ENVIRONMENTS = "algorithm.environments"


class MeasuringViewModel(ViewModel):
    """`measured` is what is known of the `subject`, None before it was measured; `measuring` while that goes on.

    `ask` measures, in what `spawn` makes for it: half a minute would keep other work waiting.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.subject: Subject | None = None
        self.measured: Measured | None = None
        self.measuring = False
        self.spawn: Spawn = spawn_thread
        self.ask = measure
        self._remembered = LastAnswer(desk)

    @property
    def offered(self) -> bool:
        """Whether a plugin brings the command that measures."""
        return COMMAND in self.desk.app.registry.commands

    @property
    def suggested(self) -> int | None:
        """The number of environments with the most steps a second, None while it is not known."""
        return None if self.measured is None else self.measured.environments

    @property
    def words(self) -> str:
        """What was measured, in words; "" before that."""
        if self.measuring:
            return "Measuring, half a minute …"
        speeds = self._speeds()
        if self.suggested is None or not speeds:
            return ""
        return f"Measured here, steps/s: {', '.join(f'{count} games {speed:,.0f}' for count, speed in speeds)}."

    def about(self, subject: Subject) -> None:
        """Something else would be trained: recall what was measured of it."""
        if subject == self.subject:
            return
        self.subject, self.measured = subject, None
        self._remembered.ask(functools.partial(recall, self.desk.app.root, subject), self._recalled, lambda _: None)
        self.changed()

    def measure(self, settings: Sequence[str]) -> None:
        """Measure a training of `settings`, words such as `game=pong`, which are those of the subject."""
        if self.measuring:
            return
        self.measuring = True
        live = len(self.desk.viewmodel(RunsViewModel).look.live)
        if live:
            self.desk.toast("Measuring beside other work", f"{several(live, 'training')} at work here: all will seem slower.")
        subject = self.subject
        run_long(
            self.desk.post,
            self.spawn,
            functools.partial(self.ask, self.desk.app.root.path, list(settings)),
            lambda found: self._done(subject, found),
            self._failed,
        )
        self.changed()

    def _speeds(self) -> list[tuple[int, float]]:
        """Each number of environments tried, with the most steps a second of it."""
        best: dict[int, float] = {}
        for trial in self.measured.trials if self.measured is not None else ():
            if trial.steps_per_second is not None:
                count = trial.choice.environments
                best[count] = max(best.get(count, 0.0), trial.steps_per_second)
        return sorted(best.items())

    def _recalled(self, measured: Measured | None) -> None:
        self.measured = measured
        self.changed()

    def _done(self, subject: Subject | None, measured: Measured) -> None:
        self.measuring = False
        if subject == self.subject:
            self.measured = measured
        self.changed()

    def _failed(self, error: Exception) -> None:
        self.measuring = False
        self.changed()
        self.desk.fail(error)
