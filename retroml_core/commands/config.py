"""`retroml config export|import`: configs as files, in our own form and in the flat one other tools know."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.files import write_json
from retroml_core.terminal.printing import print_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig

__all__ = ["main"]


def main(app: App, argv: Sequence[str]) -> int:
    """Export the config of a run, or check, convert and use a config file. Raises Fault."""
    asked = _parser().parse_args(argv)
    if asked.action == "export":
        return _export(app, asked.id, flat=asked.flat, output=asked.output)
    return _import(app, asked)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="retroml config", description="Configs as files.")
    actions = parser.add_subparsers(dest="action", required=True)
    export = actions.add_parser("export", help="print the config of a run")
    export.add_argument("id", help="the run: its id, a beginning of it, or latest")
    export.add_argument("--flat", action="store_true", help="in the flat form: id, game, duration_hours ...")
    export.add_argument("--output", type=Path, help="write to this file")
    take = actions.add_parser(
        "import", help="read a config file of any version and form, check it, print it in the present form"
    )
    take.add_argument("file", type=Path)
    take.add_argument("--output", type=Path, help="write to this file")
    take.add_argument("--train", action="store_true", help="start a new run of it")
    take.add_argument("--detach", action="store_true", help="with --train: print the id of the run and return")
    return parser


def _export(app: App, name: str, *, flat: bool, output: Path | None) -> int:
    from retroml_core.config.composing import to_tree
    from retroml_core.config.flat import to_flat
    from retroml_core.runs.run import find_run

    run = find_run(app, name)
    tree = to_tree(run.config(app))
    return _write(to_flat(tree, run.status().state.value, app.registry) if flat else tree, output)


def _import(app: App, asked: argparse.Namespace) -> int:
    from retroml_core.config.composing import load_config, require_valid, to_tree
    from retroml_core.terminal.start import Manner, start

    config = require_valid(load_config(asked.file, app), app)
    if asked.train:
        return start(app, _as_new(config), Manner(detach=asked.detach))
    return _write(to_tree(config), asked.output)


def _as_new(config: ExperimentConfig) -> ExperimentConfig:
    return dataclasses.replace(config, id="", created_at="", group="")


def _write(tree: dict[str, Any], output: Path | None) -> int:
    if output is None:
        print_json(tree)
    else:
        write_json(output, tree)
        sys.stdout.write(f"{output}\n")
    return 0
