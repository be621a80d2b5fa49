"""`retroml measure [key=value ...]`: which settings train fastest here, measured in half a minute and remembered."""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault
from retroml_core.training.measured import Measured, Subject, Trial, keep, recall
from retroml_tianshou.measuring.plan import NO_TIME, chosen

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig

__all__ = ["made_elsewhere", "main", "measure", "void"]

HEAD = ("threads", "environments", "precision", "compile", "steps/s")
PATIENCE_SECONDS = 60.0
"""How long a process may take to end after its last trial."""
CHILD = (sys.executable, "-m", "retroml_tianshou.measuring.child")
"""The command of the process that makes the trials; the seconds it may take are added."""


def main(app: App, argv: Sequence[str]) -> int:
    """Measure, show each trial as it ends, remember what is fastest; 0."""
    parser = argparse.ArgumentParser(
        prog="retroml measure",
        description="Measure which settings train a game fastest on this machine, and remember them for performance=measured.",
    )
    parser.add_argument("settings", nargs="*", metavar="key=value", help="what would be trained: game=pong algorithm=dqn ...")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long it may take (default: 30)")
    parser.add_argument("--remembered", action="store_true", help="measure nothing, show what was measured before")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    asked = parser.parse_args(argv)
    if asked.seconds <= 0:
        parser.error("--seconds must be more than 0")
    from retroml_core.config.composing import compose

    config = compose(app, asked.settings)
    subject = Subject.of(config)
    if asked.remembered:
        measured = recall(app.root, subject)
        if measured is None:
            what = f"{subject.algorithm} on {subject.game} with network={subject.network}"
            raise Fault(f"nothing was measured here for {what} yet")
        rows = "" if asked.json else "".join(_row(trial) for trial in measured.trials)
        sys.stdout.write(("" if asked.json else _line(HEAD)) + rows)
    else:
        if not asked.json:
            sys.stdout.write(_line(HEAD))
        measured = measure(app, config, asked.seconds, void if asked.json else _show)
    sys.stdout.write(json.dumps(measured.as_tree(), indent=2) + "\n" if asked.json else _words(measured))
    return 0


def measure(
    app: App,
    config: ExperimentConfig,
    seconds: float,
    on_trial: Callable[[Trial], None],
    child: Sequence[str] = CHILD,
) -> Measured:
    """Try settings for `config` for about `seconds`, tell `on_trial` of each, remember and return the outcome.

    The trials are made by `child`, a process of its own. Raises Fault when not even the settings as they are could be measured.
    """
    made = []
    for trial in made_elsewhere(config, seconds, child):
        made.append(trial)
        on_trial(trial)
    if not made or made[0].steps_per_second is None:
        raise Fault(f"this training could not be measured: {made[0].problem if made else 'its process said nothing'}")
    measured = chosen(made, datetime.now(UTC).isoformat(timespec="seconds"))
    keep(app.root, Subject.of(config), measured)
    return measured


def made_elsewhere(config: ExperimentConfig, seconds: float, child: Sequence[str] = CHILD) -> Iterator[Trial]:
    """The trials for `config`, made by a process of their own, which is ended with the iterator.

    Raises Fault with its last words when it fails.
    """
    from retroml_core.config.composing import to_tree

    settings: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "encoding": "utf-8"}
    with tempfile.TemporaryFile() as said, subprocess.Popen([*child, str(seconds)], stderr=said, **settings) as process:
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018  # pipes were asked for
        try:
            with contextlib.suppress(BrokenPipeError):  # it failed before it read; what it says is told below
                process.stdin.write(json.dumps(to_tree(config)))
                process.stdin.close()
            for line in process.stdout:
                if line.startswith("{"):  # libraries may have words of their own
                    yield Trial.from_tree(json.loads(line))
            if process.wait(PATIENCE_SECONDS):
                said.seek(0)
                words = said.read().decode(errors="replace").strip().splitlines() or ["no reason was given"]
                raise Fault(f"measuring failed: {words[-1]}")
        finally:
            process.kill()


def void(_: Trial) -> None:
    """Tell nobody."""


def _show(trial: Trial) -> None:
    sys.stdout.write(_row(trial))
    sys.stdout.flush()


def _row(trial: Trial) -> str:
    choice = trial.choice
    rate = trial.problem if trial.steps_per_second is None else f"{trial.steps_per_second:.0f}"
    return _line((str(choice.threads), str(choice.environments), choice.precision or "-", choice.compile or "-", rate))


def _line(cells: Sequence[str]) -> str:
    return "".join(cell.ljust(14) for cell in cells).rstrip() + "\n"


def _words(measured: Measured) -> str:
    best = measured.best
    settings = [f"threads={best.threads}"]
    settings += [f"algorithm.{name}={value}" for name in ("precision", "compile") if (value := getattr(best, name))]
    text = f"Fastest: {' '.join(settings)}. performance=measured trains with these.\n"
    if left := sum(trial.problem == NO_TIME for trial in measured.trials):
        text += f"For {left} of {len(measured.trials)} trials no time was left: --seconds gives them more.\n"
    if measured.environments != best.environments:
        text += (
            f"With algorithm.environments={measured.environments} more steps are made a second; "
            "it also changes how updates are made, so set it yourself if you want that.\n"
        )
    return text
