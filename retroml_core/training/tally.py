"""What a run has done so far: steps, episodes, updates, scores. It survives a pause."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retroml_core.environment import EpisodeEnd
    from retroml_core.tree import Tree

__all__ = ["WINDOW", "Tally"]

WINDOW = 100
"""Over how many episodes the mean score is taken."""


@dataclass
class Tally:
    """Counters over all attempts. `anchor` is the step count that schedules go by: that of the last finished chunk."""

    steps: int = 0
    anchor: int = 0
    updates: int = 0
    episodes: int = 0
    best: float | None = None
    last: float | None = None
    recent: deque[float] = field(default_factory=lambda: deque(maxlen=WINDOW))

    def count(self, episodes: Iterable[EpisodeEnd]) -> None:
        """Take in whole games that ended."""
        for episode in episodes:
            self.episodes += 1
            self.last = episode.score
            self.best = episode.score if self.best is None else max(self.best, episode.score)
            self.recent.append(episode.score)

    def mean(self) -> float | None:
        """The mean score of the last 100 episodes, or None before the first."""
        return sum(self.recent) / len(self.recent) if self.recent else None

    def state(self) -> Tree:
        """Everything, as a plain tree."""
        return {**self.__dict__, "recent": list(self.recent)}

    def restore(self, state: Tree) -> None:
        """Take up `state()`."""
        self.__dict__.update({**state, "recent": deque(state["recent"], maxlen=WINDOW)})
