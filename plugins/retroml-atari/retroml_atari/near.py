"""How far moments are: how much must be played unseen before one is reached.

Play begins at a **start**: the beginning of a game, or, where games depend on those before, at a key. The rows from one start
to the next are a **stretch**; in a long one, bookmarks shorten the way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_atari.marks import Marks
    from retroml_atari.reel import Reel
    from retroml_atari.shelf import Shelf
    from retroml_core.tape import TapedEpisode

__all__ = ["NEAR_STEPS", "long_stretches", "soonest", "starts_of"]

NEAR_STEPS: Final = 1024
"""So many steps are played unseen in less than a second."""


def starts_of(reel: Reel, environment: int) -> NDArray[np.int64]:
    """The places at which play of an environment can begin, ascending."""
    begins = reel.begins[reel.begins["env"] == environment]
    if reel.from_key:
        begins = begins[begins["seed"] >= 0]
    places: NDArray[np.int64] = begins["place"]
    return places


def long_stretches(reel: Reel, environment: int, after: int) -> list[tuple[int, int]]:
    """First and last place (excluded) of the stretches with moments that are not near, without what lies before `after`."""
    starts = starts_of(reel, environment)
    ends = np.append(starts[1:], reel.places)
    pairs = zip(starts.tolist(), ends.tolist(), strict=True)
    return [(max(first, after), end) for first, end in pairs if end - first > NEAR_STEPS and end > after]


def soonest(reel: Reel, place: int, shelf: Shelf, stored: Marks | None) -> tuple[TapedEpisode, int]:
    """Of the games going on at a place the one that takes the least to reach it, and which of its steps that is.

    Raises LookupError when the tape does not hold how any of them began.
    """
    found: list[tuple[int, int, TapedEpisode]] = []
    for environment in range(reel.count):
        episode = reel.playing(environment, place)
        if episode is not None:
            found.append((place - _go_on_from(reel, environment, place, shelf, stored), environment, episode))
    if not found:
        raise LookupError("the tape does not hold how the games at this moment began")
    _, _, episode = min(found, key=lambda one: one[:2])
    return episode, place - reel.begin_of(episode)


def _go_on_from(reel: Reel, environment: int, place: int, shelf: Shelf, stored: Marks | None) -> int:
    starts = starts_of(reel, environment)
    position = int(np.searchsorted(starts, place, side="right")) - 1
    if position < 0:
        return -1
    stack = int(reel.spans[0].segment.header["settings"]["stack"])
    mark = shelf.place_before(environment, int(starts[position]), place - stack - 1)
    if stored is not None and stored.environment == environment:
        mark = stored.place_before(reel, mark, place - stack - 1)
    return mark
