"""Walks with sound, kept between two plays of a tape so that a later moment of the same game is reached sooner.

Where a console's sound generator stands is part of no saved state, and a reset leaves it as it is (ale-py 0.12.1,
src/ale/common/SoundRaw.cxx). What is heard shall be the game's alone, whoever listened to what before: so a walk with sound
begins with a new console, opens no bookmark, and is only ever gone on with.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from retroml_atari.walk import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from retroml_atari.reel import Reel

__all__ = ["MOST_KEPT", "SAMPLES_PER_SECOND", "Listening"]

SAMPLES_PER_SECOND: Final = 512 * 60
"""ale-py gives 512 samples for each frame."""
MOST_KEPT: Final = 8


class Listening:
    """For one stream of one tape, used from one thread."""

    def __init__(self) -> None:
        self._kept: OrderedDict[int, Walk] = OrderedDict()

    def walk(self, reel: Reel, environment: int, place: int, progress: Callable[[int, int], None] | None) -> Walk:
        """A walk with sound that stands at `place`: the one kept, if it leads there, else a new one; see `Walk`."""
        kept = self._kept.pop(environment, None)
        if kept is None or not kept.leads_to(place):
            return Walk(reel, environment, place, sound=True, progress=progress)
        kept.go_to(place, progress)
        return kept

    def keep(self, walk: Walk) -> None:
        """Nobody goes on with `walk` for now; of too many, the one not used for longest is forgotten."""
        self._kept[walk.environment] = walk
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
