"""Curves in the database: chunks of 256 points, and above them a pyramid that makes any curve quick to draw.

A chunk of level 0 holds points: steps, training seconds, values. A full chunk of any level is summed up by 16 points of the
next level, each the mean, lowest and highest of 16. So a curve of ten million points is drawn from a few chunks. Only the
last chunk of a level is ever less than full.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import bindparam, delete, func, insert, select, tuple_

from retroml_core.index.models import metric_chunk, metric_summary
from retroml_core.index.points import HIGH, LOW, SECONDS, STEP, VALUE, Points, decode, encode, extremes, reduce, widen

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Connection, Row

__all__ = ["CHUNK", "FANOUT", "StoredCurve", "append", "load", "truncate"]

CHUNK = 256
FANOUT = 16

_chunk = metric_chunk.c
_summary = metric_summary.c


@dataclass(frozen=True, kw_only=True)
class StoredCurve:
    """A curve to draw, each array float64 (n,): where n is less than `points`, `values` are means of stretches.

    `low` and `high` are the extremes of each stretch. NaN stands where no value is finite.
    """

    steps: Points
    seconds: Points
    values: Points
    low: Points
    high: Points
    points: int


def append(connection: Connection, run_id: str, blocks: Mapping[str, Points]) -> None:
    """Add points (3, n), n > 0, whose steps do not fall, to the ends of curves by name, to their pyramids and summaries."""
    _grow(connection, run_id, 0, {name: widen(points) for name, points in blocks.items()})
    where = (_summary.run_id == run_id, _summary.name.in_(blocks))
    known = {row.name: row for row in connection.execute(select(metric_summary).where(*where))}
    rows = []
    for name, points in blocks.items():
        before, bounds = known.get(name), [extremes(widen(points))]
        if before:
            bounds.append((before.minimum, before.maximum))
        count = points.shape[1] + (before.points if before else 0)
        rows.append(_summary_row(run_id, name, count, points[:, -1], bounds))
    connection.execute(delete(metric_summary).where(*where))
    connection.execute(insert(metric_summary), rows)


def truncate(connection: Connection, run_id: str, step: int) -> None:
    """Forget the points of all curves of a run beyond `step`: a resumed attempt goes on from there."""
    beyond = select(_chunk.name).where(_chunk.run_id == run_id, _chunk.level == 0, _chunk.last_step > step)
    for name in connection.scalars(beyond.distinct()).all():
        _shorten(connection, run_id, name, step)


def load(
    connection: Connection, run_id: str, name: str, *, max_points: int = 1000, steps: tuple[int, int] | None = None
) -> StoredCurve:
    """A curve in at most `max_points` points, the whole of it or about the stretch of `steps` (from, to).

    An unknown curve is empty.
    """
    total = left = _count(connection, run_id, name, steps)
    level = 0
    while left > max_points * FANOUT:
        left, level = -(-left // FANOUT), level + 1
    points = _points(connection, run_id, name, level, steps)
    points = reduce(points, math.ceil(points.shape[1] / max_points))
    parts = {"steps": STEP, "seconds": SECONDS, "values": VALUE, "low": LOW, "high": HIGH}
    return StoredCurve(**{part: points[row] for part, row in parts.items()}, points=total)


def _count(connection: Connection, run_id: str, name: str, steps: tuple[int, int] | None) -> int:
    if steps is None:
        return connection.scalar(select(_summary.points).where(*_curve(_summary, run_id, name))) or 0
    inside = _inside(connection, run_id, name, 0, steps)
    return connection.scalar(select(func.coalesce(func.sum(_chunk.size), 0)).where(*inside)) or 0


def _points(connection: Connection, run_id: str, name: str, level: int, steps: tuple[int, int] | None) -> Points:
    """A level (6, n), ending with what lies in the last chunks of lower levels and is not yet summed up there."""
    inside = _inside(connection, run_id, name, level, steps)
    rows = list(connection.execute(select(metric_chunk).where(*inside).order_by(_chunk.number)))
    for lower in range(level - 1, -1, -1):
        last = _lasts(connection, run_id, lower, [name]).get(name)
        if last and last.size < CHUNK and (steps is None or (last.first_step <= steps[1] and last.last_step >= steps[0])):
            rows.append(last)
    parts = [reduce(decode(row.points, single=row.level == 0), FANOUT ** (level - row.level)) for row in rows]
    return np.concatenate(parts, axis=1) if parts else np.empty((6, 0))


def _inside(
    connection: Connection, run_id: str, name: str, level: int, steps: tuple[int, int] | None
) -> list[ColumnElement[bool]]:
    """The chunks of a level that hold the stretch of `steps`."""
    where = _curve(_chunk, run_id, name, level)
    if steps is None:
        return where
    first = connection.scalar(select(func.max(_chunk.first_step)).where(*where, _chunk.first_step <= steps[0]))
    return [*where, _chunk.first_step >= (first or 0), _chunk.first_step <= steps[1]]


def _grow(connection: Connection, run_id: str, level: int, blocks: Mapping[str, Points]) -> None:
    """Write points (6, n) behind the last chunks of a level, and the sums of chunks that became full into the next."""
    lasts = _lasts(connection, run_id, level, blocks)
    rows: list[dict[str, Any]] = []
    sums: dict[str, Points] = {}
    for name, points in blocks.items():
        number, joined = _behind(lasts.get(name), points, single=level == 0)
        pieces = [joined[:, start : start + CHUNK] for start in range(0, joined.shape[1], CHUNK)]
        rows += [_chunk_row(run_id, name, level, place, piece) for place, piece in enumerate(pieces, start=number)]
        full = [reduce(piece, FANOUT) for piece in pieces if piece.shape[1] == CHUNK]
        if full:
            sums[name] = np.concatenate(full, axis=1)
    _delete_unfilled(connection, run_id, level, lasts.values())
    connection.execute(insert(metric_chunk), rows)
    if sums:
        _grow(connection, run_id, level + 1, sums)


def _behind(last: Row[Any] | None, points: Points, *, single: bool) -> tuple[int, Points]:
    """Where `points` go: the number of the chunk they begin in, and that chunk's points with them."""
    if last is None or last.size == CHUNK:
        return (last.number + 1 if last else 0), points
    return last.number, np.concatenate([decode(last.points, single=single), points], axis=1)


