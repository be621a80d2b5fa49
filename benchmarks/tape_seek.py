"""How long it takes to see a moment of a long tape: opening it, finding the episode, and re-simulating up to there.

    python -m benchmarks.tape_seek [--game breakout] [--steps 10000000] [--environments 8] [--seeks 40]

A tape stores no pictures: a moment in the middle of a game is reached by playing that game from its beginning (with sticky
actions, from the last seeded one). The steps to skip decide, so they are reported beside the seconds; the second visit goes
on from a bookmark. The tape is made by playing at random, which takes the longest by far; `--tape` uses that of a run instead.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from retroml_atari.environment import make
from retroml_atari.settings import AtariConfig
from retroml_atari.tape import AtariTape, open_tape

from retroml_core.environment import EnvironmentBuild
from retroml_core.tape import View


def record(game: str, steps: int, count: int, folder: Path) -> None:
    """Play `steps` at random onto a tape."""
    environment = make(EnvironmentBuild(game=game, config=AtariConfig(), count=count, seed=0, tape_folder=folder))
    generator = np.random.default_rng(0)
    environment.reset()
    for _ in range(steps // count):
        environment.send(generator.integers(0, environment.info.action_count, count))
        environment.recv()
    environment.close()


def seek(tape: AtariTape, step: int) -> tuple[float, float, int]:
    """Seconds to find the episode at `step` and to see its first picture there, and the steps skipped for it."""
    skipped = [0]
    begun = time.perf_counter()
    episode = tape.find(step=step)
    together = 1 + max(one.environment for one in tape.episodes()[:64])
    first = min((step - episode.first_step) // together, episode.length - 1)
    found = time.perf_counter()
    next(tape.play(episode, first=first, view=View.COLOUR, progress=lambda _, total: skipped.append(total)))
    return found - begun, time.perf_counter() - begun, max(skipped)


def measure(run: Path, seeks: int) -> dict[str, Any]:
    """All figures of the tape of a run."""
    begun = time.perf_counter()
    tape = open_tape(run)
    episodes = tape.episodes()
    report: dict[str, Any] = {"steps": tape.steps(), "episodes": len(episodes), "open_seconds": time.perf_counter() - begun}
    steps = np.random.default_rng(1).integers(0, tape.steps(), seeks).tolist()
    for visit in ("first", "again"):
        finding, seeing, skipped = zip(*(seek(tape, step) for step in steps), strict=True)
        report[visit] = {
            "find_seconds_p50": float(np.percentile(finding, 50)),
            "see_seconds_p50": float(np.percentile(seeing, 50)),
            "see_seconds_p99": float(np.percentile(seeing, 99)),
            "skipped_steps_p50": float(np.percentile(skipped, 50)),
            "skipped_steps_p99": float(np.percentile(skipped, 99)),
            "under_a_second": float(np.mean(np.array(seeing) < 1.0)),
        }
    return report


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--game", default="breakout")
    parser.add_argument("--steps", type=int, default=10_000_000)
    parser.add_argument("--environments", type=int, default=8)
    parser.add_argument("--seeks", type=int, default=40)
    parser.add_argument("--tape", type=Path, help="the folder of a run whose tape to measure instead")
    parser.add_argument("--output", type=Path, help="also write the figures here, as JSON")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        run = asked.tape or Path(scratch)
        if asked.tape is None:
            record(asked.game, asked.steps, asked.environments, run / "tape")
        report = measure(run, asked.seeks)
    print(json.dumps(report, indent=2))
    if asked.output:
        asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
