"""Is memory flat over a long run? Trains through the command line and fits a line through the memory its events report.

    python -m benchmarks.memory --minutes 20 --output memory_ppo.json algorithm=ppo game=breakout

A replay grows until it is full, so one has to be small here: algorithm=dqn replay_size=2000 learning_starts=1000.
Prints JSON; --output also writes it.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

WARM_UP_SHARE = 0.3


def main() -> int:
    """Run and report; 0 when the run completed."""
    asked = _parser().parse_args()
    with tempfile.TemporaryDirectory() as home:
        command = [
            sys.executable,
            "-m",
            "retroml_core",
            f"budget.minutes={asked.minutes}",
            "film.renderers=[]",
            *asked.overrides,
        ]
        code = subprocess.run(command, env={**os.environ, "RETROML_HOME": home}, check=False).returncode
        name, points = _name(Path(home)), _memory(Path(home))
    if len(points) < 4:
        sys.stderr.write("too few measurements: run for longer\n")
        return 1
    figures = json.dumps({name: _fit(points)}, indent=2)
    print(figures)
    if asked.output:
        asked.output.write_text(figures + "\n", encoding="utf-8")
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0, help="minutes of training")
    parser.add_argument("--output", type=Path, help="where to write the JSON")
    parser.add_argument("overrides", nargs="*", help="settings of the run")
    return parser


def _name(home: Path) -> str:
    """What was trained, "" when there is no run."""
    configs = [json.loads(path.read_text(encoding="utf-8")) for path in home.glob("experiments/*/config.json")]
    return ", ".join(f"{config['algorithm']['name']} in {config['game']}" for config in configs)


def _memory(home: Path) -> list[tuple[float, int]]:
    """(seconds, bytes) of every `resource` event."""
    events = [json.loads(line) for path in sorted(home.glob("experiments/*/events/*.jsonl")) for line in path.open()]
    return [(event["t"], event["data"]["memory_bytes"]) for event in events if event["type"] == "resource"]


def _fit(points: list[tuple[float, int]]) -> dict[str, float]:
    """Slope and extremes after the first part of the run, in which buffers and caches fill."""
    seconds, megabytes = np.array(points, dtype=float).T / np.array([[1.0], [1e6]])
    late = seconds - seconds[0] >= WARM_UP_SHARE * (seconds[-1] - seconds[0])
    slope = np.polyfit(seconds[late], megabytes[late], 1)[0] * 3600
    return {
        "minutes": round(float(seconds[-1] - seconds[0]) / 60, 1),
        "measurements": int(late.sum()),
        "first_mb": round(float(megabytes[late][0]), 1),
        "last_mb": round(float(megabytes[late][-1]), 1),
        "highest_mb": round(float(megabytes.max()), 1),
        "slope_mb_per_hour": round(float(slope), 1),
    }


if __name__ == "__main__":
    sys.exit(main())
