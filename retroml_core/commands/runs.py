"""`retroml runs`: the runs, the newest first."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from functools import partial
from typing import TYPE_CHECKING

from retroml_core.commands.notices import say_notices
from retroml_core.commands.numbers import whole
from retroml_core.events import RunState
from retroml_core.runs.recovering import UNREADABLE
from retroml_core.terminal.counting import counting
from retroml_core.terminal.printing import print_json
from retroml_core.terminal.text_table import columns
from retroml_core.terminal.wording import count, duration, moment, score, short_ids

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App
    from retroml_core.index import RunRow

__all__ = ["main"]

HEAD = ("id", "when", "game", "algorithm", "state", "steps", "mean", "best", "trained", "tags")


def main(app: App, argv: Sequence[str]) -> int:
    """List runs; 0 also when there are none."""
    asked = _parser().parse_args(argv)
    from retroml_core.index import RunFilter
    from retroml_core.services import ExperimentService

    service = ExperimentService(app)
    with counting() as progress:
        report = service.sync(partial(progress, "reading the runs"))
    say_notices(app, report.problems)
    wanted = RunFilter(
        game=app.registry.game(asked.game).name if asked.game else None,
        algorithm=asked.algorithm,
        states=tuple(RunState(state) for state in asked.state),
        tags=tuple(asked.tag),
        group=asked.group,
        text=asked.text,
        order=asked.sort,
        limit=asked.limit or None,
    )
    rows = service.list(wanted)
    for row in rows:
        if UNREADABLE in row.reason:
            sys.stderr.write(f"{row.id} is {row.state}: {row.reason}\n")
    if asked.json:
        print_json([as_tree(row) for row in rows])
    elif rows:
        sys.stdout.write(_table(rows, [folder.name for folder in app.root.run_folders()]) + "\n")
    else:
        sys.stderr.write(f"no run in {app.root.path} fits; start one with: retroml\n")
    return 0


def as_tree(row: RunRow) -> dict[str, object]:
    """A row for JSON: moments in ISO 8601, UTC."""
    tree = dataclasses.asdict(row)
    moments = {key: tree[key] for key in ("created_at", "started_at", "ended_at")}
    return tree | {key: None if ms is None else moment(ms).isoformat() for key, ms in moments.items()}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="retroml runs", description="List the runs, the newest first.")
    parser.add_argument("text", nargs="?", default="", help="only runs with this in name, id, notes or a tag")
    parser.add_argument("--game", help="only this game")
    parser.add_argument("--algorithm", help="only this algorithm")
    states = [str(state) for state in RunState]
    parser.add_argument(
        "--state", nargs="+", default=[], choices=states, metavar="STATE", help=f"only these states: {', '.join(states)}"
    )
    parser.add_argument("--tag", nargs="+", default=[], help="only runs with all these tags")
    parser.add_argument("--group", help="only runs of this group")
    orders = ("created_at", "name", "steps", "seconds", "mean_score", "best_score")
    by = f"by what to sort, the highest first: {', '.join(orders)} (created_at)"
    parser.add_argument("--sort", default="created_at", choices=orders, metavar="BY", help=by)
    parser.add_argument("--limit", type=whole, default=30, metavar="N", help="how many at most; 0: all (30)")
    parser.add_argument("--json", action="store_true", help="print all that is known of each run as JSON")
    return parser


def _table(rows: Sequence[RunRow], ids: Sequence[str]) -> str:
    short = short_ids([*ids, *(row.id for row in rows)])
    return columns([HEAD, *(_cells(row, short[row.id]) for row in rows)])


def _cells(row: RunRow, short: str) -> tuple[str, ...]:
    when = moment(row.created_at).astimezone()
    return (
        short,
        f"{when:%Y-%m-%d %H:%M}",
        row.game,
        row.algorithm,
        str(row.state),
        count(row.steps),
        score(row.mean_score),
        score(row.best_score),
        duration(row.seconds),
        " ".join(row.tags),
    )
