"""What a run folder says about its run, as rows of the index."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.runs.eventlog import decode, event_files
from retroml_core.runs.labels import LABELS_FILE, read_labels

if TYPE_CHECKING:
    from retroml_core.runs.run import Run

__all__ = ["Description", "describe", "signature", "tree_hash"]

_WATCHED = ("config.json", "state.json", LABELS_FILE)
_OWN = ("id", "name", "seed", "created_at", "tags", "notes", "group", "parent")


@dataclass(frozen=True, kw_only=True)
class Description:
    """The columns of a run's own row, but for its id; its whole config; its tags."""

    id: str
    values: dict[str, Any]
    tree: dict[str, Any]
    tags: tuple[str, ...]


def signature(folder: Path) -> dict[str, int]:
    """What the files behind a description look like from outside: the same as before means that nothing in them is new."""
    seen = {}
    for name in _WATCHED:
        with contextlib.suppress(OSError):
            seen[name] = (folder / name).stat().st_mtime_ns
    return seen


def tree_hash(tree: Mapping[str, Any]) -> str:
    """A digest of what a run trains with: equal for runs that differ in seed and labels alone."""
    lasting = {key: value for key, value in tree.items() if key not in _OWN}
    return hashlib.blake2b(json.dumps(lasting, sort_keys=True).encode(), digest_size=16).hexdigest()


def describe(run: Run) -> Description:
    """What the folder of `run` says. Raises ValueError, OSError for a folder that cannot be read."""
    seen = signature(run.folder)
    tree, status = run.tree, run.status()
    labels, parent = read_labels(run.folder, tree), tree.get("parent") or {}
    ended = status.state.ended and status.updated_at > 0
    values = {
        "name": labels.name,
        "game": str(tree["game"]),
        "algorithm": _name(tree.get("algorithm")),
        "environment": _name(tree.get("environment")),
        "seed": tree.get("seed"),
        "preset": str(tree.get("preset") or ""),
        "state": str(status.state),
        "created_at": _milliseconds(str(tree.get("created_at") or "")),
        "started_at": _began_at(run.events_folder),
        "ended_at": int(status.updated_at * 1000) if ended else None,
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
        "signature": seen,
    }
    return Description(id=run.id, values=values, tree=tree, tags=labels.tags)


def _name(part: object) -> str:
    return str(part.get("name", "")) if isinstance(part, Mapping) else str(part or "")


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def _began_at(events: Path) -> int | None:
    """When the first event was said, in milliseconds since 1970; None before it."""
    for path in event_files(events)[:1]:
        with path.open("rb") as file, contextlib.suppress(ValueError):
            return int(decode(file.readline()).t * 1000)
    return None


def _milliseconds(moment: str) -> int:
    """ISO 8601 to milliseconds since 1970; a moment without a zone is UTC, an empty one 0. Raises ValueError."""
    if not moment:
        return 0
    when = datetime.fromisoformat(moment)
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)
