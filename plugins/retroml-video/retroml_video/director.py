"""Chooses what a time-lapse shows: stretches of real play over the whole training, from its first game to its end.

The training is cut into as many windows as the film has stretches. The first shows the first game from its beginning, the
last the end of the play recorded last; between them each shows either a **record** (a game better than all before it) or a
**typical** game (the one of median score), in turn, at the part of the game where most points are made. The first points
and the best game of all are always among them. The same tape and length give the same film.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retroml_video.projector import Stretch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tape import Tape, TapedEpisode

__all__ = ["Director", "ends_of"]

_FIRST_POINTS_SEARCH = 400
_LEAST_PARTS = 4


def ends_of(episodes: Sequence[TapedEpisode]) -> NDArray[np.float64]:
    """The run's step count when each episode ended: its steps are spread over all environments that play together."""
    together = 1 + max((episode.environment for episode in episodes), default=0)
    return np.asarray([episode.first_step + episode.length * together for episode in episodes], np.float64)


class Director:
    """Plans one time-lapse of `steps` steps from stretches of about `stretch_steps`."""

    def __init__(self, tape: Tape, *, steps: int, stretch_steps: int) -> None:
        self.tape, self.steps, self.stretch_steps = tape, steps, max(stretch_steps, 1)
        self.episodes = [episode for episode in tape.episodes("training") if episode.length > 0]
        self.ends = ends_of(self.episodes)
        self._played: dict[int, list[tuple[int, int]]] = {}
        self._chosen: list[Stretch] = []

    def plan(self) -> list[Stretch]:
        """The stretches in order of time; fewer steps than asked only when the tape holds fewer."""
        if sum(episode.length for episode in self.episodes) <= self.steps:
            return [
                Stretch(episode=episode, first=0, last=episode.length, title=f"Game {episode.number}")
                for episode in sorted(self.episodes, key=lambda episode: (episode.first_step, episode.number))
            ]
        parts = max(round(self.steps / self.stretch_steps), 1)
        shares = [self.steps // parts + (i < self.steps % parts) for i in range(parts)]
        missing = 0
        for window, share in enumerate(shares):
            missing = self._fill_window(window, parts, share + missing)
        self._extend(missing)
        return self._in_order()

    # --- choosing -----------------------------------------------------------------------------------------------------

    def _fill_window(self, window: int, parts: int, share: int) -> int:
        """Choose about `share` steps of play for a window; how many of them it could not offer."""
        choices = self._choices(window, parts)
        for position, (number, title) in enumerate(choices):
            if share <= 0:
                break
            if position > 0 and share < self.stretch_steps // 4:
                break
            share -= self._take(number, title, share)
        return share

    def _choices(self, window: int, parts: int) -> list[tuple[int, str]]:
        """Episodes for a window, best choice first, with the reason for each."""
        if window == 0:
            first = min(range(len(self.episodes)), key=lambda i: (self.episodes[i].first_step, self.episodes[i].number))
            return [(first, "The first game"), *self._typical(window, parts)]
        if window == parts - 1:
            last = max(range(len(self.episodes)), key=lambda i: (self.ends[i], self.episodes[i].number))
            return [(last, "The end of the training"), *self._typical(window, parts)]
        special = [*self._first_points(window, parts), *self._best(window, parts)]
        records = self._records(window, parts) if window % 2 else []
        return [*special, *records, *self._typical(window, parts)]

    def _members(self, window: int, parts: int) -> list[int]:
        """The episodes that ended in a window; unfinished ones only where no episode was finished at all."""
        low, high = (self.ends.max() * edge / parts for edge in (window, window + 1))
        finished = [i for i, episode in enumerate(self.episodes) if episode.finished]
        pool = finished or range(len(self.episodes))
        return [i for i in pool if low < self.ends[i] <= high]

    def _typical(self, window: int, parts: int) -> list[tuple[int, str]]:
        members = sorted(self._members(window, parts), key=lambda i: (self.episodes[i].score, i))
        middle = (len(members) - 1) / 2
        nearest = sorted(range(len(members)), key=lambda place: (abs(place - middle), place))
        return [(members[place], "A typical game") for place in nearest]

    def _records(self, window: int, parts: int) -> list[tuple[int, str]]:
        members = self._members(window, parts)
        if not members:
            return []
        best = max(members, key=lambda i: (self.episodes[i].score, -i))
        before = [self.episodes[i].score for i in range(len(self.episodes)) if self.ends[i] < self.ends[best]]
        return [(best, "Best game so far")] if before and self.episodes[best].score > max(before) else []

    def _best(self, window: int, parts: int) -> list[tuple[int, str]]:
        finished = [i for i, episode in enumerate(self.episodes) if episode.finished]
        if not finished or parts < _LEAST_PARTS:
            return []
        best = max(finished, key=lambda i: (self.episodes[i].score, -i))
        home = min(max(int(np.ceil(self.ends[best] * parts / self.ends.max())) - 1, 1), parts - 2)
        return [(best, "Best game of the training")] if home == window and self.episodes[best].score > 0 else []

    def _first_points(self, window: int, parts: int) -> list[tuple[int, str]]:
        if window != 1 or parts < _LEAST_PARTS:
            return []
        early = sorted(range(len(self.episodes)), key=lambda i: (self.episodes[i].first_step, i))[:_FIRST_POINTS_SEARCH]
        together = 1 + max(episode.environment for episode in self.episodes)
        moments = []
        for i in early:
            gains = np.flatnonzero(self.tape.rewards(self.episodes[i]) > 0)
            if len(gains):
                moments.append((self.episodes[i].first_step + int(gains[0]) * together, i))
            if moments and self.episodes[i].first_step > min(moments)[0]:
                break
        return [(min(moments)[1], "The first points")] if moments else []

    # --- taking stretches ---------------------------------------------------------------------------------------------

    def _take(self, number: int, title: str, share: int) -> int:
        """Take up to `share` unshown steps of an episode; how many it was."""
        length = self.episodes[number].length
        share = min(share, length)
        wanted = self._start(number, title, share)
        free = [(low, high) for low, high in self._free(number) if high > low]
        if not free:
            return 0
        low, high = min(free, key=lambda gap: (max(gap[0] - wanted, wanted + share - gap[1], 0), gap))
        first = min(max(wanted, low), max(high - share, low))
        last = min(first + share, high)
        if last - first < min(share, self.stretch_steps // 4):
            return 0
        self._add(number, first, last, title)
        return last - first

    def _start(self, number: int, title: str, share: int) -> int:
        """Where in the episode its most telling `share` steps begin."""
        length = self.episodes[number].length
        if title == "The first game":
            return 0
        if title == "The end of the training":
            return length - share
        rewards = self.tape.rewards(self.episodes[number])
        gains = np.flatnonzero(rewards > 0)
        if len(gains) == 0:
            return 0
        if title == "The first points":
            return int(np.clip(int(gains[0]) - share * 3 // 5, 0, length - share))
        sums = np.concatenate(([0.0], np.cumsum(np.maximum(rewards, 0), dtype=np.float64)))
        return int(np.argmax(sums[share:] - sums[: length - share + 1]))

    def _free(self, number: int) -> list[tuple[int, int]]:
        """What of an episode is not shown yet, in order."""
        edges = [0]
        for first, last in self._played.get(number, []):
            edges += [first, last]
        edges.append(self.episodes[number].length)
        return list(zip(edges[::2], edges[1::2], strict=True))

    def _add(self, number: int, first: int, last: int, title: str) -> None:
        played = self._played.setdefault(number, [])
        played.insert(bisect_left(played, (first, last)), (first, last))
        self._chosen.append(Stretch(episode=self.episodes[number], first=first, last=last, title=title))

    def _extend(self, missing: int) -> None:
        """Fill what is missing with the largest pieces of unshown play."""
        while missing > 0:
            gaps = [(high - low, -i, low) for i in range(len(self.episodes)) for low, high in self._free(i)]
            size, negative, low = max(gaps)
            taken = min(size, missing)
            self._add(-negative, low, low + taken, "A typical game")
            missing -= taken

    def _in_order(self) -> list[Stretch]:
        """By time; neighbours within one episode become one stretch."""
        together = 1 + max(episode.environment for episode in self.episodes)
        ordered = sorted(self._chosen, key=lambda s: (s.episode.first_step + s.first * together, s.episode.number, s.first))
        merged: list[Stretch] = []
        for stretch in ordered:
            before = merged[-1] if merged else None
            if before is not None and before.episode == stretch.episode and before.last == stretch.first:
                merged[-1] = Stretch(episode=stretch.episode, first=before.first, last=stretch.last, title=before.title)
            else:
                merged.append(stretch)
        return merged
