"""What share of its time a training spends on checkpoints: standing still for them, and processor time of writing them.

    python -m benchmarks.checkpoint_stall [--seconds 150] [--every-minutes 0.5] [--cases ppo,dqn]

Trains for a while in this process and times the calls that make checkpoints, on the thread that trains and on the one that
writes. `dqn` begins with a replay that is filled at once with random play, 100,000 steps, as a long run has it; its first
checkpoint, which writes all of it, is told apart from the later ones, which write what is new. Prints a table and writes JSON
with `--output`.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from retroml_core.app import App
from retroml_core.config.composing import compose
from retroml_core.runs.lock import hold
from retroml_core.runs.run import create_run
from retroml_core.training.keeper import Keeper
from retroml_core.training.snapshots import Snapshots
from retroml_core.worker import work

CASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ppo": ("algorithm=ppo",),
        "dqn": (
            "algorithm=dqn",
            "algorithm.learning_starts=100_000",
            "algorithm.learning_starts_share=null",
            "algorithm.report_steps=200",
        ),
    }
)
"""What is trained, by name."""


@dataclass
class Watch:
    """The calls of some methods: seconds that they took, and processor seconds of their thread."""

    calls: dict[str, list[tuple[float, float]]] = field(default_factory=dict)

    @contextmanager
    def around(self, owner: type, name: str) -> Iterator[None]:
        """Time the calls of a method, under its name."""
        known: Callable[..., Any] = getattr(owner, name)
        lock = threading.Lock()

        def call(*args: Any, **named: Any) -> Any:
            begun, begun_cpu = time.perf_counter(), time.thread_time()
            try:
                return known(*args, **named)
            finally:
                took = time.perf_counter() - begun, time.thread_time() - begun_cpu
                with lock:
                    self.calls.setdefault(name, []).append(took)

        setattr(owner, name, call)
        try:
            yield
        finally:
            setattr(owner, name, known)


def train(words: tuple[str, ...], seconds: float, every_minutes: float) -> tuple[Watch, float]:
    """Train as `words` say; what was timed, and the seconds of training."""
    watch = Watch()
    with tempfile.TemporaryDirectory() as home:
        os.environ["RETROML_HOME"] = home
        with App.open() as app:
            usual = (f"budget.seconds={seconds}", f"checkpoints.every_minutes={every_minutes}", "film.renderers=[]")
            run = create_run(app, compose(app, ["game=breakout", "seed=1", "evaluation.episodes=1", *usual, *words]))
            with (
                hold(run.folder),
                watch.around(Keeper, "save"),
                watch.around(Keeper, "keep_due"),
                watch.around(Snapshots, "_write"),
            ):
                work(run, app, time.time())
            return watch, run.status().seconds


def figures(name: str, watch: Watch, seconds: float) -> dict[str, Any]:
    """What checkpoints took of `seconds` of training, the last one apart: it is made after training."""
    stalls = [took for took, _ in watch.calls["save"]][:-1]
    due = sum(took for took, _ in watch.calls["keep_due"])
    writing = sum(cpu for _, cpu in watch.calls["_write"])
    return {
        "name": name,
        "seconds": round(seconds, 1),
        "stall_seconds": [round(took, 4) for took in stalls[1:] or stalls],
        "first_stall_seconds": round(stalls[0], 4) if stalls else None,
        "policies": len(watch.calls["_write"]) - len(watch.calls["save"]),
        "policies_stall_seconds": round(due - sum(stalls), 4),
        "writing_processor_seconds": round(writing, 3),
    }


def main() -> int:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", default=",".join(CASES), help="what to train, comma-separated")
    parser.add_argument("--seconds", type=float, default=150.0, help="how long to train (150)")
    parser.add_argument("--every-minutes", type=float, default=0.5, help="between checkpoints (0.5)")
    parser.add_argument("--output", type=Path, help="where to write the JSON")
    asked = parser.parse_args()
    runs = []
    for name in asked.cases.split(","):
        watch, seconds = train(CASES[name], asked.seconds, asked.every_minutes)
        runs.append(figures(name, watch, seconds))
        print(json.dumps(runs[-1]), flush=True)
    if asked.output:
        asked.output.write_text(json.dumps({"every_minutes": asked.every_minutes, "runs": runs}, indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
