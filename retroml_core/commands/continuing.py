"""`retroml continue NAME [key=value ...]`: train on from a model or a checkpoint, as a new run."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from retroml_core.commands.sources import find_source
from retroml_core.faults import Fault
from retroml_core.runs.checkpoints import Checkpoint, CheckpointStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App
    from retroml_core.runs.run import Run

__all__ = ["main"]


def main(app: App, argv: Sequence[str]) -> int:
    """Make the run, start it and follow it; its exit code. Raises Fault when training cannot go on so."""
    from retroml_core.runs.continuing import continue_run, continued_config
    from retroml_core.runs.launching import start_worker
    from retroml_core.terminal.progress import follow

    asked = _parser().parse_args(argv)
    run, chosen = find_source(app, asked.source, asked.checkpoint)
    checkpoint = _resumable(run, chosen, named=bool(asked.checkpoint))
    config = continued_config(app, run.tree, str(run.tree.get("id") or run.id), checkpoint, asked.overrides)
    made = continue_run(app, config, checkpoint)
    start_worker(made)
    if asked.detach:
        sys.stdout.write(f"{made.id}\n")
        return 0
    return follow(made)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="retroml continue",
        description="Train on from a model or a checkpoint of a run, as a new run. A budget such as budget.minutes=30 says how "
        "much longer; without one the old budget is used up. Everything else may be changed too, except the game, its "
        "environment, the network and the seed.",
    )
    parser.add_argument("source", help="a model or a run: its id, a unique beginning of it, or latest (the newest run)")
    parser.add_argument("overrides", nargs="*", metavar="key=value", help="settings to change")
    parser.add_argument(
        "--checkpoint", default="", metavar="NAME", help="best, latest, or a step; default: the latest that can go on"
    )
    parser.add_argument("--detach", action="store_true", help="print the new run's id and return at once")
    return parser


def _resumable(run: Run, chosen: Checkpoint, *, named: bool) -> Checkpoint:
    """`chosen` where it holds a full state; otherwise, unless it was named, the latest that does."""
    if chosen.full and named:
        return chosen
    store = CheckpointStore(run.checkpoints_folder)
    latest = store.latest_full()
    if latest is None or (named and not chosen.full):
        able = ", ".join(checkpoint.name for checkpoint in store.full()) or "none"
        raise Fault(f"checkpoint {chosen.name} of {run.id} holds only a policy; training can go on from: {able}")
    return latest
