"""The training of one run as a competitor in a race: what it played at a moment of it, and how it stood by then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from retroml_video.milestones import training_clock
from retroml_video.projector import Stretch
from retroml_video.story import ends_of
from retroml_video.studio import last_step

if TYPE_CHECKING:
    from retroml_core.filming import FilmJob

__all__ = ["GAMES", "Track"]

GAMES = 100
"""How many games, the latest ones, a run is ranked by: the field's usual mean (https://arxiv.org/abs/1709.06009)."""


class Track:
    """The training of the run of `job`, called `name`. Moments are steps of the run.

    `end` is the last of them, `end_seconds` how long it trained by then, `last` where what is shown of it ends; `per_row` steps
    pass in one step of a game.
    """

    def __init__(self, job: FilmJob, name: str) -> None:
        self.job, self.name = job, name
        episodes = [episode for episode in job.tape.episodes("training") if episode.length > 0]
        self.per_row = 1 + max((episode.environment for episode in episodes), default=0)
        self._played = sorted((e for e in episodes if e.environment == 0), key=lambda e: e.first_step)
        self.end = int(last_step(job))
        self.last = max((e.first_step + e.length * self.per_row for e in self._played), default=0)
        self._steps, self._seconds = training_clock(job)
        self.end_seconds = float(self._seconds[-1])
        finished = [episode for episode in episodes if episode.finished]
        ends = ends_of(episodes)[[episode.finished for episode in episodes]]
        order = np.argsort(ends, kind="stable")
        self._ends = ends[order]
        self._sums = np.concatenate(([0.0], np.cumsum(np.asarray([e.score for e in finished], np.float64)[order])))

    def step_at(self, seconds: float) -> int:
        """The step of the run after so many seconds of training; time is taken to pass evenly within a game."""
        return int(np.interp(seconds, self._seconds, self._steps))

    def standing(self, step: int) -> float | None:
        """The mean score of the last games that ended by a step, at most `GAMES` of them; None when none did."""
        games = int(np.searchsorted(self._ends, step, side="right"))
        first = max(games - GAMES, 0)
        return float(self._sums[games] - self._sums[first]) / (games - first) if games else None

    def play_from(self, step: int, rows: int) -> Iterator[Stretch]:
        """What the first of its environments played from a step on, game after game, `rows` steps of a game in all."""
        for episode in self._played:
            first = max(-(-(step - episode.first_step) // self.per_row), 0)
            last = min(first + rows, episode.length)
            if first < last:
                yield Stretch(episode=episode, first=first, last=last, title=self.name)
                rows -= last - first
            if rows < 1:
                return