def _delete_unfilled(connection: Connection, run_id: str, level: int, lasts: Iterable[Row[Any]]) -> None:
    unfilled = [{"its_name": row.name, "its_number": row.number} for row in lasts if row.size < CHUNK]
    if unfilled:
        chunk = (_chunk.name == bindparam("its_name"), _chunk.number == bindparam("its_number"))
        connection.execute(delete(metric_chunk).where(_chunk.run_id == run_id, _chunk.level == level, *chunk), unfilled)


def _shorten(connection: Connection, run_id: str, name: str, step: int) -> None:
    kept, level = _count_until(connection, run_id, name, step), 0
    while _lasts(connection, run_id, level, [name]):
        _keep(connection, run_id, name, level, kept)
        kept, level = kept // CHUNK * FANOUT, level + 1
    connection.execute(delete(metric_summary).where(*_curve(_summary, run_id, name)))
    last = _lasts(connection, run_id, 0, [name]).get(name)
    if last:
        rows = connection.execute(select(_chunk.minimum, _chunk.maximum).where(*_curve(_chunk, run_id, name, 0)))
        count, end = last.number * CHUNK + last.size, decode(last.points, single=True)[:, -1]
        summary = _summary_row(run_id, name, count, end, [(row.minimum, row.maximum) for row in rows])
        connection.execute(insert(metric_summary), [summary])


def _count_until(connection: Connection, run_id: str, name: str, step: int) -> int:
    """How many points of a curve are not beyond `step`."""
    reached = select(metric_chunk).where(*_curve(_chunk, run_id, name, 0), _chunk.first_step <= step)
    last = connection.execute(reached.order_by(_chunk.number.desc()).limit(1)).one_or_none()
    return last.number * CHUNK + int((decode(last.points, single=True)[STEP] <= step).sum()) if last else 0


def _keep(connection: Connection, run_id: str, name: str, level: int, count: int) -> None:
    """Leave the first `count` points of a level."""
    number, rest = divmod(count, CHUNK)
    where = [*_curve(_chunk, run_id, name, level), _chunk.number >= number]
    edge = connection.execute(select(metric_chunk).where(*where, _chunk.number == number)).one_or_none()
    connection.execute(delete(metric_chunk).where(*where))
    if edge and rest:
        piece = decode(edge.points, single=level == 0)[:, :rest]
        connection.execute(insert(metric_chunk), [_chunk_row(run_id, name, level, number, piece)])


def _chunk_row(run_id: str, name: str, level: int, number: int, piece: Points) -> dict[str, Any]:
    minimum, maximum = extremes(piece)
    return {
        "run_id": run_id,
        "name": name,
        "level": level,
        "number": number,
        "first_step": int(piece[STEP, 0]),
        "last_step": int(piece[STEP, -1]),
        "size": piece.shape[1],
        "minimum": minimum,
        "maximum": maximum,
        "points": encode(piece, single=level == 0),
    }


def _summary_row(
    run_id: str, name: str, count: int, end: Points, bounds: Sequence[tuple[float | None, float | None]]
) -> dict[str, Any]:
    last = float(end[VALUE])
    return {
        "run_id": run_id,
        "name": name,
        "points": count,
        "last": last if math.isfinite(last) else None,
        "last_step": int(end[STEP]),
        "minimum": min((low for low, _ in bounds if low is not None), default=None),
        "maximum": max((high for _, high in bounds if high is not None), default=None),
    }


def _lasts(connection: Connection, run_id: str, level: int, names: Iterable[str]) -> dict[str, Row[Any]]:
    """The last chunk of each curve at a level."""
    where = (_chunk.run_id == run_id, _chunk.level == level)
    ends = select(_chunk.name, func.max(_chunk.number)).where(*where, _chunk.name.in_(list(names))).group_by(_chunk.name)
    newest = select(metric_chunk).where(*where, tuple_(_chunk.name, _chunk.number).in_(ends))
    return {row.name: row for row in connection.execute(newest)}


def _curve(columns: Any, run_id: str, name: str, level: int | None = None) -> list[ColumnElement[bool]]:
    where = [columns.run_id == run_id, columns.name == name]
    return where if level is None else [*where, columns.level == level]
