"""From run folders into the index: only what is new, as often as anybody likes, by any number of processes.

How far each event file is read is stored in the same transaction as what was read, so an event counts once, whoever is
killed and whenever. Each transaction takes a few MiB, so that nobody waits long.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import delete, func, insert, select, update

from retroml_core.events import Event, RunState
from retroml_core.index import curves
from retroml_core.index.describe import checkpoint_rows, film_rows, run_values, signature
from retroml_core.index.models import RUN_TABLES, attempt, checkpoint, film, run_config, tag
from retroml_core.index.models import run as run_table
from retroml_core.runs.eventlog import event_files
from retroml_core.runs.labels import read_labels
from retroml_core.runs.tailing import read_part

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from retroml_core.index.store import Store
    from retroml_core.runs.run import Run

__all__ = ["forget", "ingest"]


def ingest(store: Store, run: Run) -> bool:
    """Bring the index up to date with the folder of `run`; whether anything was new. Raises OSError, ValueError."""
    seen = signature(run.folder)
    known = _known(store, run.id)
    if known is not None and known == (seen, str(run.status().state)):
        return False
    values, rows = run_values(run), {checkpoint: checkpoint_rows(run), film: film_rows(run)}
    with store.write() as connection:
        _write_run(connection, run, values)
        for table, found in rows.items():
            connection.execute(delete(table).where(table.c.run_id == run.id))
            if found:
                connection.execute(insert(table), found)
    for path in event_files(run.events_folder):
        while _read_batch(store, run.id, path):
            pass
    with store.write() as connection:
        connection.execute(update(run_table).where(run_table.c.id == run.id).values(signature=seen))
    return True


def forget(connection: Connection, run_id: str) -> None:
    """Remove a run from the index."""
    for table in RUN_TABLES:
        connection.execute(delete(table).where(table.c.run_id == run_id))
    connection.execute(delete(run_table).where(run_table.c.id == run_id))


def _known(store: Store, run_id: str) -> tuple[Mapping[str, Any], str] | None:
    with store.read() as connection:
        wanted = select(run_table.c.signature, run_table.c.state).where(run_table.c.id == run_id)
        row = connection.execute(wanted).one_or_none()
    return (row.signature, row.state) if row else None


def _write_run(connection: Connection, run: Run, values: Mapping[str, Any]) -> None:
    changed = update(run_table).where(run_table.c.id == run.id)
    if not connection.execute(changed.values(**values, revision=run_table.c.revision + 1)).rowcount:
        connection.execute(insert(run_table).values(id=run.id, signature={}, **values))
    connection.execute(delete(run_config).where(run_config.c.run_id == run.id))
    connection.execute(insert(run_config).values(run_id=run.id, tree=run.tree))
    connection.execute(delete(tag).where(tag.c.run_id == run.id))
    tags = read_labels(run.folder, run.tree).tags
    if tags:
        connection.execute(insert(tag), [{"run_id": run.id, "name": t, "created_at": values["created_at"]} for t in tags])


def _read_batch(store: Store, run_id: str, path: Path) -> bool:
    """Take in the next part of an event file; False at its end."""
    with store.write() as connection:
        place = (attempt.c.run_id == run_id, attempt.c.file == path.name)
        offset = connection.scalar(select(attempt.c.offset).where(*place)) or 0
        newest = connection.scalar(select(func.max(attempt.c.seq)).where(attempt.c.run_id == run_id)) or 0
        events, end = read_part(path, offset)
        if end == offset:
            return False
        fresh = [event for event in events if event.seq > newest]
        _take_in(connection, run_id, fresh)
        connection.execute(delete(attempt).where(*place))
        seq = max([newest, *(event.seq for event in fresh)])
        connection.execute(insert(attempt).values(run_id=run_id, file=path.name, offset=end, seq=seq))
        return True


def _take_in(connection: Connection, run_id: str, events: list[Event]) -> None:
    where = run_table.c.id == run_id
    seconds = float(connection.scalar(select(run_table.c.training_seconds).where(where)) or 0.0)
    pending: dict[str, list[tuple[float, float, float]]] = {}
    for event in events:
        seconds = float(event.data.get("seconds", seconds)) if event.type in _TIMED else seconds
        for name, value in _values_of(event):
            pending.setdefault(name, []).append((event.step, seconds, value))
        if event.type == "run_state":
            resumed_from = event.data.get("resumed_from")
            if resumed_from is not None:
                _flush(connection, run_id, pending)
                curves.truncate(connection, run_id, int(resumed_from))
            connection.execute(update(run_table).where(where).values(_moments(event)))
    _flush(connection, run_id, pending)
    connection.execute(update(run_table).where(where).values(training_seconds=seconds))


def _flush(connection: Connection, run_id: str, pending: dict[str, list[tuple[float, float, float]]]) -> None:
    if pending:
        blocks = {name: np.array(points, dtype=np.float64).T for name, points in pending.items()}
        curves.append(connection, run_id, blocks)
        pending.clear()


def _moments(event: Event) -> dict[Any, Any]:
    now = int(event.t * 1000)
    ended = RunState(event.data["state"]).ended
    return {
        run_table.c.started_at: func.coalesce(run_table.c.started_at, now),
        run_table.c.ended_at: now if ended else None,
    }


_TIMED = frozenset({"update_finished", "episode_finished", "timestep_update", "evaluation_finished"})


def _values_of(event: Event) -> Iterator[tuple[str, float]]:
    """The points of curves that an event holds, by curve name."""
    reader = _READERS.get(event.type)
    return reader(event.data) if reader else iter(())


def _of_update(data: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    yield from ((str(name), float(value)) for name, value in data["metrics"].items())


def _of_episode(data: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    yield "score", float(data["score"])
    yield "episode/length", float(data["length"])


def _of_evaluation(data: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    yield "evaluation/mean", float(data["mean"])
    yield "evaluation/best", float(data["best"])


def _of_resource(data: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    yield from ((f"resource/{name}", float(value)) for name, value in data.items() if value is not None)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Iterator[tuple[str, float]]]] = {
    "update_finished": _of_update,
    "episode_finished": _of_episode,
    "evaluation_finished": _of_evaluation,
    "resource": _of_resource,
}
