"""How quick the index is with many runs and long curves: `python -m benchmarks.index --runs 100000`.

Fills a database in a temporary folder with made-up runs and prints the median and the slowest of repeated questions, then how
long the first and the second look at so many folders of runs take.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from sqlalchemy import insert

from retroml_core.events import RunState
from retroml_core.index import Index, RunFilter
from retroml_core.index.curves import append
from retroml_core.index.models import run, tag
from retroml_core.runs.roots import DataRoot
from retroml_core.runs.state import RunStatus, status_json

DAY = 86_400_000


def main() -> None:
    """Measure and print; with --json as one JSON object of milliseconds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.index", description=__doc__)
    parser.add_argument("--runs", type=int, default=100_000, help="how many runs (100000)")
    parser.add_argument("--points", type=int, default=1_000_000, help="how many points the long curve has (1000000)")
    parser.add_argument("--folders", type=int, default=2000, help="how many run folders are taken in (2000)")
    parser.add_argument("--repeats", type=int, default=20, help="how often each question is asked (20)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        index = Index.open(DataRoot(Path(folder)))
        results = measure(index, args.runs, args.points, args.repeats)
        index.close()
    with tempfile.TemporaryDirectory() as folder:
        results |= looks(DataRoot(Path(folder)), args.folders)
    if args.json:
        print(json.dumps(results, indent=2))
        return
    for name, milliseconds in results.items():
        print(f"{name:44s} {' '.join(f'{value:10.2f}' for value in milliseconds)} ms")


def measure(index: Index, runs: int, points: int, repeats: int) -> dict[str, list[float]]:
    """Median and slowest time of each question in milliseconds; one figure for what is done once."""
    results = {f"write {runs} runs": [timed(lambda: fill(index, runs))]}
    results[f"write a curve of {points} points"] = [timed(lambda: fill_curve(index, points))]
    for name, ask in questions(index, runs, points).items():
        times = [timed(ask) for _ in range(repeats)]
        results[name] = [statistics.median(times), max(times)]
    return results


def looks(root: DataRoot, folders: int) -> dict[str, list[float]]:
    """Milliseconds of the first and the second look at `folders` runs that ended."""
    status = status_json(RunStatus(state=RunState.COMPLETED, step=1_000_000, updated_at=1_795_402_515.0))
    for number in range(folders):
        run_folder = root.experiments / f"20261123t0415{number % 60:02}-pong-ppo-{number:010d}"
        run_folder.mkdir(parents=True)
        tree = {"game": "pong", "seed": number, "algorithm": {"name": "ppo"}, "environment": {"name": "atari"}, "tags": ["a"]}
        (run_folder / "config.json").write_text(json.dumps(tree))
        (run_folder / "state.json").write_text(json.dumps(status))
    index = Index.open(root)
    times = {f"the {look} look at {folders} folders": [timed(index.sync)] for look in ("first", "second")}
    index.close()
    return times


def questions(index: Index, runs: int, points: int) -> dict[str, Callable[[], object]]:
    """What is asked."""
    middle = runs // 2 * 60_000
    filters = {
        "the newest 100": RunFilter(),
        "by game": RunFilter(game="game_7"),
        "by algorithm": RunFilter(algorithm="dqn"),
        "by game and algorithm": RunFilter(game="game_7", algorithm="dqn"),
        "by state (rare)": RunFilter(states=(RunState.FAILED,)),
        "by game and state (rare)": RunFilter(game="game_7", states=(RunState.FAILED,)),
        "by tag": RunFilter(tags=("common",)),
        "by two tags": RunFilter(tags=("common", "rare")),
        "by date": RunFilter(created_from=middle, created_before=middle + DAY),
        "by part of the name": RunFilter(text="77777"),
        "the best 100": RunFilter(order="best_score"),
    }
    asked: dict[str, Callable[[], object]] = {name: (lambda f=f: index.runs(f)) for name, f in filters.items()}
    asked["count by game"] = lambda: index.count(RunFilter(game="game_7"))
    asked["a whole long curve"] = lambda: index.curve("run-0000000", "score")
    window = (points // 2, points // 2 + 1000)
    asked["1000 steps of a long curve"] = lambda: index.curve("run-0000000", "score", steps=window)
    return asked


def fill(index: Index, runs: int) -> None:
    """Make up runs."""
    rng = random.Random(1)
    with index.store.write() as connection:
        for start in range(0, runs, 10_000):
            rows = [made_up(number, rng) for number in range(start, min(start + 10_000, runs))]
            connection.execute(insert(run), rows)
            tags = [
                {"run_id": row["id"], "name": name, "created_at": row["created_at"]}
                for row in rows
                for name, share in (("common", 0.5), ("rare", 0.01))
                if rng.random() < share
            ]
            connection.execute(insert(tag), tags)


def made_up(number: int, rng: random.Random) -> dict[str, object]:
    """One row."""
    return {
        "id": f"run-{number:07d}",
        "name": f"Made up {number}",
        "game": f"game_{rng.randrange(60)}",
        "algorithm": rng.choice(["ppo", "dqn", "a2c", "es"]),
        "environment": "atari",
        "preset": "short",
        "state": str(RunState.FAILED if rng.random() < 0.001 else RunState.COMPLETED),
        "created_at": number * 60_000,
        "best_score": rng.random() * 1000,
        "config_hash": "0" * 32,
        "signature": {"config.json": 1, "state.json": 2, "events/0001.jsonl": 3},
    }


def fill_curve(index: Index, points: int) -> None:
    """Give the first run a long curve."""
    with index.store.write() as connection:
        for start in range(0, points, 20_000):
            steps = np.arange(start, min(start + 20_000, points), dtype=np.float64)
            append(connection, "run-0000000", {"score": np.stack([steps, steps / 1000, np.sin(steps / 1000)])})


def timed(work: Callable[[], object]) -> float:
    """Milliseconds."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main()
