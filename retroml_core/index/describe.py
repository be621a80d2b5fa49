"""What a run folder says about its run, as rows of the index."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.runs.labels import LABELS_FILE, read_labels

if TYPE_CHECKING:
    from retroml_core.runs.run import Run

__all__ = ["checkpoint_rows", "film_rows", "run_values", "signature", "tree_hash"]

_WATCHED = ("config.json", "state.json", LABELS_FILE, "checkpoints", "videos")
_OWN = ("id", "name", "seed", "created_at", "tags", "notes", "group", "parent")


def signature(folder: Path) -> dict[str, int]:
    """What the folder looks like from outside: the same as before means that nothing in it is new."""
    seen = {f"events/{path.name}": path.stat().st_size for path in (folder / "events").glob("*.jsonl")}
    for name in _WATCHED:
        with contextlib.suppress(OSError):
            seen[name] = (folder / name).stat().st_mtime_ns
    return seen


def tree_hash(tree: Mapping[str, Any]) -> str:
    """A digest of what a run trains with: equal for runs that differ in seed and labels alone."""
    lasting = {key: value for key, value in tree.items() if key not in _OWN}
    return hashlib.blake2b(json.dumps(lasting, sort_keys=True).encode(), digest_size=16).hexdigest()


def run_values(run: Run) -> dict[str, Any]:
    """The columns of the run's row. Raises ValueError, OSError for a folder that cannot be read."""
    tree, status = run.tree, run.status()
    labels, parent = read_labels(run.folder, tree), tree.get("parent") or {}
    return {
        "name": labels.name,
        "game": str(tree["game"]),
        "algorithm": _name(tree.get("algorithm")),
        "environment": _name(tree.get("environment")),
        "seed": tree.get("seed"),
        "preset": str(tree.get("preset") or ""),
        "state": str(status.state),
        "created_at": _milliseconds(str(tree.get("created_at") or "")),
        "steps": status.step,
        "frames": status.frames,
        "episodes": status.episodes,
        "fraction": status.fraction,
        "seconds": status.seconds,
        "mean_score": _finite(status.mean_score),
        "best_score": _finite(status.best_score),
        "reason": status.reason,
        "group_name": str(tree.get("group") or ""),
        "parent_id": str(parent.get("id") or ""),
        "relation": str(parent.get("relation") or ""),
        "config_hash": tree_hash(tree),
        "notes": labels.notes,
    }


def checkpoint_rows(run: Run) -> list[dict[str, Any]]:
    """The run's checkpoints on disk."""
    return [
        {"run_id": run.id, "name": c.name, "step": c.step, "why": c.why, "score": _finite(c.score), "full": int(c.full)}
        for c in run.checkpoints()
    ]


def film_rows(run: Run) -> list[dict[str, Any]]:
    """The run's films on disk."""
    return [
        {"run_id": run.id, "name": f.name, "renderer": f.renderer, "seconds": f.seconds, "size_bytes": f.size_bytes}
        for f in run.films()
    ]


def _name(part: object) -> str:
    return str(part.get("name", "")) if isinstance(part, Mapping) else str(part or "")


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _milliseconds(moment: str) -> int:
    """ISO 8601 to milliseconds since 1970; a moment without a zone is UTC, an empty one 0. Raises ValueError."""
    if not moment:
        return 0
    when = datetime.fromisoformat(moment)
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)
