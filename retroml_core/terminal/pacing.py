"""How often a pipe or a file gets a line about work that goes on: when something changed, and rarer the longer it takes."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["Pace"]

SHORTEST_SECONDS = 10.0
LONGEST_SECONDS = 300.0
SHARE = 20
"""The time between lines is this part of the time gone by."""


class Pace:
    """Says when a line is due: it differs from the last one, and ten seconds to five minutes have passed since."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began = self._when = clock()
        self._line = ""

    def due(self, line: str, *, at_once: bool = False) -> bool:
        """Whether to say `line` now, which then counts as said. With `at_once` it need not wait."""
        now = self._clock()
        wait = min(max(SHORTEST_SECONDS, (now - self._began) / SHARE), LONGEST_SECONDS)
        if line == self._line or not (at_once or now - self._when >= wait):
            return False
        self._line, self._when = line, now
        return True
