"""Whether our updates are those of Stable-Baselines3: both learn from the same play, and their weights stay the same.

    python -m benchmarks.learning_lockstep

What curves can only show over many seeds, this shows in a minute: from the same weights and the same steps of Catch, loss,
gradient, clipping, optimizer, schedules, returns and replay of both lead to the same numbers, update after update. What it
leaves out is how actions and initial weights are drawn. See `trainers/sb3_lockstep.py` for how it is done.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks import learning_markdown as markdown
from benchmarks.learning import RESULTS, carried_through
from benchmarks.learning_peers import CATCH, EQUAL, by_reference

UPDATES = 20
ON_REPLAY = (
    "algorithm.environments=1",
    "algorithm.learning_starts=200",
    "algorithm.learning_starts_share=null",
    "algorithm.replay_size=2000",
    "algorithm.target_every=5",
)

CASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "PPO": ("algorithm=ppo", "algorithm.rollout_steps=32", "algorithm.clip_value=false"),
        "A2C, RMSprop": ("algorithm=a2c",),
        "A2C, Adam": ("algorithm=a2c_quick",),
        "DQN": ("algorithm=dqn", *ON_REPLAY),
        "DQN, returns of 3 steps": ("algorithm=dqn", "algorithm.n_step=3", *ON_REPLAY),
    }
)
"""What is compared, and its settings besides those of Catch."""


def main(argv: Sequence[str] | None = None) -> int:
    """Compare, write, print; 2 when a comparison cannot be made."""
    asked = arguments(argv)
    if asked.table:
        print(table(json.loads(asked.output.read_text(encoding="utf-8"))["cases"]))
        return 0

    def measured() -> int:
        result = compare(CASES, asked.python)
        write(asked.output, result)
        print(table(result["cases"]))
        return 0

    return carried_through(measured, None)


def arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.learning_lockstep", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--python", type=Path, help="an interpreter that has stable-baselines3 (one is made)")
    parser.add_argument("--output", type=Path, default=RESULTS / "learning_lockstep.json", help="where JSON goes")
    parser.add_argument("--table", action="store_true", help="only print the table of what --output holds")
    return parser.parse_args(argv)


def compare(cases: Mapping[str, Sequence[str]], python: Path | None) -> dict[str, Any]:
    """Both sides through `UPDATES` updates of each case, and the versions of what computed it. Raises Fault."""
    common = ("game=catch", *CATCH, *EQUAL, "seed=1", "budget.steps=100000")
    words = [word for own in cases.values() for word in ("--", *common, *own)]
    result = by_reference("sb3_lockstep.py", (str(UPDATES), *words), python)
    named = zip(cases.items(), result["cases"], strict=True)
    compared = [{"case": case, "words": [*common, *own], **found} for (case, own), found in named]
    return {"measured_on": f"{datetime.now(UTC):%Y-%m-%d}", "versions": result["versions"], "cases": compared}


def write(path: Path, result: Mapping[str, Any]) -> None:
    """Keep the result as data."""
    about = "Made by python -m benchmarks.learning_lockstep."
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"about": about, **result}, indent=2) + "\n", encoding="utf-8")


def table(cases: Sequence[Mapping[str, Any]]) -> str:
    """The cases in Markdown: updates, how far the furthest number moved, how far any two that should be equal lay apart."""
    rows = ([each["case"], str(each["updates"]), f"{each['moved']:.1e}", f"{each['difference']:.0e}"] for each in cases)
    return markdown.table(("algorithm", "updates", "moved", "apart"), rows)


if __name__ == "__main__":
    sys.exit(main())
