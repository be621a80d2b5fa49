"""The play of one stream as it counts: the segments of all attempts in order, without what a later attempt did over again.

A **place** numbers the rows of the reel from 0; within a segment a **row** has the number its recorder gave it. Steps are
those of the run.

Shapes: T rows, B environments.
"""

from __future__ import annotations

import bisect
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retroml_atari.games import carries_over
from retroml_core.tape import TapedEpisode

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from retroml_atari.index import Segment
    from retroml_atari.segment import Block, BlockIndex
    from retroml_core.environment import Stream

__all__ = ["Reel", "Span", "effective"]

CACHED_BLOCKS: Final = 64


@dataclass(frozen=True)
class Span:
    """The first `rows` rows of a block, which lie at `place` on the reel."""

    segment: Segment
    block: BlockIndex
    place: int
    rows: int

    @property
    def first_step(self) -> int:
        """The step of its first row."""
        return self.step_at(self.place)

    def step_at(self, place: int) -> int:
        """The step of the run at a place (also just after the span)."""
        header = self.segment.header
        row = self.block.first_row + place - self.place - header["first_row"]
        return int(header["first_step"] + row * header["steps_per_row"])


def effective(segments: list[Segment], *, resumes: dict[int, int] | None = None) -> list[Span]:
    """The spans that count.

    `resumes` holds, by attempt, the step at which it began to train: evaluation beyond it in earlier attempts is superseded.
    """
    spans: list[Span] = []
    for segment in segments:
        if segment.header["steps_per_row"]:
            spans = _before(spans, segment.header["first_step"])
        elif _superseded(segment, resumes or {}):
            continue
        for block in segment.blocks:
            place = spans[-1].place + spans[-1].rows if spans else 0
            spans.append(Span(segment, block, place, block.rows))
    return spans


def _superseded(segment: Segment, resumes: dict[int, int]) -> bool:
    return any(attempt > segment.header["attempt"] and segment.header["first_step"] > step for attempt, step in resumes.items())


