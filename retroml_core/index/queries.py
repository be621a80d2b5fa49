"""Questions to the index. Each is answered through a database index, so that lists stay quick with 100,000 runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, or_, select

from retroml_core.events import RunState
from retroml_core.index.models import metric_summary, run, tag
from retroml_core.index.rows import MetricSummary, RunFilter, RunRow

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select

__all__ = ["count", "facets", "get", "runs", "runs_statement", "summaries"]

ORDERS = (
    "created_at",
    "name",
    "game",
    "algorithm",
    "state",
    "seed",
    "episodes",
    "steps",
    "seconds",
    "mean_score",
    "best_score",
)
_HIDDEN = {"signature", "training_seconds", "group_name", "state"}


def runs(connection: Connection, wanted: RunFilter) -> list[RunRow]:
    """The runs that `wanted` describes. Raises ValueError for an unknown order."""
    rows = connection.execute(runs_statement(wanted)).all()
    tagged = _tags_of(connection, [row.id for row in rows])
    return [_row(row, tagged.get(row.id, ())) for row in rows]


def runs_statement(wanted: RunFilter) -> Select[Any]:
    """The SELECT behind `runs`."""
    if wanted.order not in ORDERS:
        raise ValueError(f"runs cannot be sorted by {wanted.order!r}: choose one of {', '.join(ORDERS)}")
    order = tag.c.created_at if wanted.tags and wanted.order == "created_at" else run.c[wanted.order]
    ordered = _where(select(run), wanted).order_by(order.desc() if wanted.descending else order, run.c.id)
    return ordered.limit(wanted.limit).offset(wanted.offset)


def count(connection: Connection, wanted: RunFilter) -> int:
    """How many runs `wanted` describes, whatever its limit."""
    return connection.scalar(_where(select(func.count()).select_from(run), wanted)) or 0


def get(connection: Connection, run_id: str) -> RunRow | None:
    """One run by its whole id, or None."""
    row = connection.execute(select(run).where(run.c.id == run_id)).one_or_none()
    return _row(row, _tags_of(connection, [run_id]).get(run_id, ())) if row else None


def facets(connection: Connection) -> dict[str, dict[str, int]]:
    """How many runs there are of each `game`, `algorithm` and `state`."""
    found = {}
    for name in ("game", "algorithm", "state"):
        column = run.c[name]
        rows = connection.execute(select(column, func.count()).group_by(column).order_by(column))
        found[name] = {str(value): int(runs) for value, runs in rows}
    return found


def summaries(connection: Connection, run_ids: Sequence[str]) -> dict[str, list[MetricSummary]]:
    """The curves of runs in numbers, by run id, in order of name."""
    wanted = select(metric_summary).where(metric_summary.c.run_id.in_(run_ids)).order_by(metric_summary.c.name)
    found: dict[str, list[MetricSummary]] = {run_id: [] for run_id in run_ids}
    for row in connection.execute(wanted).mappings():
        found[row["run_id"]].append(MetricSummary(**{key: value for key, value in row.items() if key != "run_id"}))
    return found


def _where(statement: Select[Any], wanted: RunFilter) -> Select[Any]:
    equal = {"game": wanted.game, "algorithm": wanted.algorithm, "group_name": wanted.group, "parent_id": wanted.parent}
    statement = statement.where(*(run.c[name] == value for name, value in equal.items() if value is not None))
    if wanted.states:
        statement = statement.where(run.c.state.in_([str(state) for state in wanted.states]))
    if wanted.created_from is not None:
        statement = statement.where(run.c.created_at >= wanted.created_from)
    if wanted.created_before is not None:
        statement = statement.where(run.c.created_at < wanted.created_before)
    if wanted.text:
        written = (column.icontains(wanted.text, autoescape=True) for column in (run.c.name, run.c.id, run.c.notes))
        tagged = select(1).where(tag.c.run_id == run.c.id, tag.c.name.icontains(wanted.text, autoescape=True))
        statement = statement.where(or_(*written, tagged.correlate(run).exists()))
    return _where_tags(statement, wanted.tags)


def _where_tags(statement: Select[Any], names: tuple[str, ...]) -> Select[Any]:
    if not names:
        return statement
    statement = statement.join(tag, tag.c.run_id == run.c.id).where(tag.c.name == names[0])
    for name in names[1:]:
        other = tag.alias()
        statement = statement.where(select(1).where(other.c.run_id == run.c.id, other.c.name == name).exists())
    return statement


def _tags_of(connection: Connection, run_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for start in range(0, len(run_ids), 500):
        part = run_ids[start : start + 500]
        for run_id, name in connection.execute(select(tag.c.run_id, tag.c.name).where(tag.c.run_id.in_(part))):
            found[run_id] = (*found.get(run_id, ()), name)
    return found


def _row(row: Row[Any], tagged: tuple[str, ...]) -> RunRow:
    values = {key: value for key, value in row._mapping.items() if key not in _HIDDEN}
    return RunRow(**values, group=row.group_name, state=RunState(row.state), tags=tagged)
