"""`retroml rerun ID [KEY=VALUE ...]`: a new run with the config of another."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig

__all__ = ["main", "repeated"]

_NAMED = ("algorithm", "environment", "network")


def main(app: App, argv: Sequence[str]) -> int:
    """Start a run with the config of another, changed as asked, and follow it; how it ended."""
    parser = argparse.ArgumentParser(
        prog="retroml rerun", description="Start a new run with the config of another: the same seed unless seed= is given."
    )
    parser.add_argument("id", help="the run: its id, a unique beginning of it, or latest")
    parser.add_argument("changes", nargs="*", metavar="KEY=VALUE", help="settings to change, such as budget.hours=2")
    parser.add_argument("--detach", action="store_true", help="start it, print its id and return at once")
    parser.add_argument("--dry-run", action="store_true", help="print the config and the disk it would need, and stop")
    asked = parser.parse_args(argv)
    from retroml_core.services import ExperimentService
    from retroml_core.start import start

    run = ExperimentService(app).find(asked.id)
    config = repeated(app, run.tree, asked.changes)
    return start(app, config, detach=asked.detach, dry_run=asked.dry_run)


def repeated(app: App, tree: Mapping[str, Any], changes: Sequence[str]) -> ExperimentConfig:
    """The config of a new run like the one of `tree`, with `changes` as `KEY=VALUE`. Raises ConfigError naming every fault."""
    from omegaconf import OmegaConf

    from retroml_core.config import from_tree
    from retroml_core.config_errors import of_problems
    from retroml_core.migrations import migrate
    from retroml_core.specs import Severity
    from retroml_core.validation import check

    fresh = {**migrate(tree), "id": "", "created_at": ""}
    fresh["parent"] = {"id": str(tree["id"]), "relation": "forked_from", "checkpoint": ""}
    fresh.update(_replaced(changes))
    settings = [change for change in changes if change.partition("=")[0] not in _NAMED]
    merged = OmegaConf.merge(OmegaConf.create(fresh), _settings(settings))
    config = from_tree(OmegaConf.to_container(merged), app)  # type: ignore[arg-type]  # a mapping at the top
    errors = [problem for problem in check(config, app) if problem.severity is Severity.ERROR]
    if errors:
        raise of_problems(errors)
    return config


def _replaced(changes: Sequence[str]) -> dict[str, dict[str, str]]:
    """Parts chosen anew by name, `algorithm=dqn`: their other settings are the defaults."""
    pairs = [change.partition("=") for change in changes]
    return {key: {"name": value} for key, _, value in pairs if key in _NAMED}


def _settings(changes: Sequence[str]) -> Any:
    from omegaconf import OmegaConf

    from retroml_core.config import ConfigError

    for change in changes:
        key, equals, _ = change.partition("=")
        if not equals or not key.replace(".", "").replace("_", "").isalnum():
            raise ConfigError(f"{change!r} changes nothing: write KEY=VALUE, such as budget.hours=2")
    return OmegaConf.from_dotlist(list(changes))
