"""Bookkeeping of whole games: scores from raw rewards, lengths, lives; whatever learning is shown.

Shapes: B environments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.environment import EpisodeEnd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tree import Tree

__all__ = ["Ledger"]


@dataclass
class Ledger:
    """The open games of B environments. Rows count the steps of each environment, steps those of all of them."""

    scores: NDArray[np.int64]
    begun: NDArray[np.int64]
    numbers: NDArray[np.int64]
    lives: NDArray[np.int32]
    next_number: int
    origin: int

    @staticmethod
    def new(count: int, *, first_number: int, first_step: int) -> Ledger:
        """An empty ledger; its first game gets `first_number`, row 0 is step `first_step`."""
        zeros = np.zeros(count, np.int64)
        return Ledger(zeros.copy(), zeros.copy(), zeros.copy(), np.zeros(count, np.int32), first_number, first_step)

    def step_at(self, row: int) -> int:
        """The step count of the run when `row` begins."""
        return self.origin + row * len(self.scores)

    def begin(self, environment: int, row: int) -> int:
        """A game begins at `row`; its number."""
        number, self.next_number = self.next_number, self.next_number + 1
        self.numbers[environment], self.begun[environment], self.scores[environment] = number, row, 0
        return number

    def end(self, environment: int, row: int, truncated: bool) -> EpisodeEnd:
        """The game that ended with the step before `row`."""
        begun = int(self.begun[environment])
        return EpisodeEnd(
            environment=environment,
            number=int(self.numbers[environment]),
            score=float(self.scores[environment]),
            length=row - begun,
            first_step=self.step_at(begun),
            truncated=truncated,
        )

    def state(self) -> Tree:
        """All of it."""
        return {
            "scores": self.scores.copy(),
            "begun": self.begun.copy(),
            "numbers": self.numbers.copy(),
            "lives": self.lives.copy(),
            "next_number": self.next_number,
            "origin": self.origin,
        }

    @staticmethod
    def restored(state: Tree) -> Ledger:
        """The ledger whose `state()` this is."""
        return Ledger(
            state["scores"].astype(np.int64),
            state["begun"].astype(np.int64),
            state["numbers"].astype(np.int64),
            state["lives"].astype(np.int32),
            int(state["next_number"]),
            int(state["origin"]),
        )
