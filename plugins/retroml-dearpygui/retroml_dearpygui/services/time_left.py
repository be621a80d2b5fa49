"""How much longer a run will take, its films included: a range, because speed varies and nobody knows it beforehand.

A `Countdown` follows one run look after look. Training is as long as the budget says or, with a budget in steps, as long as
the steps left take at the speeds seen lately; then come the evaluation at the end and the films.
"""

from __future__ import annotations

import re
import statistics
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from retroml_core.config.validation import film_seconds
from retroml_core.schema import Budget
from retroml_core.training.clock import Allowance

if TYPE_CHECKING:
    from retroml_core.runs.state import RunStatus

__all__ = ["Countdown", "TimeLeft"]

WINDOW_SECONDS = 300.0
"""Of training: speeds from before say nothing about what comes."""
MARKS = 60
FEWEST_MARKS = 5
UNSURE = 0.25
"""How far the speed may be off while little was seen of it, as a share."""
SECONDS_PER_FILM_SECOND = (0.3, 2.0)
"""What a second of film takes to make: on a quick machine and on a slow one that is busy (0.4 to 1.9 were seen)."""
SECONDS_PER_FILM = (3.0, 25.0)
"""What every film takes besides: its process begins, the play is looked through for what is worth showing."""
BEST_GAME_SECONDS = (20.0, 180.0)
"""How long a film of one game is, whose length nobody knows before it was played."""
_FILM = re.compile(r"film (\w+)(?:: (\d+)%)?")


@dataclass(frozen=True)
class TimeLeft:
    """Seconds until the run is done, between `least` and `most`; neither is ever negative."""

    least: float
    most: float

    def __add__(self, other: TimeLeft) -> TimeLeft:
        """One after the other."""
        return TimeLeft(self.least + other.least, self.most + other.most)


class Countdown:
    """The time left of the run with this `config`, a plain tree as in `config.json`. Used from one thread.

    Raises KeyError, TypeError or ValueError when `config` is no such tree.
    """

    def __init__(self, config: Mapping[str, Any]) -> None:
        budget = Budget(**config["budget"])
        self._allowance = Allowance(budget.limit_seconds(), budget.steps)
        asked = film_seconds(str(config["film"]["length"]))
        self._films = {str(name): _film_time(str(name), asked, budget) for name in config["film"]["renderers"]}
        self._games = int(config["evaluation"]["episodes"])
        self._marks: deque[tuple[float, int]] = deque()

    def look(self, status: RunStatus) -> TimeLeft | None:
        """The time left of the run that stands so; None when it is not at work or nobody can know yet."""
        if not status.state.live:
            return None
        if (film := _FILM.match(status.activity)) is not None:
            return self._of_films(film[1], int(film[2] or 0) / 100)
        self._note(status.seconds, status.step)
        slow, fast = self._speeds(status)
        least = self._allowance.seconds_left(status.step, status.seconds, fast)
        most = self._allowance.seconds_left(status.step, status.seconds, slow)
        if least is None or most is None:
            return None
        return TimeLeft(least, most) + self._of_evaluation(status, slow) + self._of_films("", 0.0)

    def _note(self, seconds: float, steps: int) -> None:
        """Remember where the run stands, unless it stands still; one that began again is seen anew."""
        if self._marks and (seconds < self._marks[-1][0] or steps < self._marks[-1][1]):
            self._marks.clear()
        if not self._marks or seconds - self._marks[-1][0] >= WINDOW_SECONDS / MARKS:
            self._marks.append((seconds, steps))
        while len(self._marks) > 2 and seconds - self._marks[1][0] >= WINDOW_SECONDS:
            self._marks.popleft()

    def _speeds(self, status: RunStatus) -> tuple[float, float]:
        """A slow and a fast speed in steps a second, as seen lately; zeros before anything was."""
        if len(self._marks) <= FEWEST_MARKS:
            overall = status.step / status.seconds if status.seconds > 0 else 0.0
            known = [speed for speed in (status.steps_per_second, overall) if speed > 0]
            return (min(known) * (1 - UNSURE), max(known) * (1 + UNSURE)) if known else (0.0, 0.0)
        marks = list(self._marks)
        (first_seconds, first_steps), (seconds, steps) = marks[0], marks[-1]
        mean = (steps - first_steps) / (seconds - first_seconds)
        each = [(after[1] - before[1]) / (after[0] - before[0]) for before, after in pairwise(marks)]
        spread = min(statistics.stdev(each), mean / 2)
        return mean - spread, mean + spread

    def _of_evaluation(self, status: RunStatus, speed: float) -> TimeLeft:
        """At most as long as so many games take in training."""
        if not status.episodes or speed <= 0:
            return TimeLeft(0.0, 0.0)
        return TimeLeft(0.0, self._games * status.step / status.episodes / speed)

    def _of_films(self, at_work: str, share: float) -> TimeLeft:
        """All films, or those from `at_work` on, of which a share is made already."""
        names = list(self._films)
        names = names[names.index(at_work) :] if at_work in names else names
        left = TimeLeft(0.0, 0.0)
        for name in names:
            film, rest = self._films[name], 1 - share if name == at_work else 1.0
            left += TimeLeft(film.least * rest, film.most * rest)
        return left


def _film_time(name: str, asked: float | None, budget: Budget) -> TimeLeft:
    """What making a film takes."""
    seconds = asked if asked is not None else budget.limit_seconds() or 0.0
    lengths = BEST_GAME_SECONDS if name == "final_run" else (seconds, seconds)
    each = zip(SECONDS_PER_FILM, lengths, SECONDS_PER_FILM_SECOND, strict=True)
    return TimeLeft(*(begin + length * cost for begin, length, cost in each))
