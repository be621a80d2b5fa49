"""Evaluation of a model in a process of its own, because playing needs the learning library, which the app never loads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from retroml_core.faults import Fault

__all__ = ["Card", "evaluate"]

Run = Callable[[Sequence[str], dict[str, str]], "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True, kw_only=True)
class Card:
    """What came of an evaluation: raw scores of whole games."""

    source: str
    episodes: int
    seed: int
    mean: float
    best: float
    worst: float
    scores: tuple[float, ...]


def evaluate(root: Path, source: str, *, episodes: int = 10, seed: int = 0, run: Run | None = None) -> Card:
    """Let the model or run `source` under the data root `root` play; blocks for as long as that takes.

    Raises Fault with what the process said when it failed.
    """
    command = [sys.executable, "-m", "retroml_core", "evaluate", source, "--json"]
    command += ["--episodes", str(episodes), "--seed", str(seed)]
    done = (run or _run)(command, {**os.environ, "RETROML_HOME": str(root)})
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise Fault(lines[-1] if lines else f"the evaluation ended with code {done.returncode} and said nothing")
    try:
        tree = json.loads(done.stdout[done.stdout.index("{") :])
        scores = tuple(float(score) for score in tree["scores"])
        return Card(
            source=source,
            episodes=len(scores),
            seed=seed,
            mean=float(tree["mean"]),
            best=float(tree["best"]),
            worst=float(tree["worst"]),
            scores=scores,
        )
    except (ValueError, KeyError, TypeError) as error:
        raise Fault(f"the evaluation gave no card: {done.stdout[-200:]!r}") from error


def _run(command: Sequence[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        list(command), stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", env=environment, check=False
    )