def _before(spans: list[Span], step: int) -> list[Span]:
    kept = []
    for span in spans:
        rows = min(span.rows, (step - span.first_step) // span.segment.header["steps_per_row"])
        if rows > 0 or (rows == 0 and span.rows == 0):
            kept.append(Span(span.segment, span.block, span.place, rows))
    return kept


class Reel:
    """Random access to the play of a stream."""

    def __init__(self, stream: Stream, spans: list[Span]) -> None:
        self.stream, self.spans = stream, spans
        self.count = int(spans[0].segment.header["count"]) if spans else 0
        self.places = spans[-1].place + spans[-1].rows if spans else 0
        self.first_place = sum(span.rows for span in spans if span.segment.prelude)
        self._starts = [span.place for span in spans]
        self._unpacked: OrderedDict[int, Block] = OrderedDict()
        self.begins = self._events("begins", include_end=True)
        self.ends = self._events("ends")
        self.policies = self._events("policies")
        self.episodes = self._episodes()
        self._by_number = {episode.number: position for position, episode in enumerate(self.episodes)}

    @cached_property
    def from_key(self) -> bool:
        """Whether a game can only be played with all games of its environment since the last key before it."""
        header = self.spans[0].segment.header
        return header["settings"].get("repeat_probability", 0.0) > 0 or carries_over(str(header["game"]))

    # --- where things are ---------------------------------------------------------------------------------------------

    def span_at(self, place: int) -> int:
        """The index of the span that holds a place (empty spans hold none)."""
        return bisect.bisect_right(self._starts, place) - 1

    def step_at(self, place: int) -> int:
        """The step of the run at a place."""
        return self.spans[self.span_at(place)].step_at(place)

    def place_of_step(self, step: int) -> int:
        """The place whose row contains a step of the run. Raises LookupError when the reel has none."""
        for span in reversed(self.spans):
            pace = span.segment.header["steps_per_row"] or 1
            if span.rows and span.first_step <= step < span.first_step + span.rows * pace:
                return span.place + (step - span.first_step) // pace
        raise LookupError(f"the {self.stream} tape does not reach step {step}")

    def seconds_at(self, place: float) -> float:
        """The seconds of training at a place."""
        return float(np.interp(place, *self._clock))

    def place_of_seconds(self, seconds: float) -> int:
        """The place at some seconds of training, at most the last. Raises LookupError when the reel is empty."""
        if not self.places:
            raise LookupError(f"the {self.stream} tape is empty")
        places, times = self._clock
        place = int(np.interp(seconds, np.maximum.accumulate(times), places))
        return min(max(place, self.first_place), self.places - 1)

    def begin_of(self, episode: TapedEpisode) -> int:
        """The place of an episode's first action. Raises LookupError for an episode of another tape."""
        position = self._by_number.get(episode.number)
        if position is None:
            raise LookupError(f"the tape has no {self.stream} episode {episode.number}")
        return int(self._played[position]["place"])

    def link_at(self, place: int) -> bytes:
        """A link of the hash chain that holds all play before a place, which is not the first."""
        return self.spans[self.span_at(place - 1)].block.head

    def playing(self, environment: int, place: int) -> TapedEpisode | None:
        """The episode an environment plays at a place; None where the tape does not hold how it began."""
        own = np.flatnonzero(self._played["env"] == environment)
        position = int(np.searchsorted(self._played["place"][own], place, side="right")) - 1
        if position < 0:
            return None
        episode = self.episodes[own[position]]
        return episode if place - int(self._played["place"][own[position]]) < episode.length else None

    @cached_property
    def _clock(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        filled = [span for span in self.spans if span.rows]
        places = [edge for span in filled for edge in (span.place, span.place + span.rows)]
        times = [edge for span in filled for edge in (span.block.first_seconds, span.block.last_seconds)]
        return np.array(places, np.float64), np.array(times, np.float64)

    # --- what was played ----------------------------------------------------------------------------------------------

    def block(self, index: int) -> Block:
        """The unpacked block of a span; the last few are kept."""
        block = self._unpacked.get(index)
        if block is None:
            block = self._unpacked[index] = self.spans[index].block.unpack(self.count)
            if len(self._unpacked) > CACHED_BLOCKS:
                self._unpacked.popitem(last=False)
        self._unpacked.move_to_end(index)
        return block

    def actions(self, environment: int, first: int, last: int) -> NDArray[np.uint8]:
        """An environment's actions at places `first` to `last` (excluded)."""
        return self._column("actions", np.uint8, environment, first, last)

    def rewards(self, environment: int, first: int, last: int) -> NDArray[np.int32]:
        """An environment's raw rewards at places `first` to `last` (excluded)."""
        return self._column("rewards", np.int32, environment, first, last)

    def lives_lost(self, environment: int, first: int, last: int) -> NDArray[np.bool_]:
        """Whether an environment lost a life at places `first` to `last` (excluded)."""
        return self._column("lost", np.bool_, environment, first, last)

    def _column(self, name: str, kind: type, environment: int, first: int, last: int) -> NDArray[Any]:
        parts: list[NDArray[Any]] = [np.zeros(0, kind)]
        place = first
        while place < last:
            index = self.span_at(place)
            span = self.spans[index]
            end = min(last, span.place + span.rows)
            parts.append(getattr(self.block(index), name)[place - span.place : end - span.place, environment])
            place = end
        return np.concatenate(parts)

    # --- the index ----------------------------------------------------------------------------------------------------

    def _events(self, name: str, *, include_end: bool = False) -> NDArray[Any]:
        """All events of a kind with their `place` and `span`, in order. A game may begin just after a span's last row."""
        parts: list[tuple[NDArray[Any], int, int]] = []
        for index, span in enumerate(self.spans):
            events = getattr(span.block, name)
            if len(events):
                kept = events[events["row"] <= span.rows if include_end else events["row"] < max(span.rows, 1)]
                parts.append((kept, index, span.place))
        total = sum(len(events) for events, _, _ in parts)
        if not parts:
            return np.zeros(0, [("place", "<i8"), ("span", "<i8"), ("row", "<u4"), ("env", "<u4"), ("version", "<u4")])
        table = np.zeros(total, [("place", "<i8"), ("span", "<i8"), *parts[0][0].dtype.descr])
        for column in parts[0][0].dtype.names or ():
            table[column] = np.concatenate([events[column] for events, _, _ in parts])
        table["place"] = np.concatenate([events["row"].astype(np.int64) + place for events, _, place in parts])
        table["span"] = np.concatenate([np.full(len(events), index) for events, index, _ in parts])
        return table

    def _episodes(self) -> list[TapedEpisode]:
        self._played = np.zeros(0, [("place", "<i8"), ("env", "<u4")])
        if not len(self.begins):
            return []
        begins = self.begins[np.lexsort((self.begins["place"], self.begins["env"]))]
        following = np.full(len(begins), self.places)
        same = begins["env"][1:] == begins["env"][:-1]
        following[:-1][same] = begins["place"][1:][same]
        finish = self._finish(begins, following)
        lasts = self.ends["place"][finish] + 1 if len(self.ends) else following
        lengths = np.where(finish >= 0, lasts, following) - begins["place"]
        order = np.argsort(begins["number"], kind="stable")
        # Games without a number belong to the run that this one goes on from.
        order = order[(lengths[order] > 0) & (begins["number"][order] > 0)]
        self._played = begins[order]
        return self._described(begins[order], lengths[order], finish[order])

    def _finish(self, begins: NDArray[Any], following: NDArray[np.int64]) -> NDArray[np.int64]:
        """For each begin the position of its end in `ends`, or -1."""
        if not len(self.ends):
            return np.full(len(begins), -1)
        stride = self.places + 1
        order = np.lexsort((self.ends["place"], self.ends["env"]))
        keys = self.ends["env"][order].astype(np.int64) * stride + self.ends["place"][order]
        found = np.searchsorted(keys, begins["env"].astype(np.int64) * stride + begins["place"])
        inside = np.minimum(found, len(order) - 1)
        mine = (found < len(order)) & (keys[inside] < begins["env"].astype(np.int64) * stride + following)
        return np.where(mine, order[inside], -1)

    def _described(self, begins: NDArray[Any], lengths: NDArray[np.int64], finish: NDArray[np.int64]) -> list[TapedEpisode]:
        names = ("number", "env", "place", "span")
        seconds = np.interp(begins["place"], *self._clock).tolist()
        outcomes = self._outcomes(begins, lengths, finish)
        columns = (
            *(begins[name].tolist() for name in names),
            lengths.tolist(),
            seconds,
            self._versions(begins["place"]),
            outcomes,
        )
        return [
            TapedEpisode(
                number=number,
                stream=self.stream,
                environment=environment,
                first_step=self.spans[span].step_at(place),
                length=length,
                score=score,
                started_seconds=second,
                policy_version=version,
                finished=finished,
                truncated=truncated,
                lives_lost=lives,
                attempt=self.spans[span].segment.header["attempt"],
            )
            for number, environment, place, span, length, second, version, (finished, score, lives, truncated) in zip(
                *columns, strict=True
            )
        ]

    def _outcomes(
        self, begins: NDArray[Any], lengths: NDArray[np.int64], finish: NDArray[np.int64]
    ) -> list[tuple[bool, float, int, bool]]:
        """For each episode: finished, score, lives lost, truncated."""
        ended = [(True, float(score), lives, bool(cut)) for score, lives, cut in self._ended()]
        return [
            ended[end] if end >= 0 else self._open(begin, length)
            for begin, length, end in zip(begins, lengths.tolist(), finish.tolist(), strict=True)
        ]

    def _ended(self) -> Iterator[tuple[int, int, int]]:
        if len(self.ends):
            yield from zip(*(self.ends[name].tolist() for name in ("score", "lives", "truncated")), strict=True)

    def _open(self, begin: NDArray[Any], length: int) -> tuple[bool, float, int, bool]:
        first, environment = int(begin["place"]), int(begin["env"])
        points = float(self.rewards(environment, first, first + length).sum())
        return False, points, int(self.lives_lost(environment, first, first + length).sum()), False

    def _versions(self, places: NDArray[np.int64]) -> list[int]:
        if not len(self.policies):
            return [0] * len(places)
        found = np.searchsorted(self.policies["place"], places, side="right") - 1
        versions: list[int] = np.where(found >= 0, self.policies["version"][np.maximum(found, 0)], 0).tolist()
        return versions
