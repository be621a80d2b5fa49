"""The stretches chosen so far: no step of play is ever shown twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from retroml_video.projector import Stretch

if TYPE_CHECKING:
    from retroml_core.tape import TapedEpisode

__all__ = ["Reel"]


@dataclass
class _Piece:
    first: int
    last: int
    title: str
    why: str


class Reel:
    """Pieces of `episodes`, each known by its place in that list."""

    def __init__(self, episodes: Sequence[TapedEpisode]) -> None:
        self.episodes = episodes
        self._pieces: dict[int, list[_Piece]] = {}

    @property
    def steps(self) -> int:
        """How many steps were taken so far."""
        return sum(piece.last - piece.first for pieces in self._pieces.values() for piece in pieces)

    def add(self, number: int, first: int, last: int, title: str, why: str = "") -> int:
        """Take steps `first` to `last` (excluded), which must be free; how many they are."""
        pieces = self._pieces.setdefault(number, [])
        pieces.append(_Piece(first, last, title, why))
        pieces.sort(key=lambda piece: piece.first)
        return last - first

    def take(self, number: int, wanted: int, steps: int, least: int, title: str, why: str = "") -> int:
        """Take up to `steps` steps of an episode, from `wanted` on or as near to it as is still free; how many it was.

        Nothing is taken when fewer than `least` could be, unless the whole episode is that short.
        """
        steps = min(steps, self.episodes[number].length)
        gaps = [(low, high) for low, high in self.gaps(number) if high - low >= min(least, steps)]
        if not gaps or steps < 1:
            return 0
        low, high = min(gaps, key=lambda gap: (max(gap[0] - wanted, wanted + steps - gap[1], 0), gap))
        first = min(max(wanted, low), max(high - steps, low))
        return self.add(number, first, min(first + steps, high), title, why)

    def grow(self, steps: int) -> int:
        """Make pieces longer, those with most room first, by `steps` in all; how many were added."""
        added = 0
        room = [(high - low, -number, low, high) for number in self._pieces for low, high in self.gaps(number) if high > low]
        for size, negative, low, high in sorted(room, reverse=True):
            if added == steps:
                break
            taken = min(size, steps - added)
            for piece in self._pieces[-negative]:
                if piece.last == low:
                    piece.last += taken
                    break
                if piece.first == high:
                    piece.first -= taken
                    break
            added += taken
        return added

    def gaps(self, number: int) -> list[tuple[int, int]]:
        """What of an episode is not taken yet, in order."""
        edges = [0]
        for piece in self._pieces.get(number, []):
            edges += [piece.first, piece.last]
        edges.append(self.episodes[number].length)
        return list(zip(edges[::2], edges[1::2], strict=True))

    def stretches(self, *, most_room: int = 0) -> list[Stretch]:
        """All pieces in order of time; those that touch become one stretch with the title of the first.

        Each may grow by up to `most_room` steps where nothing else is shown: at its end, the last one at its beginning.
        """
        together = 1 + max((episode.environment for episode in self.episodes), default=0)
        merged = [stretch for number in self._pieces for stretch in self._of(number, most_room)]
        ordered = sorted(merged, key=lambda s: (s.episode.first_step + s.first * together, s.episode.number, s.first))
        if most_room and ordered:
            ordered[-1] = self._growing_back(ordered, most_room)
        return ordered

    def _of(self, number: int, most_room: int) -> list[Stretch]:
        episode, pieces = self.episodes[number], self._merged(number)
        ends = [piece.first for piece in pieces[1:]] + [episode.length]
        return [
            Stretch(
                episode=episode,
                first=piece.first,
                last=piece.last,
                title=piece.title,
                why=piece.why,
                latest=min(piece.last + most_room, end) if most_room else None,
            )
            for piece, end in zip(pieces, ends, strict=True)
        ]

    def _growing_back(self, ordered: list[Stretch], most_room: int) -> Stretch:
        last = ordered[-1]
        before = [s.latest or s.last for s in ordered[:-1] if s.episode == last.episode and s.last <= last.first]
        return replace(last, earliest=max([last.first - most_room, 0, *before]), latest=last.last)

    def _merged(self, number: int) -> list[_Piece]:
        merged: list[_Piece] = []
        for piece in self._pieces[number]:
            if merged and merged[-1].last == piece.first:
                why = "; ".join(dict.fromkeys(filter(None, (merged[-1].why, piece.why))))
                merged[-1] = _Piece(merged[-1].first, piece.last, merged[-1].title, why)
            else:
                merged.append(piece)
        return merged
