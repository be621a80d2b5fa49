"""Makes `reference.json`, what the app tells of expected scores, from the figures in `benchmarks/`: measured and published.

Run `python plugins/retroml-dearpygui/tools/make_reference.py` in the checkout after these figures changed.
"""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
BENCHMARKS = ROOT / "benchmarks"
TARGET = ROOT / "plugins" / "retroml-dearpygui" / "retroml_dearpygui" / "services" / "reference.json"


def main() -> None:
    """Write the file."""
    published = json.loads((BENCHMARKS / "published.json").read_text(encoding="utf-8"))
    measured = json.loads((BENCHMARKS / "results" / "learning.json").read_text(encoding="utf-8"))
    scores = [_published(score, published["sources"]) for score in published["scores"]]
    scores += [_measured(run) for run in measured["runs"] if run["state"] == "completed"]
    about = "Made by tools/make_reference.py; raw points, `low` to `high` after so many `steps` of the agent."
    lines = ",\n".join(
        json.dumps(score) for score in sorted(scores, key=lambda one: (one["game"], one["algorithm"], one["steps"]))
    )
    TARGET.write_text(f'{{"about": {json.dumps(about)}, "scores": [\n{lines}\n]}}\n', encoding="utf-8")


def _published(score: dict[str, Any], sources: dict[str, Any]) -> dict[str, Any]:
    source, spread = sources[score["source"]], score["spread"] or 0.0
    low, high = score["mean"] - spread, score["mean"] + spread
    return _row(score["game"], score["algorithm"], source["steps"], [low, high], source["title"])


def _measured(run: dict[str, Any]) -> dict[str, Any]:
    """From the mean of the last training games to that of the best model, whichever is lower."""
    games = run.get("further") or run["evaluation"]
    found = [run["last"], *([statistics.fmean(games)] if games else [])]
    network = next((word.partition("=")[2] for word in run["overrides"] if word.startswith("network=")), "nature")
    return _row(run["game"], run["family"], run["steps"], found, f"measured for this app with the network {network}")


def _row(game: str, algorithm: str, steps: int, scores: list[float], source: str) -> dict[str, Any]:
    low, high = round(min(scores), 1), round(max(scores), 1)
    return {"game": game, "algorithm": algorithm, "steps": steps, "low": low, "high": high, "source": source}


if __name__ == "__main__":
    main()
