"""What a replay that is not simply in memory costs DQN: `python -m benchmarks.replay_speed [--storage compressed]`.

The training of `benchmarks.train_speed --algorithm dqn`, in turns with the replay stored so and in memory; what counts is the
ratio of neighbours. Prints a line; --output also writes JSON.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.train_speed import TRAINERS, Trainer, compare, measure


def main(argv: Sequence[str] | None = None) -> int:
    """Measure, print, write JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replay_speed", description=__doc__)
    parser.add_argument(
        "--storage", default="compressed", choices=("compressed", "mapped"), help="what is measured (compressed)"
    )
    parser.add_argument("--steps", type=int, default=2000, help="steps of each run (2000)")
    parser.add_argument("--rounds", type=int, default=3, help="pairs of runs (3)")
    parser.add_argument("--output", type=Path, help="where to write the JSON")
    asked = parser.parse_args(argv)
    command = (sys.executable, str(TRAINERS / "retroml_dqn.py"), "--storage")
    stored, plain = (Trainer(name, (*command, name)) for name in (asked.storage, "memory"))
    comparison = compare(stored, plain, asked.rounds, lambda trainer: measure(trainer, asked.steps, 0))
    print(f"{asked.storage}, beside\n{comparison}")
    if asked.output:
        training = {"storage": asked.storage, "steps": asked.steps, **asdict(comparison), "ratios": comparison.ratios}
        asked.output.write_text(json.dumps({"training": training}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
