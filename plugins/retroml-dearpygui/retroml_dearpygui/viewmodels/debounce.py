"""When to do something: after a pause in the typing, or again and again without taking much of the machine."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["Debounce", "Rhythm"]

PAUSE_SECONDS = 0.15
LEAST_REST = 40.0
"""Work that repeats rests at least so many times as long as it took."""


class Debounce:
    """Something is due once, a moment after the last `touch`."""

    def __init__(self, clock: Callable[[], float], seconds: float = PAUSE_SECONDS) -> None:
        self._clock = clock
        self._seconds = seconds
        self._at: float | None = None

    def touch(self) -> None:
        """It is wanted, when the user pauses."""
        self._at = self._clock() + self._seconds

    def due(self) -> bool:
        """Whether to do it now; true once."""
        if self._at is None or self._clock() < self._at:
            return False
        self._at = None
        return True


class Rhythm:
    """Something is due every few seconds, less often when it takes long, and never twice at once. Due at first."""

    def __init__(self, clock: Callable[[], float], seconds: float) -> None:
        self._clock = clock
        self.seconds = seconds
        self._next = clock()
        self._began: float | None = None

    def due(self) -> bool:
        """Whether to do it now."""
        return self._began is None and self._clock() >= self._next

    def begin(self) -> None:
        """It begins."""
        self._began = self._clock()

    def end(self) -> None:
        """It ended."""
        now = self._clock()
        took = now - self._began if self._began is not None else 0.0
        self._began, self._next = None, now + max(self.seconds, LEAST_REST * took)

    def soon(self) -> None:
        """Do it as soon as possible."""
        self._next = self._clock()
