"""Where play can be cut: at the beginning and end of a game, and a moment after points were made or lost or a life was lost.

A piece between two such cuts is a whole rally: it begins with something new and ends when what it led to has been seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tape import Tape, TapedEpisode

__all__ = ["Piece", "Play", "play_of"]

_AFTERMATH = 8
_SHORTEST, _LONGEST = 0.6, 1.5
_OFF_LENGTH_COSTS = 0.35
_LEAD = 0.7


@dataclass(frozen=True)
class Piece:
    """Steps `first` to `last` (excluded) of an episode; `natural` when both ends are natural cuts."""

    first: int
    last: int
    natural: bool


@dataclass(frozen=True)
class Play:
    """What happened in an episode: `rewards` float (T,) and `cuts` int (C,), rising, from 0 to T."""

    rewards: NDArray[np.float32]
    cuts: NDArray[np.int64]

    @property
    def length(self) -> int:
        """Its steps."""
        return len(self.rewards)

    def first_gain(self) -> int | None:
        """The step of the first points, if there are any."""
        gains = np.flatnonzero(self.rewards > 0)
        return int(gains[0]) if len(gains) else None

    def best(self, steps: int, gaps: Sequence[tuple[int, int]], *, most: int, must_hold: int | None = None) -> Piece | None:
        """The most telling piece of about `steps` steps, at most `most`, within one of the `gaps`.

        That is the one in which most happens, between natural cuts where such a piece exists that is not much shorter or
        longer than asked. With `must_hold` it holds that step. None when no gap holds a piece that is long enough.
        """
        found = []
        for low, high in gaps:
            found += self._natural(steps, low, high, most)
            if must_hold is not None:
                low = max(low, must_hold - round(_LEAD * steps))
                high = min(high, low + steps)
            found += self._plain(min(steps, most), low, high)
        if must_hold is not None:
            found = [(worth, piece) for worth, piece in found if piece.first <= must_hold < piece.last]
        return max(found, key=lambda item: (item[0], -item[1].first))[1] if found else None

    def beginning(self, steps: int, most: int) -> Piece:
        """The piece of about `steps` steps, at most `most`, that begins with the episode."""
        most = min(most, self.length)
        ends = self.cuts[(self.cuts >= _SHORTEST * steps) & (self.cuts <= min(most, _LONGEST * steps))]
        if len(ends) == 0:
            return Piece(0, min(steps, most), min(steps, most) == self.length)
        return Piece(0, int(ends[np.argmin(np.abs(ends - steps))]), True)

    def _natural(self, steps: int, low: int, high: int, most: int) -> list[tuple[float, Piece]]:
        cuts = self.cuts[(self.cuts >= low) & (self.cuts <= high)]
        if len(cuts) < 2:
            return []
        places = np.clip(np.searchsorted(cuts, cuts + steps), 1, len(cuts) - 1)
        pairs = [
            (start, end)
            for start, place in zip(cuts.tolist(), places.tolist(), strict=True)
            for end in cuts[place - 1 : place + 1].tolist()
            if _SHORTEST * steps <= end - start <= min(most, _LONGEST * steps)
        ]
        return [(self._worth(start, end, steps) + 1.0, Piece(start, end, True)) for start, end in pairs]

    def _plain(self, steps: int, low: int, high: int) -> list[tuple[float, Piece]]:
        """Where no natural cuts fit: the stretch of exactly this length in which most happens."""
        if high - low < max(steps, 1):
            return []
        sums = self._sums()
        gained = sums[low + steps : high + 1] - sums[low : high - steps + 1]
        start = low + int(np.argmax(gained))
        return [(self._worth(start, start + steps, steps), Piece(start, start + steps, start == 0 and steps == self.length))]

    def _worth(self, first: int, last: int, steps: int) -> float:
        """How telling a piece is: what happens in it, against all that happens, less what its length is off."""
        sums = self._sums()
        share = (sums[last] - sums[first]) / sums[-1] if sums[-1] else 0.0
        return float(share) - _OFF_LENGTH_COSTS * abs(last - first - steps) / steps

    def _sums(self) -> NDArray[np.float64]:
        """What happened before each step: points made, where there are any; else anything that changed the score."""
        gains = np.maximum(self.rewards, 0) if (self.rewards > 0).any() else np.abs(self.rewards)
        return np.concatenate(([0.0], np.cumsum(gains, dtype=np.float64)))


def play_of(tape: Tape, episode: TapedEpisode) -> Play:
    """What happened in an episode, from the tape alone: nothing is re-simulated."""
    rewards = tape.rewards(episode)
    events = np.flatnonzero((rewards != 0) | tape.lives_lost(episode))
    after = np.minimum(events + _AFTERMATH, episode.length)
    return Play(rewards, np.unique(np.concatenate(([0], after, [episode.length]))).astype(np.int64))
