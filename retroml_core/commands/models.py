"""`retroml models`: trained agents taken out of their runs: list, save, throw away."""

from __future__ import annotations

import argparse
import dataclasses
from typing import TYPE_CHECKING

from retroml_core.runs.forecast import size_text
from retroml_core.runs.run import find_run
from retroml_core.services.models import TRASHED_MODEL, ModelService
from retroml_core.terminal.printing import answer
from retroml_core.terminal.text_table import columns
from retroml_core.terminal.wording import count, duration, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App
    from retroml_core.runs.models import Model

__all__ = ["main"]


def main(app: App, argv: Sequence[str]) -> int:
    """Do what the words ask; 0 on success. Raises Fault for what does not exist."""
    asked = _parser().parse_args(argv)
    if asked.action == "save":
        return _save(app, asked)
    if asked.action == "delete":
        return _delete(app, asked)
    models = ModelService(app).list()
    answer([dataclasses.asdict(model) for model in models], _table(models), as_json=asked.json)
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
    delete = actions.add_parser("delete", help="move a model to the trash")
    delete.add_argument("model", help="the model: its id, a unique beginning of it, its name, or latest")
    for action in (save, delete):  # without a default, which would hide a --json before it
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print as JSON")
    return parser


def _save(app: App, asked: argparse.Namespace) -> int:
    model = ModelService(app).save(find_run(app, asked.run), asked.checkpoint, asked.name)
    answer(dataclasses.asdict(model), f"{model.id}\n{model.folder(app.root)}", as_json=asked.json)
    return 0


def _delete(app: App, asked: argparse.Namespace) -> int:
    model = ModelService(app).delete(asked.model)
    trashed = f"{TRASHED_MODEL}{model.id}"
    message = f"moved to the trash: {model.name}  (retroml restore {trashed} takes it back)"
    answer([{"id": trashed, "ok": True, "message": message}], message, as_json=asked.json)
    return 0


def _table(models: list[Model]) -> str:
    if not models:
        return "no models yet; `retroml models save latest` makes one"
    head = ("model", "name", "game", "algorithm", "step", "score", "trained", "size", "goes on")
    return columns([head, *map(_row, models)])


def _row(model: Model) -> tuple[str, ...]:
    return (
        model.id,
        model.name,
        model.game,
        model.algorithm,
        count(model.step),
        score(model.score),
        duration(model.seconds),
        size_text(model.size_bytes),
        "yes" if model.full else "no",
    )
