"""How well `+experiment=first_light` does: `python -m benchmarks.first_light --seeds 1,2,3,4,5`.

Trains each seed in turn through the command line, as a user would, in a data root of its own, and prints the mean raw score
of the last 20 training episodes. The goal is at least ten times random play (259), so 2,590, in four of five seeds.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

RANDOM_SCORE = 259.0
LAST = 20


@dataclass(frozen=True)
class Outcome:
    """What one seed came to."""

    seed: int
    run_id: str
    episodes: int
    steps: int
    seconds: float
    first_mean: float
    last_mean: float

    @property
    def reached(self) -> bool:
        """Whether the goal was met."""
        return self.last_mean >= 10 * RANDOM_SCORE

    def __str__(self) -> str:
        return (
            f"seed {self.seed}: {self.last_mean:8.0f} over the last {LAST} of {self.episodes} episodes "
            f"({self.last_mean / RANDOM_SCORE:.1f} x random, began at {self.first_mean:.0f}), "
            f"{self.steps} steps in {self.seconds:.0f} s{'' if self.reached else '   below the goal'}"
        )


def main(argv: Sequence[str] | None = None) -> int:
    """Train, print, write JSON; 0 when at least four fifths of the seeds reach the goal."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.first_light", description=__doc__)
    parser.add_argument("--seeds", default="1,2,3,4,5", help="the seeds, one run each (1,2,3,4,5)")
    parser.add_argument("--root", type=Path, help="data root to keep the runs in (a temporary one)")
    parser.add_argument("--output", type=Path, help="write the results there as JSON")
    parser.add_argument("overrides", nargs="*", help="further overrides, such as film.renderers=[] or budget.minutes=2")
    args = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as temporary:
        root = args.root or Path(temporary)
        outcomes = []
        for seed in map(int, args.seeds.split(",")):
            outcomes.append(train(seed, root, args.overrides))
            print(outcomes[-1], flush=True)
    reached = sum(outcome.reached for outcome in outcomes)
    print(f"{reached} of {len(outcomes)} reached {10 * RANDOM_SCORE:.0f}")
    if args.output:
        args.output.write_text(json.dumps([asdict(outcome) for outcome in outcomes], indent=2) + "\n")
    return 0 if reached >= 0.8 * len(outcomes) else 1


def train(seed: int, root: Path, overrides: Sequence[str]) -> Outcome:
    """One run through the command line. Raises SystemExit with what it said when it fails."""
    before = folders(root)
    command = [sys.executable, "-m", "retroml_core", "+experiment=first_light", f"seed={seed}", *overrides]
    done = subprocess.run(
        command, env=os.environ | {"RETROML_HOME": str(root)}, capture_output=True, text=True, check=False, encoding="utf-8"
    )
    if done.returncode:
        raise SystemExit(f"seed {seed} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    (folder,) = folders(root) - before
    return read(seed, folder)


def folders(root: Path) -> set[Path]:
    """The run folders under `root`."""
    return set((root / "experiments").glob("*/"))


def read(seed: int, folder: Path) -> Outcome:
    """What the run in `folder` came to, from its events."""
    from retroml_core.runs.run import Run

    run = Run(folder)
    scores = [float(event.data["score"]) for event in run.events({"episode_finished"})]
    status = run.status()
    if not scores:
        raise SystemExit(f"seed {seed} finished no episode: the budget is too short")
    return Outcome(
        seed=seed,
        run_id=run.id,
        episodes=len(scores),
        steps=status.step,
        seconds=status.seconds,
        first_mean=statistics.fmean(scores[:LAST]),
        last_mean=statistics.fmean(scores[-LAST:]),
    )


if __name__ == "__main__":
    sys.exit(main())
