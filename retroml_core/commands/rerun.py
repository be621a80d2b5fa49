"""`retroml rerun ID [KEY=VALUE ...]`: a new run with the config of another."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig

__all__ = ["main", "repeated"]


def main(app: App, argv: Sequence[str]) -> int:
    """Start a run with the config of another, changed as asked, and follow it; how it ended."""
    parser = argparse.ArgumentParser(
        prog="retroml rerun", description="Start a new run with the config of another: the same seed unless seed= is given."
    )
    parser.add_argument("id", help="the run: its id, a unique beginning of it, or latest")
    parser.add_argument("changes", nargs="*", metavar="KEY=VALUE", help="settings to change, such as budget.hours=2")
    parser.add_argument("--detach", action="store_true", help="start it, print its id and return at once")
    parser.add_argument("--dry-run", action="store_true", help="print the config and the disk it would need, and stop")
    parser.add_argument("--json", action="store_true", help="with --dry-run: print all of it as JSON")
    asked = parser.parse_args(argv)
    from retroml_core.services import ExperimentService
    from retroml_core.terminal.start import Manner, start

    run = ExperimentService(app).find(asked.id)
    config = repeated(app, {"id": run.id, **run.tree}, asked.changes)
    if asked.json and not asked.dry_run:
        parser.error("--json goes with --dry-run")
    return start(app, config, Manner(detach=asked.detach, dry_run=asked.dry_run, as_json=asked.json))


def repeated(app: App, tree: Mapping[str, Any], changes: Sequence[str]) -> ExperimentConfig:
    """The config of a new run like the one of `tree`, with `changes` as `KEY=VALUE`. Raises ConfigError naming every fault."""
    from retroml_core.config.composing import from_tree, require_valid
    from retroml_core.config.migrations import migrate
    from retroml_core.config.overriding import with_overrides

    parent = {"id": str(tree.get("id") or ""), "relation": "forked_from", "checkpoint": ""}
    fresh = {**migrate(tree), "id": "", "created_at": "", "parent": parent}
    return require_valid(from_tree(with_overrides(fresh, changes), app), app)
