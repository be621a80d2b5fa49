"""What the tape costs: processor time a step of recording, bytes a step, time to open, verify and play again.

    python -m benchmarks.tape_cost [--game breakout] [--steps 20000] [--environments 8]

What recording costs is by how much the processor time of the playing thread grows with it, the median of three pairs of runs.
Prints a table and writes JSON with `--output`.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from retroml_atari.environment import AtariEnvironment, make
from retroml_atari.settings import AtariConfig
from retroml_atari.tape import open_tape

from retroml_core.environment import EnvironmentBuild
from retroml_core.tape import View

PAIRS = 3


def play(environment: AtariEnvironment, steps: int) -> None:
    """Play like a trained policy: mostly the same action, now and then another."""
    generator = np.random.default_rng(0)
    kept = np.zeros(environment.count, np.int64)
    environment.reset()
    for _ in range(steps // environment.count):
        drawn = generator.integers(0, environment.info.action_count, environment.count)
        kept = np.where(generator.random(environment.count) < 0.25, drawn, kept)
        environment.send(kept)
        environment.recv()


def processor_seconds(game: str, steps: int, count: int, folder: Path | None) -> float:
    """Processor seconds of the playing thread alone."""
    environment = make(EnvironmentBuild(game=game, config=AtariConfig(), count=count, seed=0, tape_folder=folder))
    begun = time.thread_time()
    play(environment, steps)
    environment.close()
    return time.thread_time() - begun


def measure(game: str, steps: int, count: int) -> dict[str, Any]:
    """All figures."""
    with tempfile.TemporaryDirectory() as scratch:
        run = Path(scratch)
        folders = [run / "tape", *(run / f"tape{number}" for number in range(1, PAIRS))]
        growth = [processor_seconds(game, steps, count, one) - processor_seconds(game, steps, count, None) for one in folders]
        begun = time.perf_counter()
        tape = open_tape(run)
        longest = max(tape.episodes(), key=lambda episode: episode.length)
        opened = time.perf_counter() - begun
        report: dict[str, Any] = {
            "steps": tape.steps(),
            "bytes_per_step": tape.size_bytes() / tape.steps(),
            "recording_microseconds_per_step": statistics.median(growth) / steps * 1e6,
            "open_seconds": opened,
        }
        for view in View:
            begun = time.process_time()
            played = sum(1 for _ in tape.play(longest, view=view))
            report[f"play_{view}_steps_per_processor_second"] = played / (time.process_time() - begun)
        return report


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--game", default="breakout")
    parser.add_argument("--steps", type=int, default=20_000)
    parser.add_argument("--environments", type=int, default=8)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    report = measure(asked.game, asked.steps, asked.environments)
    for name, value in report.items():
        print(f"{name:45} {value:.4g}")
    if asked.output:
        asked.output.write_text(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
