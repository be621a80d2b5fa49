"""The last games of a run, which several metrics look at."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.environment import EpisodeEnd
    from retroml_core.tree import Tree

__all__ = ["WINDOW", "LastGames"]

WINDOW = 100
"""How many games count as the last ones."""


class LastGames:
    """Raw scores and lengths in steps of the last `WINDOW` games, oldest first; `state` holds all of it."""

    def __init__(self) -> None:
        self._scores: deque[float] = deque(maxlen=WINDOW)
        self._lengths: deque[float] = deque(maxlen=WINDOW)

    def take(self, episodes: Iterable[EpisodeEnd]) -> None:
        """Remember games in the order in which they ended."""
        for episode in episodes:
            self._scores.append(episode.score)
            self._lengths.append(episode.length)

    @property
    def scores(self) -> NDArray[np.float64]:
        """The raw scores (n,), n at most `WINDOW`."""
        return np.array(self._scores, dtype=np.float64)

    @property
    def lengths(self) -> NDArray[np.float64]:
        """The lengths in steps (n,)."""
        return np.array(self._lengths, dtype=np.float64)

    def state(self) -> dict[str, Any]:
        """All that is remembered."""
        return {"scores": self.scores, "lengths": self.lengths}

    def restore(self, state: Tree) -> None:
        """Take up `state()`."""
        self._scores = deque(state["scores"].tolist(), maxlen=WINDOW)
        self._lengths = deque(state["lengths"].tolist(), maxlen=WINDOW)
