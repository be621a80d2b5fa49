"""Time and speed of training: a clock that stands still while a run pauses, evaluates or saves, and a moving window."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

__all__ = ["Allowance", "Throughput", "TrainingClock"]


class TrainingClock:
    """Seconds of training. `seconds` is what earlier attempts used."""

    def __init__(self, seconds: float = 0.0, now: Callable[[], float] = time.monotonic) -> None:
        self._before = seconds
        self._now = now
        self._since: float | None = None

    def seconds(self) -> float:
        """The seconds trained so far, over all attempts."""
        return self._before + (self._now() - self._since if self._since is not None else 0.0)

    def reset(self, seconds: float) -> None:
        """Stand at `seconds`."""
        self._before, self._since = seconds, None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Training goes on inside."""
        self._since = self._now()
        try:
            yield
        finally:
            self.reset(self.seconds())

    @contextmanager
    def standing(self) -> Iterator[None]:
        """What happens inside is not training, even within `running`."""
        was_running = self._since is not None
        self.reset(self.seconds())
        try:
            yield
        finally:
            self._since = self._now() if was_running else None


class Throughput:
    """Steps a second over the last `window_seconds` of training."""

    def __init__(self, window_seconds: float = 30.0) -> None:
        self._window = window_seconds
        self._marks: deque[tuple[float, int]] = deque()

    def add(self, seconds: float, steps: int) -> None:
        """Note that `steps` were done by second `seconds`, both since the start of the run."""
        self._marks.append((seconds, steps))
        while len(self._marks) > 2 and seconds - self._marks[1][0] >= self._window:
            self._marks.popleft()

    def rate(self) -> float:
        """Steps a second; 0 before there is anything to go by."""
        if len(self._marks) < 2:
            return 0.0
        (first_seconds, first_steps), (seconds, steps) = self._marks[0], self._marks[-1]
        return (steps - first_steps) / (seconds - first_seconds) if seconds > first_seconds else 0.0


@dataclass(frozen=True)
class Allowance:
    """The budget: whichever is used up first ends the run. None: no limit."""

    seconds: float | None
    steps: int | None

    def fraction(self, steps: int, seconds: float) -> float:
        """The share used, 0 to 1."""
        shares = [0.0]
        if self.steps is not None:
            shares.append(steps / self.steps)
        if self.seconds is not None:
            shares.append(seconds / self.seconds if self.seconds > 0 else 1.0)
        return min(1.0, max(shares))

    def remaining_steps(self, steps: int) -> int | None:
        """How many steps are left, or None."""
        return None if self.steps is None else max(0, self.steps - steps)

    def seconds_left(self, steps: int, seconds: float, rate: float) -> float | None:
        """Seconds of training left at `rate` steps a second, never negative; None while nobody can know."""
        left = []
        if self.seconds is not None:
            left.append(max(0.0, self.seconds - seconds))
        if self.steps is not None and rate > 0:
            left.append(max(0, self.steps - steps) / rate)
        return min(left) if left else None
