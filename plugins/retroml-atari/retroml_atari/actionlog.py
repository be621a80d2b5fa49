"""The actions played so far, as far back as a resume may need them.

Shapes: T time (rows of one action per environment), B environments.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["ActionLog"]


class ActionLog:
    """Rows of actions, numbered from the start of the run's play; old rows are forgotten by `forget`."""

    def __init__(self, count: int, first_row: int = 0) -> None:
        self._rows = np.zeros((1024, count), np.uint8)
        self._first = first_row
        self._used = 0

    @property
    def next_row(self) -> int:
        """The number of the row that `append` writes next."""
        return self._first + self._used

    def append(self, actions: NDArray[np.int64]) -> None:
        """Add a row of actions (B,)."""
        if self._used == len(self._rows):
            self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
        self._rows[self._used] = actions
        self._used += 1

    def since(self, environment: int, row: int) -> NDArray[np.uint8]:
        """The environment's actions from `row` on. Raises ValueError when they are forgotten."""
        if row < self._first:
            raise ValueError(f"the actions before row {self._first} are forgotten, row {row} was asked for")
        return self._rows[row - self._first : self._used, environment].copy()

    def forget(self, row: int) -> None:
        """Rows before `row` are no longer needed; memory is given back when that is worth it."""
        gone = row - self._first
        if gone * 2 < len(self._rows):
            return
        kept = self._rows[gone : self._used]
        size = max(1024, 2 * len(kept))
        rows = np.zeros((size, self._rows.shape[1]), np.uint8)
        rows[: len(kept)] = kept
        self._rows, self._first, self._used = rows, row, len(kept)

    @staticmethod
    def of(histories: Sequence[NDArray[np.uint8]], next_row: int) -> ActionLog:
        """A log whose environments' latest actions are `histories`, so that the next row is `next_row`."""
        longest = max(len(history) for history in histories)
        log = ActionLog(len(histories), next_row - longest)
        log._rows = np.zeros((max(1024, 2 * longest), len(histories)), np.uint8)
        for environment, history in enumerate(histories):
            log._rows[longest - len(history) : longest, environment] = history
        log._used = longest
        return log
