"""What there is to tell about a training: which games were its milestones, and what each part of it was like.

The training is cut into **windows** of equal length. A window is a **leap** when its typical game is clearly better than in all
windows before, and belongs to a **plateau** when for long nothing became better.

Shapes: E episodes, W windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from retroml_video.words import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tape import TapedEpisode

__all__ = ["Choice", "Reason", "Story", "ends_of"]

_LEAP = 0.25
_BETTER = 0.05
_PLATEAU_WINDOWS = 3
_WEIGHTS = {"leap": 1.4, "plateau": 0.75}

Choice = tuple[int, "Reason", str]
"""An episode by its place in the list, why it is shown in a word, and in a sentence."""


class Reason(StrEnum):
    """Why a stretch is shown; the film's headlines."""

    FIRST = "The first game"
    POINTS = "The first points"
    RECORD = "Best game so far"
    BEST = "Best game of the training"
    LEAP = "A leap forward"
    PLATEAU = "No progress for a while"
    TYPICAL = "A typical game"
    GOING_ON = "In the middle of a game"
    END = "The end of the training"


def ends_of(episodes: Sequence[TapedEpisode]) -> NDArray[np.float64]:
    """The run's step count when each episode ended: its steps are spread over all environments that play together."""
    together = 1 + max((episode.environment for episode in episodes), default=0)
    return np.asarray([episode.first_step + episode.length * together for episode in episodes], np.float64)


class Story:
    """The story of `episodes` in `windows` windows.

    `typical` float (W,) is the median score of the games that ended in each window, nan where none did; `weights` float (W,)
    says how much of the film each deserves.
    """

    def __init__(self, episodes: Sequence[TapedEpisode], windows: int) -> None:
        self.episodes, self.windows = episodes, windows
        self.scores = np.asarray([episode.score for episode in episodes], np.float64)
        self.ends = ends_of(episodes)
        self._pool = [i for i, one in enumerate(episodes) if one.finished] or list(range(len(episodes)))
        homes = np.clip(np.ceil(self.ends * windows / max(self.ends.max(initial=1), 1)) - 1, 0, windows - 1).astype(int)
        self._order = sorted(self._pool, key=lambda i: (self.ends[i], i))
        self.members: list[list[int]] = [[] for _ in range(windows)]
        for i in self._order:
            self.members[homes[i]].append(i)
        self.typical = np.asarray([np.median(self.scores[own]) if own else np.nan for own in self.members], np.float64)
        self._find_records(homes)
        self._find_changes()

    def _find_records(self, homes: NDArray[np.intp]) -> None:
        self.records: dict[int, float] = {}
        best: int | None = None
        for i in self._order:
            if best is None or self.scores[i] > self.scores[best]:
                if best is not None:
                    self.records[i] = float(self.scores[best])
                best = i
        self.best = best if best is not None and self.scores[best] > self.scores[self._order[0]] else None
        # Its own stretch, also where it falls into the first or the last window, which show something else.
        last = max(self.windows - 2, 0)
        self.best_window = min(max(int(homes[self.best]), 1), last) if self.best is not None else -1

    def _find_changes(self) -> None:
        known = self.typical[~np.isnan(self.typical)]
        span = float(np.ptp(known)) if len(known) else 0.0
        self.leaps: dict[int, float] = {}
        self.plateaus: set[int] = set()
        top, since = float("nan"), 0
        for window, score in enumerate(self.typical.tolist()):
            if np.isnan(score):
                continue
            if span > 0 and score - top >= _LEAP * span:
                self.leaps[window] = top
            since = 0 if not score <= top + _BETTER * span else since + 1
            if since >= _PLATEAU_WINDOWS:
                self.plateaus.add(window)
            top = np.fmax(top, score)
        self.weights = np.ones(self.windows)
        self.weights[list(self.leaps)] = _WEIGHTS["leap"]
        self.weights[list(self.plateaus)] = _WEIGHTS["plateau"]

    def choices(self, window: int) -> list[Choice]:
        """Episodes for a window, best choice first."""
        typical = self._typical(window)
        if window == 0:
            first = min(range(len(self.episodes)), key=lambda i: (self.episodes[i].first_step, self.episodes[i].number))
            return [(first, Reason.FIRST, "the first game of the training, from its beginning"), *typical]
        if window == self.windows - 1:
            return [(int(np.argmax(self.ends)), Reason.END, "the play recorded last"), *typical]
        milestones: list[Choice] = []
        if window == self.best_window and self.best is not None:
            points = number(self.scores[self.best])
            milestones.append((self.best, Reason.BEST, f"{points} points, the best of {len(self._pool)} games"))
        elif window not in self.leaps and window % 2:
            milestones += self._record(window)
        return [*milestones, *typical]

    def _record(self, window: int) -> list[Choice]:
        for i in reversed(self.members[window]):
            if i in self.records:
                points, before = number(self.scores[i]), number(self.records[i])
                return [(i, Reason.RECORD, f"{points} points: no game before it made more than {before}")]
        return []

    def _typical(self, window: int) -> list[Choice]:
        """The games of a window from its middle score outwards."""
        if not self.members[window]:
            return self._played_through(window)
        by_score = sorted(self.members[window], key=lambda i: (self.scores[i], i))
        middle = (len(by_score) - 1) / 2
        places = sorted(range(len(by_score)), key=lambda place: (abs(place - middle), place))
        return [(by_score[place], *self._reason(window, by_score[place])) for place in places]

    def _reason(self, window: int, i: int) -> tuple[Reason, str]:
        part = f"{window * 100 // self.windows} to {(window + 1) * 100 // self.windows} % of the training"
        typical = number(round(float(self.typical[window]), 1))
        if window in self.leaps:
            before = number(round(self.leaps[window], 1))
            return Reason.LEAP, f"the typical game rose from at most {before} to {typical} points ({part})"
        if window in self.plateaus:
            return Reason.PLATEAU, f"the typical game, {typical} points, is no better than before ({part})"
        games = len(self.members[window])
        middle = f"near the middle of the {games} games that ended there" if games > 1 else "the only game that ended there"
        return Reason.TYPICAL, f"{number(self.scores[i])} points, {middle} ({part})"

    def _played_through(self, window: int) -> list[Choice]:
        """For a window in which no game ended: the games that went on all through it."""
        begin, end = (self.ends.max() * edge / self.windows for edge in (window, window + 1))
        why = f"no game ended there ({window * 100 // self.windows} to {(window + 1) * 100 // self.windows} % of the training)"
        found = [i for i, one in enumerate(self.episodes) if one.first_step <= begin and self.ends[i] >= end]
        return [(i, Reason.GOING_ON, why) for i in found]
