"""Algorithms compared: each trains the same game for as long, with the same seeds, one training after the other."""

from __future__ import annotations

import functools
import secrets
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.index import RunFilter
from retroml_core.runs.forecast import size_text
from retroml_core.runs.ids import new_run_id
from retroml_core.services import ExperimentService
from retroml_dearpygui.desk import Kind
from retroml_dearpygui.services.comparing import compare_command, start_comparison
from retroml_dearpygui.services.expectation import expect
from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.compare import CompareViewModel
from retroml_dearpygui.viewmodels.train import SEEDS, TrainViewModel
from retroml_dearpygui.viewmodels.wording import several, trained

if TYPE_CHECKING:
    from collections.abc import Callable

    from retroml_core.index import RunRow
    from retroml_dearpygui.desk import Desk

__all__ = ["MOST_SEEDS", "ComparisonViewModel"]

NAME = "comparison"
MOST_SEEDS = 20


class ComparisonViewModel(ViewModel):
    """`algorithms` are those chosen, by name; `seeds` how many trainings of each; `group` that of the last one, "" before any.

    Game, length and device are those of the Train page; all other settings are the usual ones of each algorithm.
    """

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.algorithms: set[str] = set()
        self.seeds = 1
        self.group = str(desk.settings.recall(NAME).get("group", ""))
        self.starting = False
        self.spawn = start_comparison
        self._train = desk.viewmodel(TrainViewModel)

    @property
    def trainings(self) -> int:
        """How many there would be."""
        return len(self.algorithms) * self.seeds

    @property
    def can_start(self) -> bool:
        """Whether there is something to compare, for a time that can be."""
        return len(self.algorithms) > 1 and not self._train.length.fault and not self._train.seed_fault and not self.starting

    @property
    def words(self) -> str:
        """What it comes to."""
        if len(self.algorithms) < 2:
            return "Tick two or more. Each plays the game above for the time above, with its own usual settings."
        time = trained(self.trainings * self._train.length.seconds)
        return f"{several(self.trainings, 'training')}, one after the other, about {time} in all. Stopping one ends the rest."

    def choose(self, algorithm: str, chosen: bool) -> None:
        """Let an algorithm take part, or not."""
        (self.algorithms.add if chosen else self.algorithms.discard)(algorithm)
        self.changed()

    def set_seeds(self, seeds: int) -> None:
        """So many trainings of each algorithm."""
        self.seeds = min(max(seeds, 1), MOST_SEEDS)
        self.changed()

    def start(self) -> None:
        """Start it, in a process of its own that goes on when the app is closed."""
        if not self.can_start:
            return
        train = self._train
        names = [spec.name for spec in train.algorithms if spec.name in self.algorithms]
        first = int(train.seed_text) if train.seed_text.strip() else secrets.randbelow(SEEDS)
        seeds = [(first + more) % 2**32 for more in range(self.seeds)]
        group = new_run_id(train.game, "comparison")
        self.starting = True
        length = f"budget.seconds={train.length.seconds:g}"
        words = [f"game={train.game}", f"preset={train.preset}", f"device={self.desk.settings.now.device}", length]
        work = functools.partial(self._begin, words, names, seeds, group)
        self.desk.background(work, lambda _: self._started(group), self._failed)
        self.changed()

    def show(self) -> None:
        """Their learning curves in one plot, their figures in one table."""

        def found(rows: list[RunRow]) -> None:
            self.desk.viewmodel(CompareViewModel).open([row.id for row in rows])
            self.desk.go("experiments")

        self._with_runs(found)

    def race(self) -> None:
        """Ask for a film of them side by side."""
        self._with_runs(lambda rows: self.desk.go("videos", race=",".join(row.id for row in rows)))

    # --- inside ---------------------------------------------------------------------------------------------------------

    def _begin(self, words: list[str], names: list[str], seeds: list[int], group: str) -> None:
        app = self.desk.app
        needs = [expect(app, self.desk.composer.compose([*words, f"algorithm={name}"]), None) for name in names]
        if (disk := len(seeds) * sum(need.disk for need in needs)) > needs[0].free:
            free = size_text(needs[0].free)
            raise Fault(f"these trainings may need {size_text(disk)} of disk, {free} are free: free some, or choose fewer")
        app.root.prepare()
        self.desk.children.adopt(self.spawn(app.root.path, compare_command(words, names, seeds, group)))

    def _started(self, group: str) -> None:
        self.starting, self.group = False, group
        self.desk.settings.remember(NAME, group=group)
        self.desk.toast("Comparison started", f"{several(self.trainings, 'training')}, one after the other", Kind.OK)
        self.changed()

    def _failed(self, error: Exception) -> None:
        self.starting = False
        self.changed()
        self.desk.fail(error)

    def _with_runs(self, do: Callable[[list[RunRow]], None]) -> None:
        experiments, wanted = ExperimentService(self.desk.app), RunFilter(group=self.group, limit=None, descending=False)

        def work() -> list[RunRow]:
            experiments.sync()
            rows = experiments.list(wanted)
            if len(rows) < 2:
                raise Fault("The second training of the comparison has not begun yet.")
            return rows

        self.desk.background(work, do)
