"""How well algorithms learn: games x algorithms x seeds under one budget, beside published figures.

    python -m benchmarks.learning --games pong,breakout --algorithms ppo,a2c --seeds 1,2,3 --steps 10000000

    python -m benchmarks.learning --algorithms ppo_quick,a2c --steps 60000 network=quick     (minutes instead of days)

Each cell is a real run, carried out by a worker process in a data root of its own. What is complete there is not run again,
what was interrupted is resumed; so the command may be ended at any time (Ctrl+C) and given again. Results go into a JSON file
that holds the protocol of each run; runs already in the file stay, and `--table` only prints it.

An algorithm is what `algorithm=` takes, presets included; further overrides hold for all runs.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import itertools
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.learning_results import Results, outcome_of
from benchmarks.learning_table import table
from retroml_core.app import App
from retroml_core.config.composing import compose
from retroml_core.events import RunState
from retroml_core.faults import Fault
from retroml_core.runs.launching import worker_command
from retroml_core.runs.run import Run, create_run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "local"
NOT_MEASURED = ("film.renderers=[]", "exporters=[]")


@dataclass(frozen=True)
class Cell:
    """One run to be made: `overrides` say all but game, algorithm and seed."""

    game: str
    algorithm: str
    seed: int
    overrides: tuple[str, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """The command line of the run."""
        return (f"game={self.game}", f"algorithm={self.algorithm}", f"seed={self.seed}", *self.overrides, *NOT_MEASURED)

    @property
    def tag(self) -> str:
        """What the run is found again by."""
        return "learning-" + hashlib.sha256(" ".join(self.words).encode()).hexdigest()[:12]


def main(argv: Sequence[str] | None = None) -> int:
    """Run what is missing, write, print; 1 when a run failed, 2 when one cannot be made, 130 after Ctrl+C."""
    asked = arguments(argv)
    results = Results.read(asked.output)
    if asked.table:
        print(table(results.records))
        return 0

    def measured() -> int:
        failed = measure(cells(asked), results)
        print(table(results.records))
        print(f"written to {asked.output}")
        return 1 if failed else 0

    return carried_through(measured, asked.root)


def carried_through(work: Callable[[], int], root: Path | None) -> int:
    """What `work` returns, its runs lying in the data root `root`, by default one that is gone afterwards.

    What ends it early is said in words: 2 for a Fault, 130 for Ctrl+C.
    """
    with tempfile.TemporaryDirectory() as scratch:
        os.environ["RETROML_HOME"] = str(root.resolve() if root else scratch)
        try:
            with ended_by_sigterm():
                return work()
        except Fault as fault:
            print(fault, file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            print("interrupted: the same command goes on from here", file=sys.stderr)
            return 130


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.learning", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--games", default="kung_fu_master,breakout", help="the games (kung_fu_master,breakout)")
    parser.add_argument("--algorithms", default="ppo", help="the algorithms or their presets (ppo)")
    parser.add_argument("--seeds", default="1", help="the seeds, one run each (1)")
    parser.add_argument("--steps", type=int, default=100_000, help="budget of each run in steps (100000)")
    parser.add_argument("--evaluation", type=int, default=10, help="games the best model is measured by at the end (10)")
    parser.add_argument("--root", type=Path, help="data root to keep the runs in, which lets them be resumed (a temporary one)")
    parser.add_argument("--output", type=Path, default=RESULTS / "learning.json", help="where JSON goes")
    parser.add_argument("--table", action="store_true", help="only print the table of what --output holds")
    parser.add_argument("overrides", nargs="*", help="settings of all runs, such as network=quick")
    return parser.parse_args(argv)


def cells(asked: argparse.Namespace) -> Iterator[Cell]:
    """Every run that was asked for, seeds last, so that each algorithm has been through every game once before any twice."""
    overrides = (*asked.overrides, f"budget.steps={asked.steps}", f"evaluation.episodes={asked.evaluation}")
    names = (asked.seeds.split(","), asked.algorithms.split(","), asked.games.split(","))
    for seed, algorithm, game in itertools.product(*names):
        yield Cell(game, algorithm, int(seed), overrides)


def measure(wanted: Iterator[Cell], results: Results) -> int:
    """Carry out the cells one after the other, keeping each outcome at once; how many failed. Raises Fault."""
    failed = 0
    with App.open() as app:
        for cell in wanted:
            run = carry_out(app, cell)
            outcome = outcome_of(run, cell.algorithm, cell.overrides)
            results.keep(outcome)
            print(outcome, flush=True)
            failed += outcome.state != RunState.COMPLETED
    return failed


def carry_out(app: App, cell: Cell) -> Run:
    """The run of `cell`, brought to its end. Raises ConfigError, RunRefused."""
    run = standing(app, cell) or create_run(app, compose(app, [*cell.words, f"tags=[{cell.tag}]"]))
    if run.status().state is RunState.COMPLETED:
        return run
    with (
        run.log_file.open("ab") as log,
        subprocess.Popen(worker_command(run), stdout=log, stderr=subprocess.STDOUT, start_new_session=True) as worker,
    ):
        try:
            worker.wait()
        except BaseException:
            worker.terminate()
            raise
    return run


@contextlib.contextmanager
def ended_by_sigterm() -> Iterator[None]:
    """Take a SIGTERM for a Ctrl+C inside: the run at work saves a checkpoint before the process ends."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def standing(app: App, cell: Cell) -> Run | None:
    """The run made for `cell` before, or None."""
    runs = (Run(folder) for folder in app.root.run_folders())
    return next((run for run in runs if cell.tag in run.tree.get("tags", [])), None)


if __name__ == "__main__":
    sys.exit(main())
