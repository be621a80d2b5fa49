"""`retroml models`: trained agents taken out of their runs: list, save, throw away."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from typing import TYPE_CHECKING

from retroml_core.runs.models import Model, choose_checkpoint, find_model, list_models, save_model
from retroml_core.runs.run import find_run
from retroml_core.terminal.text_table import columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App

__all__ = ["main"]


def main(app: App, argv: Sequence[str]) -> int:
    """Do what the words ask; 0 on success. Raises Fault for what does not exist."""
    asked = _parser().parse_args(argv)
    if asked.action == "save":
        return _save(app, asked)
    if asked.action == "delete":
        return _delete(app, asked.model)
    models = list_models(app.root)
    if asked.json:
        sys.stdout.write(json.dumps([dataclasses.asdict(model) for model in models], indent=2) + "\n")
    else:
        sys.stdout.write((_table(models) if models else "no models yet; `retroml models save latest` makes one") + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="retroml models", description="List the models, save one, or throw one away.")
    parser.set_defaults(action="list")
    parser.add_argument("--json", action="store_true", help="print as JSON")
    actions = parser.add_subparsers(dest="action", metavar="save | delete")
    save = actions.add_parser("save", help="take a model out of a run, to keep when the run is gone")
    save.add_argument("run", help="the run: its id, a unique beginning of it, or latest")
    save.add_argument("--checkpoint", default="", metavar="NAME", help="best, latest, or a step; default: the best")
    save.add_argument("--name", default="", help="a name for people")
    save.add_argument("--json", action="store_true", help="print as JSON")
    delete = actions.add_parser("delete", help="move a model to the trash")
    delete.add_argument("model", help="the model: its id, a unique beginning of it, its name, or latest")
    return parser


def _save(app: App, asked: argparse.Namespace) -> int:
    run = find_run(app, asked.run)
    model = save_model(app, run, choose_checkpoint(run, asked.checkpoint), asked.name)
    if asked.json:
        sys.stdout.write(json.dumps(dataclasses.asdict(model), indent=2) + "\n")
    else:
        sys.stdout.write(f"{model.id}\n{model.folder(app.root)}\n")
    return 0


def _delete(app: App, name: str) -> int:
    model = find_model(app.root, name)
    target = app.root.trash / f"model-{model.id}"
    model.folder(app.root).rename(target)
    sys.stdout.write(f"moved to {target}\n")
    return 0


def _table(models: list[Model]) -> str:
    head = ("model", "name", "game", "algorithm", "step", "score", "trained", "size", "goes on")
    return columns([head, *map(_row, models)])


def _row(model: Model) -> tuple[str, ...]:
    return (
        model.id,
        model.name,
        model.game,
        model.algorithm,
        f"{model.step:,}",
        "?" if model.score is None else f"{model.score:,.1f}",
        "?" if model.seconds is None else f"{model.seconds / 60:,.1f} min",
        f"{model.size_bytes / 1e6:.1f} MB",
        "yes" if model.full else "no",
    )
