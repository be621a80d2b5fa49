"""What is kept between two plays of a tape, so that the next one begins sooner: idle emulators, and bookmarks in games.

A tape stores no moments; one in the middle of a game is reached by playing the game from its beginning. Whoever was there once
left bookmarks, and the next play goes on from the nearest.
"""

from __future__ import annotations

import bisect
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from retroml_atari.simulate import Simulator

__all__ = ["MARK_STEPS", "MARK_TRIES", "Bookmark", "Shelf"]

MARK_STEPS: Final = 256
"""Every so many places there is a bookmark."""
MARK_TRIES: Final = 8
"""Not every moment can be kept; so many after the one that is due are as good."""
MOST_MARKS: Final = 1024
MOST_IDLE: Final = 4


@dataclass(frozen=True)
class Bookmark:
    """An emulator's state before the row at `place`, in the game begun at `begun_at`; `elapsed` frames of it are played."""

    place: int
    begun_at: int
    state: bytes
    elapsed: int


class Shelf:
    """For one stream of one tape, used from one thread. Bookmarks are left every `spacing` places."""

    def __init__(self, spacing: int = MARK_STEPS) -> None:
        self.spacing = spacing
        self._idle: list[Simulator] = []
        self._marks: OrderedDict[tuple[int, int], Bookmark] = OrderedDict()
        self._places: dict[int, list[int]] = {}

    def take(self) -> Simulator | None:
        """An emulator that nobody uses, or None."""
        return self._idle.pop() if self._idle else None

    def give(self, simulator: Simulator) -> None:
        """Nobody uses `simulator` any more."""
        if len(self._idle) < MOST_IDLE:
            self._idle.append(simulator)

    def has(self, environment: int, place: int) -> bool:
        """Whether there is a bookmark exactly there."""
        return (environment, place) in self._marks

    def keep(self, environment: int, mark: Bookmark) -> None:
        """Keep a bookmark; when there are too many, the one not used for longest goes."""
        self._marks[environment, mark.place] = mark
        bisect.insort(self._places.setdefault(environment, []), mark.place)
        if len(self._marks) > MOST_MARKS:
            (gone, place), _ = self._marks.popitem(last=False)
            self._places[gone].remove(place)

    def nearest(self, environment: int, after: int, place: int) -> Bookmark | None:
        """The last bookmark beyond `after` and not beyond `place`, or None."""
        found = self.place_before(environment, after, place)
        if found == after:
            return None
        self._marks.move_to_end((environment, found))
        return self._marks[environment, found]

    def place_before(self, environment: int, after: int, place: int) -> int:
        """Where `nearest` is, or `after` when there is none."""
        places = self._places.get(environment, [])
        position = bisect.bisect_right(places, place) - 1
        return max(after, places[position]) if position >= 0 else after
