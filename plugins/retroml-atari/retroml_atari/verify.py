"""Verification: a range of the reel is played again and held against rewards, ends, lives, check bytes and the hash chain.

Shapes: T rows, B environments.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from retroml_atari import chain
from retroml_atari.played import ENDED, LIFE_LOST, TRUNCATED
from retroml_atari.segment import CHECK_ROWS
from retroml_atari.walk import Walk
from retroml_core.tape import TapeCheck

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from retroml_atari.reel import Reel, Span
    from retroml_atari.segment import Block

__all__ = ["verify"]

PROGRESS_ROWS: Final = 256


@dataclass(frozen=True)
class Replayed:
    """What re-simulating a span gave: rewards int32, flags uint8 and running CRCs uint32, each (T, B)."""

    rewards: NDArray[np.int32]
    flags: NDArray[np.uint8]
    running: NDArray[np.uint32]


def verify(reel: Reel, first_step: int, last_step: int | None, progress: Callable[[int, int], None]) -> TapeCheck:
    """Play the blocks again that hold steps `first_step` to `last_step` (excluded; None: to the end).

    `progress(done, total)` is told the steps after each few hundred rows.
    """
    chosen = [
        index
        for index, span in enumerate(reel.spans)
        if span.rows and not span.segment.prelude and _inside(span, first_step, last_step)
    ]
    steps, episodes = 0, reel.count if chosen else 0
    total = sum(reel.spans[index].rows for index in chosen) * reel.count
    walks: list[Walk] = []
    for index in chosen:
        span = reel.spans[index]
        if not walks or (span.block.first_row == 0 and not span.segment.continues):
            walks = [_walk_to(reel, environment, index) for environment in range(reel.count)]
        replayed = _replay(walks, span.rows, partial(_tell, progress, steps, total))
        steps += span.rows * reel.count
        episodes += int((replayed.flags & ENDED > 0).sum())
        found = _differences(reel, index, replayed) or _chain_difference(reel, index, replayed)
        if found:
            place, difference, kind = min(found)
            return TapeCheck(
                steps=steps,
                episodes=episodes,
                first_divergence_step=reel.step_at(place),
                difference=difference,
                kind=kind,
            )
    return TapeCheck(steps=steps, episodes=episodes)


def _tell(progress: Callable[[int, int], None], before: int, total: int, more: int) -> None:
    progress(before + more, total)


def _inside(span: Span, first_step: int, last_step: int | None) -> bool:
    end = max(span.step_at(span.place + span.rows), span.first_step + 1)
    return end > first_step and (last_step is None or span.first_step < last_step)


def _walk_to(reel: Reel, environment: int, index: int) -> Walk:
    """A walk that stands before a span and knows the running CRC of the group of rows the span begins in."""
    span = reel.spans[index]
    header = span.segment.header
    begin = span.place - (span.block.first_row - header["first_row"])
    start = max(0, span.place - span.block.first_row % CHECK_ROWS)
    known = bool(header.get("running")) and start <= begin
    walk = Walk(reel, environment, begin if known else start)
    if known:
        walk.running, walk.known = int(header["running"][environment]), True
    while walk.place < span.place:
        walk.step()
    return walk


def _replay(walks: list[Walk], rows: int, progress: Callable[[int], None]) -> Replayed:
    shape = (rows, len(walks))
    replayed = Replayed(np.zeros(shape, np.int32), np.zeros(shape, np.uint8), np.zeros(shape, np.uint32))
    for environment, walk in enumerate(walks):
        for row in range(rows):
            if row % PROGRESS_ROWS == 0:
                progress(environment * rows + row)
            before = walk.lives
            _, outcome = walk.step()
            lost = before > 0 and not outcome.truncated if outcome.ended else outcome.lives < before
            replayed.flags[row, environment] = lost * LIFE_LOST + outcome.ended * ENDED + outcome.truncated * TRUNCATED
            replayed.rewards[row, environment] = outcome.reward
            replayed.running[row, environment] = walk.running
    return replayed


def _differences(reel: Reel, index: int, replayed: Replayed) -> list[tuple[int, str, str]]:
    """Place, words and kind of the first difference of each kind."""
    span, block = reel.spans[index], reel.block(index)
    recorded = _recorded_flags(span, block)
    closing = np.flatnonzero((block.first_row + np.arange(span.rows) + 1) % CHECK_ROWS == 0)
    pictures = replayed.running[closing].astype(np.uint8) != block.checks[: len(closing)]
    kinds = {
        "reward": ("rewards", replayed.rewards != block.rewards[: span.rows]),
        "end": ("ends", (replayed.flags ^ recorded) & (ENDED | TRUNCATED) > 0),
        "life": ("lives", (replayed.flags ^ recorded) & LIFE_LOST > 0),
    }
    found = [
        (span.place + _first(where)[0], f"{words}{_where(where)}", kind)
        for kind, (words, where) in kinds.items()
        if where.any()
    ]
    if pictures.any():
        last = int(closing[_first(pictures)[0]])
        # A check byte tells of the rows up to it: what can be named exactly within them comes first.
        found.append(
            (span.place + last, f"observations{_where(pictures)}, within the {CHECK_ROWS} rows up to here", "observation")
        )
    return found


def _first(where: NDArray[np.bool_]) -> tuple[int, int]:
    row, environment = np.argwhere(where)[0].tolist()
    return row, environment


def _where(where: NDArray[np.bool_]) -> str:
    return f" of environment {_first(where)[1]} are not those recorded"


def _recorded_flags(span: Span, block: Block) -> NDArray[np.uint8]:
    flags = block.lost[: span.rows] * np.uint8(LIFE_LOST)
    ends = block.ends[block.ends["row"] < span.rows]
    flags[ends["row"], ends["env"]] |= np.where(ends["truncated"] > 0, ENDED | TRUNCATED, ENDED).astype(np.uint8)
    return flags


def _chain_difference(reel: Reel, index: int, replayed: Replayed) -> list[tuple[int, str, str]]:
    """Follow the hash chain through a span: it must arrive at the head that is written there."""
    span, block = reel.spans[index], reel.block(index)
    head, expected = _head_before(reel, index), _head_after(reel, index)
    if head is None or expected is None:
        return []
    for row in range(span.rows):
        head = chain.link(head, block.actions[row], replayed.flags[row], replayed.rewards[row], replayed.running[row])
    if head == expected:
        return []
    words = f"the hash chain over the {span.rows} rows up to here does not arrive where it was recorded to"
    return [(span.place + span.rows - 1, words, "play")]


def _head_before(reel: Reel, index: int) -> bytes | None:
    span = reel.spans[index]
    if span.block.first_row > span.segment.header["first_row"]:
        return reel.spans[index - 1].block.head
    if span.segment.continues:
        return bytes.fromhex(span.segment.header["head"])
    begins = span.block.begins[span.block.begins["row"] == 0]
    if len(begins) != reel.count:
        return None
    return chain.origin(span.segment.header, begins["crc"][np.argsort(begins["env"])])


def _head_after(reel: Reel, index: int) -> bytes | None:
    """The head after a span; of one that a later attempt took up midway, the head which that attempt began with."""
    span = reel.spans[index]
    if span.rows == span.block.rows:
        return span.block.head
    following = reel.spans[index + 1].segment if index + 1 < len(reel.spans) else None
    return bytes.fromhex(following.header["head"]) if following and following.continues else None
