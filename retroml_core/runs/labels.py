"""What people write on a run after it was made: its name, tags and notes, in `labels.json` beside the config.

The config itself stays as the run was made with. What is not written there is as the config says.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retroml_core.files import read_json, write_json

__all__ = ["LABELS_FILE", "Labels", "read_labels", "write_labels"]

LABELS_FILE = "labels.json"


@dataclass(frozen=True, kw_only=True)
class Labels:
    """Name, tags in order without repeats, and notes of a run."""

    name: str = ""
    tags: tuple[str, ...] = ()
    notes: str = ""


def read_labels(folder: Path, config: Mapping[str, Any]) -> Labels:
    """The labels of the run in `folder`, whose config is the tree `config`. A damaged file counts as none."""
    try:
        written = dict(read_json(folder / LABELS_FILE))
    except (OSError, ValueError, TypeError):
        written = {}
    found = {key: written.get(key, config.get(key)) for key in ("name", "tags", "notes")}
    tags = dict.fromkeys(str(tag) for tag in found["tags"] or ())
    return Labels(name=str(found["name"] or ""), tags=tuple(tags), notes=str(found["notes"] or ""))


def write_labels(folder: Path, labels: Labels) -> None:
    """Write all labels of the run in `folder`. Raises OSError."""
    write_json(folder / LABELS_FILE, dataclasses.asdict(labels))
