"""Chooses what a time-lapse shows: stretches of real play over the whole training, from its first game to its end.

The training is cut into as many windows as the film has stretches. The first shows the first game from its beginning, the
last the end of the play recorded last; between them each shows either a **record** (a game better than all before it) or a
**typical** game (the one of median score), in turn, at the part of the game where most points are made. The first points
and the best game of all are always among them. The same tape and length give the same film.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from retroml_video.projector import Stretch
from retroml_video.reel import Reel

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tape import Tape, TapedEpisode

__all__ = ["Director", "Reason", "ends_of"]

_FIRST_POINTS_SEARCH = 400
_LEAST_WINDOWS = 4


class Reason(StrEnum):
    """Why a stretch is shown; the film's headlines."""

    FIRST = "The first game"
    POINTS = "The first points"
    RECORD = "Best game so far"
    BEST = "Best game of the training"
    TYPICAL = "A typical game"
    END = "The end of the training"


def ends_of(episodes: Sequence[TapedEpisode]) -> NDArray[np.float64]:
    """The run's step count when each episode ended: its steps are spread over all environments that play together."""
    together = 1 + max((episode.environment for episode in episodes), default=0)
    return np.asarray([episode.first_step + episode.length * together for episode in episodes], np.float64)


class Director:
    """Plans one time-lapse of `steps` steps from stretches of about `stretch_steps`. Use once."""

    def __init__(self, tape: Tape, *, steps: int, stretch_steps: int) -> None:
        self.tape, self.steps, self.stretch_steps = tape, steps, max(stretch_steps, 1)
        self.windows = max(round(steps / self.stretch_steps), 1)
        self.episodes = [episode for episode in tape.episodes("training") if episode.length > 0]
        self._reel = Reel(self.episodes)
        self._ends = ends_of(self.episodes)
        self._scores = np.asarray([episode.score for episode in self.episodes])
        self._members: dict[int, list[int]] = defaultdict(list)
        self._records: set[int] = set()
        self._best: int | None = None
        self._best_window = 0

    def plan(self) -> list[Stretch]:
        """The stretches in order of time; fewer steps than asked only when the tape holds fewer."""
        if sum(episode.length for episode in self.episodes) <= self.steps:
            return [
                Stretch(episode=episode, first=0, last=episode.length, title=f"Game {episode.number}")
                for episode in sorted(self.episodes, key=lambda episode: (episode.first_step, episode.number))
            ]
        self._survey()
        first_points = self._first_points() if self.windows >= _LEAST_WINDOWS else []
        missing = 0
        for window in range(self.windows):
            share = self.steps // self.windows + (window < self.steps % self.windows)
            choices = self._choices(window) if window != 1 else first_points + self._choices(window)
            missing = self._fill(choices, share + missing)
        missing -= self._reel.grow(missing)
        self._fill([(number, Reason.TYPICAL) for number in range(len(self.episodes))], missing, least=1)
        return self._reel.stretches()

    def _survey(self) -> None:
        """Sort the episodes into windows; find the records and the best."""
        pool = [i for i, episode in enumerate(self.episodes) if episode.finished] or list(range(len(self.episodes)))
        homes = np.clip(np.ceil(self._ends * self.windows / self._ends.max()) - 1, 0, self.windows - 1).astype(int)
        best: int | None = None
        for number in sorted(pool, key=lambda i: (self._ends[i], i)):
            self._members[homes[number]].append(number)
            if best is None or self._scores[number] > self._scores[best]:
                self._records.update([] if best is None else [number])
                best = number
        self._best = best if best is not None and self._scores[best] > 0 else None
        if self._best is not None:
            # Its own stretch, also where it falls into the first or the last window, which show something else.
            self._best_window = min(max(int(homes[self._best]), 1), max(self.windows - 2, 0))

    def _choices(self, window: int) -> list[tuple[int, Reason]]:
        """Episodes for a window, best choice first, with the reason for each."""
        members = self._members[window]
        by_score = sorted(members, key=lambda i: (self._scores[i], i))
        middle = (len(by_score) - 1) / 2
        places = sorted(range(len(by_score)), key=lambda place: (abs(place - middle), place))
        typical = [(by_score[place], Reason.TYPICAL) for place in places]
        if window == 0:
            first = min(range(len(self.episodes)), key=lambda i: (self.episodes[i].first_step, self.episodes[i].number))
            return [(first, Reason.FIRST), *typical]
        if window == self.windows - 1:
            return [(int(np.argmax(self._ends)), Reason.END), *typical]
        best = [(self._best, Reason.BEST)] if self._best is not None and window == self._best_window else []
        records = [(i, Reason.RECORD) for i in members[::-1] if i in self._records and window % 2]
        return [*best, *records[:1], *typical]

    def _first_points(self) -> list[tuple[int, Reason]]:
        """The episode with the earliest point of the training, where one is found among the first few hundred."""
        together = 1 + max(episode.environment for episode in self.episodes)
        order = sorted(range(len(self.episodes)), key=lambda i: (self.episodes[i].first_step, i))
        earliest: tuple[int, int] | None = None
        for number in order[:_FIRST_POINTS_SEARCH]:
            episode = self.episodes[number]
            if earliest is not None and episode.first_step > earliest[0]:
                break
            gains = np.flatnonzero(self.tape.rewards(episode) > 0)
            if len(gains):
                found = (episode.first_step + int(gains[0]) * together, number)
                earliest = min(earliest or found, found)
        return [(earliest[1], Reason.POINTS)] if earliest is not None else []

    def _fill(self, choices: Sequence[tuple[int, Reason]], share: int, least: int | None = None) -> int:
        """Take about `share` steps from `choices` in turn; how many could not be had without showing mere snippets."""
        least = max(self.stretch_steps // 2, 1) if least is None else least
        for position, (number, reason) in enumerate(choices):
            if share < 1 or (position > 0 and share < least):
                break
            steps = min(share, self.episodes[number].length)
            share -= self._reel.take(number, self._start(number, reason, steps), steps, least, reason)
        return share

    def _start(self, number: int, reason: Reason, steps: int) -> int:
        """Where in the episode its most telling `steps` steps begin."""
        length = self.episodes[number].length
        if reason is Reason.FIRST:
            return 0
        if reason is Reason.END:
            return length - steps
        rewards = self.tape.rewards(self.episodes[number])
        gains = np.flatnonzero(rewards > 0)
        if len(gains) == 0:
            return 0
        if reason is Reason.POINTS:
            return int(np.clip(int(gains[0]) - steps * 3 // 5, 0, length - steps))
        sums = np.concatenate(([0.0], np.cumsum(np.maximum(rewards, 0), dtype=np.float64)))
        return int(np.argmax(sums[steps:] - sums[: length - steps + 1]))
