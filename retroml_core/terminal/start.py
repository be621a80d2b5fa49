"""From a config to a run at work: say what it will need, make its folder, start its process, follow it."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.runs.forecast import forecast, free_bytes, size_text
from retroml_core.specs import Severity

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.run import Run
    from retroml_core.schema import ExperimentConfig

__all__ = ["DiskTooFull", "begin", "follow_run", "start"]


class DiskTooFull(Fault):
    """A run will need more disk than is free."""


def start(app: App, config: ExperimentConfig, *, detach: bool = False, dry_run: bool = False) -> int:
    """Start a run of `config`, which has been checked, and follow it to its end; the exit code says how it ended.

    With `detach` return once it is started, with `dry_run` before. Raises Fault when it may not start.
    """
    if dry_run:
        return _show(app, config)
    run = begin(app, config)
    if detach:
        sys.stdout.write(f"{run.id}\n")
        return 0
    return follow_run(run)


def begin(app: App, config: ExperimentConfig) -> Run:
    """Make the folder of a run and start its process. Raises Fault, before anything is made, when it may not start."""
    from retroml_core.runs.launching import start_worker
    from retroml_core.runs.run import create_run

    _say_warnings(app, config)
    needs = forecast(config, app)
    free = free_bytes(app.root.path)
    sys.stderr.write(f"This run needs {needs}; {size_text(free)} are free.\n")
    if needs.total > free:
        hint = "free some, train for a shorter time, keep fewer checkpoints, or set RETROML_HOME to a larger disk"
        raise DiskTooFull(f"not enough disk for this run in {app.root.path}: {hint}")
    run = create_run(app, config)
    start_worker(run)
    return run


def follow_run(run: Run) -> int:
    """Show the progress of `run` until its attempt ends; its exit code."""
    from rich.console import Console

    from retroml_core.terminal.progress import follow

    return follow(run, Console())


def _say_warnings(app: App, config: ExperimentConfig) -> None:
    from retroml_core.config.validation import check

    for problem in check(config, app):
        if problem.severity is Severity.WARNING:
            sys.stderr.write(f"warning: {problem}\n")


def _show(app: App, config: ExperimentConfig) -> int:
    from retroml_core.config.composing import to_tree

    _say_warnings(app, config)
    sys.stderr.write(f"This run would need {forecast(config, app)}; {size_text(free_bytes(app.root.path))} are free.\n")
    sys.stdout.write(json.dumps(to_tree(config), indent=2, ensure_ascii=False) + "\n")
    return 0
