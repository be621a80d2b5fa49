"""Two tapes of the same training side by side, row by row: where they first differ, and in what.

Shapes: T rows, B environments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from retroml_atari.segment import CHECK_ROWS
from retroml_core.tape import TapeCheck

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_atari.reel import Reel

__all__ = ["compare"]

ROWS_AT_ONCE: Final = 4096
KINDS: Final = ("action", "reward", "end", "life", "observation")
"""In the order in which one leads to the other."""


@dataclass(frozen=True)
class _Rows:
    """What two tapes can be compared by, each (T, B). `checks` are the check bytes, in the row that ends their group."""

    action: NDArray[np.uint8]
    reward: NDArray[np.int32]
    end: NDArray[np.uint8]
    life: NDArray[np.bool_]
    observation: NDArray[np.int16]


def compare(recorded: Reel, other: Reel, first_step: int, last_step: int | None) -> TapeCheck:
    """Hold `recorded` against `other` between two steps (`last_step` excluded), as far as both reach.

    Raises LookupError when one of them does not hold `first_step`.
    """
    place, elsewhere = recorded.place_of_step(first_step), other.place_of_step(first_step)
    rows = min(recorded.places - place, other.places - elsewhere)
    if last_step is not None:
        rows = min(rows, -(-(last_step - first_step) // recorded.count))
    for begin in range(0, rows, ROWS_AT_ONCE):
        size = min(ROWS_AT_ONCE, rows - begin)
        then, now = _rows(recorded, place + begin, size), _rows(other, elsewhere + begin, size)
        found = _difference(then, now)
        if found is not None:
            row, environment, kind = found
            at = place + begin + row
            words = _words(recorded, at, environment, kind, _cell(then, found), _cell(now, found))
            return TapeCheck(
                steps=(begin + row) * recorded.count,
                episodes=0,
                first_divergence_step=recorded.step_at(at),
                difference=words,
                kind=kind,
            )
    return TapeCheck(steps=max(rows, 0) * recorded.count, episodes=0)


def _rows(reel: Reel, first: int, count: int) -> _Rows:
    shape = (count, reel.count)
    rows = _Rows(
        np.zeros(shape, np.uint8),
        np.zeros(shape, np.int32),
        np.zeros(shape, np.uint8),
        np.zeros(shape, np.bool_),
        np.full(shape, -1, np.int16),
    )
    place = first
    while place < first + count:
        index = reel.span_at(place)
        span, block = reel.spans[index], reel.block(index)
        last = min(first + count, span.place + span.rows)
        into, out = slice(place - first, last - first), slice(place - span.place, last - span.place)
        rows.action[into], rows.reward[into], rows.life[into] = block.actions[out], block.rewards[out], block.lost[out]
        _take_events(rows, block, first - span.place, out)
        place = last
    return rows


def _take_events(rows: _Rows, block: Any, offset: int, out: slice) -> None:
    """Ends and check bytes of the rows `out` of `block`, whose row `offset` is the first of `rows`."""
    ends = block.ends[(block.ends["row"] >= out.start) & (block.ends["row"] < out.stop)]
    rows.end[ends["row"].astype(np.int64) - offset, ends["env"]] = 1 + (ends["truncated"] > 0)
    closing = np.flatnonzero((block.first_row + np.arange(len(block.actions)) + 1) % CHECK_ROWS == 0)
    inside = (closing >= out.start) & (closing < out.stop)
    rows.observation[closing[inside] - offset] = block.checks[inside]


def _difference(then: _Rows, now: _Rows) -> tuple[int, int, str] | None:
    """Row, environment and kind of the first difference."""
    found: list[tuple[int, int, int, str]] = []
    for order, kind in enumerate(KINDS):
        where = np.argwhere(getattr(then, kind) != getattr(now, kind))
        if len(where):
            row, environment = where[0].tolist()
            found.append((row, order, environment, kind))
    if not found:
        return None
    row, _, environment, kind = min(found)
    return row, environment, kind


def _cell(rows: _Rows, found: tuple[int, int, str]) -> int:
    row, environment, kind = found
    return int(getattr(rows, kind)[row, environment])


def _words(reel: Reel, place: int, environment: int, kind: str, then: int, now: int) -> str:
    where = f"of environment {environment}{_episode(reel, environment, place)}"
    if kind == "action":
        names = reel.spans[0].segment.header["actions"]
        return f"the action {where} is recorded as {names[then]}; played again it is {names[now]}"
    if kind == "reward":
        return f"the reward {where} is recorded as {then}; played again it is {now}"
    if kind == "observation":
        return f"the observations {where} within the {CHECK_ROWS} steps up to here are not those recorded"
    what = "the game" if kind == "end" else "a life"
    return (
        f"{what} {where} {'ends' if then else 'does not end'} here as recorded; played again it {'ends' if now else 'does not'}"
    )


def _episode(reel: Reel, environment: int, place: int) -> str:
    begins = reel.begins[(reel.begins["env"] == environment) & (reel.begins["place"] <= place)]
    return f" in episode {begins['number'][-1]}" if len(begins) else ""
