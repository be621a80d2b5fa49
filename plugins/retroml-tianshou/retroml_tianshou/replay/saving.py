"""A replay as a plain tree of parts: checkpoints write each part only once, so each writes only what is new.

Rows are numbered from the first one played, and a segment is a fixed range of them, so that it has the same content and key
in every state that holds all of it. Only what the ring has begun to overwrite and the rows since the last full segment, less
than two segments, differ from state to state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retroml_core.tree import Part, make_part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from retroml_core.tree import Tree
    from retroml_tianshou.replay.buffer import ReplayBuffer

__all__ = ["SEGMENT_STEPS", "Segments"]

SEGMENT_STEPS = 2048
"""Steps of a segment, over all environments: 14 MB of 84x84 pictures."""

_COLUMNS = ("actions_LB", "rewards_LB", "terminated_LB", "truncated_LB")


class Segments:
    """Saves and loads the rows of a buffer. Remembers the keys of segments, so that none is digested twice."""

    def __init__(self, buffer: ReplayBuffer, segment_steps: int = SEGMENT_STEPS) -> None:
        self._buffer = buffer
        self._length = max(1, segment_steps // buffer.environments)
        self._parts: dict[int, Part] = {}

    def save(self) -> list[Part]:
        """All rows that are kept, in order. What the parts hold is live."""
        self._parts = {first: part for first, part in self._parts.items() if first >= self._oldest()}
        return [self._segment(first, last) for first, last in self._ranges()]

    def _oldest(self) -> int:
        return max(0, self._buffer.rows - self._buffer.slots)

    def _ranges(self) -> Iterator[tuple[int, int]]:
        first, rows = self._oldest(), self._buffer.rows
        while first < rows:
            last = min((first // self._length + 1) * self._length, rows)
            yield first, last
            first = last

    def _segment(self, first: int, last: int) -> Part:
        if first in self._parts:
            return self._parts[first]
        part = make_part("replay", lambda: self._content(first, last))
        if last - first == self._length:
            self._parts[first] = part
        return part

    def _content(self, first: int, last: int) -> Tree:
        buffer, stacks = self._buffer, self._buffer.stacks
        if stacks.frames is None:
            raise ValueError("nothing was seen yet")
        pieces = list(self._pieces(first, last))
        tree: Tree = {"first": first, "rows": last - first}
        tree["pictures"] = _joined([stacks.frames.rows(slot, count) for slot, count in pieces])
        tree["ages"] = _joined([stacks.ages_LB[slot : slot + count] for slot, count in pieces])
        for name in _COLUMNS:
            tree[name] = _joined([getattr(buffer, name)[slot : slot + count] for slot, count in pieces])
        slots = {row % buffer.slots: row for row in range(first, last)}
        games = [(slots[slot], i, obs) for slot, finals in buffer.finals.items() if slot in slots for i, obs in finals.items()]
        tree["finals"] = [
            {"row": row, "environment": i, "obs": obs} for row, i, obs in sorted(games, key=lambda game: game[:2])
        ]
        return tree

    def _pieces(self, first: int, last: int) -> Iterator[tuple[int, int]]:
        """Slot and count of runs of rows that do not run over the end of the ring."""
        while first < last:
            slot = first % self._buffer.slots
            count = min(last - first, self._buffer.slots - slot)
            yield slot, count
            first += count

    def load(self, segments: list[Part]) -> None:
        """Take up what `save` gave for a buffer of the same shape; one segment at a time is in memory besides."""
        for segment in segments:
            content = segment.read()
            first, rows = int(content["first"]), int(content["rows"])
            self._fill(content, first, first + rows)
            if rows == self._length:
                self._remember(segment, first)

    def _remember(self, part: Part, first: int) -> None:
        last = first + self._length
        self._parts[first] = Part(part.key, lambda: self._content(first, last), part.size_bytes)

    def _fill(self, content: Tree, first: int, last: int) -> None:
        buffer, stacks = self._buffer, self._buffer.stacks
        pictures: NDArray[Any] = content["pictures"]
        one = int(np.prod(buffer.stacks.observation_shape[1:]))
        frames = stacks.frames or stacks.start(stacked=pictures.shape[2] == one)
        done = 0
        for slot, count in self._pieces(first, last):
            part = slice(done, done + count)
            frames.load(slot, pictures[part])
            stacks.ages_LB[slot : slot + count] = content["ages"][part]
            for name in _COLUMNS:
                getattr(buffer, name)[slot : slot + count] = content[name][part]
            done += count
        for game in content["finals"]:
            games = buffer.finals.setdefault(int(game["row"]) % buffer.slots, {})
            games[int(game["environment"])] = np.array(game["obs"])


def _joined(pieces: list[NDArray[Any]]) -> NDArray[Any]:
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
