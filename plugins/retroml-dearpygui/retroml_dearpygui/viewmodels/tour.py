"""The tour of the first start: "train your first model" on the real app, one step after the other, ending with its film."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_dearpygui.viewmodels.base import ViewModel
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.train import TrainViewModel

if TYPE_CHECKING:
    from retroml_dearpygui.desk import Desk

__all__ = ["TourStep", "TourViewModel"]

NAME = "tour"
EASY_GAME = "kung_fu_master"
MINUTES = "5"
UNTIL_START = 3
"""How many steps lead to a training: who starts one without them has no more need of them."""


@dataclass(frozen=True)
class TourStep:
    """What to do next, in words; `label` is a button that does it, `done` whether it was done.

    `waits` for it: doing takes a while, so pressing the button is not enough.
    """

    title: str
    text: str
    label: str
    do: Callable[[], None]
    done: Callable[[], bool]
    waits: bool = False


class TourViewModel(ViewModel):
    """`step` is the one to show, None when there is nothing (more) to show."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self._runs = desk.viewmodel(RunsViewModel)
        self._train = desk.viewmodel(TrainViewModel)
        kept = desk.settings.recall(NAME).get("at")
        self._at = max(0, kept) if isinstance(kept, int) else 0
        self._game = self._train.game
        self._first_runs = -1
        self._steps = self._make()

    @property
    def step(self) -> TourStep | None:
        """The step to show."""
        if self.desk.settings.now.toured or self._at >= len(self._steps):
            return None
        return self._steps[self._at]

    @property
    def place(self) -> str:
        """ "2 of 5"."""
        return f"{self._at + 1} of {len(self._steps)}"

    @property
    def _started(self) -> bool:
        """Whether a training was started since the tour began."""
        return 0 <= self._first_runs < self._runs.look.total

    def begin(self) -> None:
        """From the first step on."""
        self._first_runs, self._game = -1, self._train.game
        self._go(0)

    def tick(self) -> None:
        """Go on when the user did what the step says."""
        if self._first_runs < 0 and self._runs.loaded:
            self._first_runs = self._runs.look.total
        step = self.step
        if step is not None and (step.done() or (self._started and self._at < UNTIL_START)):
            self.go_on()

    def act(self) -> None:
        """The user pressed the button of the step."""
        step = self.step
        if step is not None:
            step.do()
            if step.done() or not step.waits:
                self.go_on()

    def go_on(self) -> None:
        """The next step; after the last the tour is over for good."""
        self._go(self._at + 1)
        if self._at >= len(self._steps):
            self.leave()

    def leave(self) -> None:
        """No tour any more."""
        self.desk.settings.set(toured=True)
        self.changed()

    def _go(self, at: int) -> None:
        """Show a step, also at the next start."""
        self._at = at
        self.desk.settings.remember(NAME, at=at)
        self.changed()

    def _make(self) -> list[TourStep]:
        easy = EASY_GAME in self.desk.app.registry.games
        game = self.desk.app.registry.games[EASY_GAME].title if easy else self._train.game_spec.title
        return [
            TourStep(
                "Pick a game",
                f"Click a picture. {game} is learned quickly.",
                f"Take {game}",
                lambda: self._train.choose_game(EASY_GAME if easy else self._train.game),
                lambda: self._train.game != self._game,
            ),
            TourStep(
                "Five minutes are enough",
                "Type how long to train, or take five minutes for a first look.",
                "Five minutes",
                lambda: self._train.set_length("0", MINUTES),
                lambda: self._train.length.minutes_text == MINUTES and self._train.length.hours_text in ("", "0"),
            ),
            TourStep(
                "Start",
                "Press Start. The training goes on even when this window is closed.",
                "Start training",
                self._train.start,
                lambda: self._started,
                waits=True,
            ),
            TourStep(
                "Watch it learn",
                "See all agents play at once. Click one to see what it thinks; drag the slider to go back in time.",
                "Watch",
                lambda: self.desk.go("watch"),
                lambda: False,
            ),
            TourStep(
                "Its film",
                "When the training ends, its films are made by themselves and shown under Videos.",
                "Open Videos",
                lambda: self.desk.go("videos"),
                lambda: False,
            ),
        ]
