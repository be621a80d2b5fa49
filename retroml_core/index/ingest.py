"""From run folders into the index: only what is new, as often as anybody likes, by any number of processes.

Lists need the rows of all runs, which their small files tell: these are written for many runs in one transaction. Curves
come from the events, which may be long, and are taken in for one run when somebody wants to see it. How far each event
file is read is stored in the same transaction as what was read, so an event counts once, whoever is killed and whenever.
Each transaction takes a few MiB, so that nobody waits long.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from sqlalchemy import bindparam, delete, func, insert, select, update

from retroml_core.index import curves
from retroml_core.index.describe import Description, describe
from retroml_core.index.models import RUN_TABLES, attempt, run_config, tag
from retroml_core.index.models import run as run_table
from retroml_core.runs.eventlog import event_files
from retroml_core.runs.tailing import read_part

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from retroml_core.events import Event
    from retroml_core.index.rows import SyncReport
    from retroml_core.index.store import Store
    from retroml_core.runs.run import Run

__all__ = ["Progress", "forget", "ingest", "take_in"]

Progress = Callable[[int, int], None]
"""Is told how many of how many are done."""

BATCH = 200
"""Runs whose rows are written in one transaction."""


def ingest(store: Store, run: Run) -> bool:
    """Bring all that the index holds of one run up to date, its curves too; whether anything was new.

    Raises OSError, ValueError.
    """
    new = bool(_write(store, [describe(run)]))
    for path in _longer(store, run):
        while _read_batch(store, run.id, path):
            new = True
    return new


def take_in(store: Store, runs: Sequence[Run], report: SyncReport, progress: Progress | None = None) -> None:
    """Bring the rows of runs up to date, but for their curves; what cannot be read is a problem in `report`."""
    for start in range(0, len(runs), BATCH):
        found = []
        for run in runs[start : start + BATCH]:
            try:
                found.append(describe(run))
            except (OSError, ValueError, KeyError, TypeError) as error:
                report.problems.append(f"{run.id} is not in the index: {error}")
        report.runs += len(found)
        report.changed += _write(store, found)
        if progress is not None:
            progress(min(start + BATCH, len(runs)), len(runs))


def forget(connection: Connection, run_ids: Iterable[str]) -> None:
    """Remove runs from the index."""
    ids = [{"its_id": run_id} for run_id in run_ids]
    for table in RUN_TABLES:
        connection.execute(delete(table).where(table.c.run_id == bindparam("its_id")), ids)
    connection.execute(delete(run_table).where(run_table.c.id == bindparam("its_id")), ids)


def _write(store: Store, found: Sequence[Description]) -> int:
    """Write what the index does not know yet; of how many runs."""
    with store.read() as connection:
        known = _known(connection, found)
    news = [one for one in found if known.get(one.id) != (one.values["signature"], one.values["state"])]
    if news:
        with store.write() as connection:
            _write_rows(connection, news, _known(connection, news).keys())
    return len(news)


def _known(connection: Connection, found: Sequence[Description]) -> dict[str, tuple[Mapping[str, int], str]]:
    wanted = select(run_table.c.id, run_table.c.signature, run_table.c.state)
    rows = connection.execute(wanted.where(run_table.c.id.in_([one.id for one in found])))
    return {row.id: (row.signature, row.state) for row in rows}


def _write_rows(connection: Connection, news: Sequence[Description], known: Collection[str]) -> None:
    new, old = [one for one in news if one.id not in known], [one for one in news if one.id in known]
    if old:
        values: dict[str, Any] = {name: bindparam(name) for name in old[0].values}
        changed = update(run_table).where(run_table.c.id == bindparam("its_id"))
        changed = changed.values(values).values(revision=run_table.c.revision + 1)
        connection.execute(changed, [{"its_id": one.id, **one.values} for one in old])
        for table in (run_config, tag):
            stale = delete(table).where(table.c.run_id == bindparam("its_id"))
            connection.execute(stale, [{"its_id": one.id} for one in old])
    if new:
        connection.execute(insert(run_table), [{"id": one.id, **one.values} for one in new])
    if news:
        connection.execute(insert(run_config), [{"run_id": one.id, "tree": one.tree} for one in news])
    tags = [{"run_id": one.id, "name": t, "created_at": one.values["created_at"]} for one in news for t in one.tags]
    if tags:
        connection.execute(insert(tag), tags)


def _longer(store: Store, run: Run) -> list[Path]:
    """The event files that are longer than what was read of them."""
    with store.read() as connection:
        rows = connection.execute(select(attempt.c.file, attempt.c.offset).where(attempt.c.run_id == run.id))
        read = {row.file: row.offset for row in rows}
    return [path for path in event_files(run.events_folder) if path.stat().st_size > read.get(path.name, 0)]


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
        if event.type == "run_state" and event.data.get("resumed_from") is not None:
            _flush(connection, run_id, pending)
            curves.truncate(connection, run_id, int(event.data["resumed_from"]))
    _flush(connection, run_id, pending)
    connection.execute(update(run_table).where(where).values(training_seconds=seconds))


def _flush(connection: Connection, run_id: str, pending: dict[str, list[tuple[float, float, float]]]) -> None:
    if pending:
        blocks = {name: np.array(points, dtype=np.float64).T for name, points in pending.items()}
        curves.append(connection, run_id, blocks)
        pending.clear()


_TIMED = frozenset({"update_finished", "episode_finished", "timestep_update", "evaluation_finished"})


def _values_of(event: Event) -> Iterator[tuple[str, float]]:
    """The points of curves that an event holds, by curve name."""
    data: Mapping[str, Any] = event.data
    if event.type == "update_finished":
        yield from ((str(name), float(value)) for name, value in data["metrics"].items())
    elif event.type == "episode_finished":
        yield "score", float(data["score"])
        yield "episode/length", float(data["length"])
    elif event.type == "evaluation_finished":
        yield "evaluation/mean", float(data["mean"])
        yield "evaluation/best", float(data["best"])
    elif event.type == "resource":
        yield from ((f"resource/{name}", float(value)) for name, value in data.items() if value is not None)
