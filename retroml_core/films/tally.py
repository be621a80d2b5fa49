"""How making films went of late: a JSON line a film in `cache/films.jsonl` of the data root, for `doctor` and the app.

Only what was made or failed counts, not what somebody cancelled nor what was refused.
"""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass
from pathlib import Path

from retroml_core.files import write_bytes

__all__ = ["Tally", "keep_outcome", "read_tally"]

_FILE = "films.jsonl"
_LAST = 200
_MOST_BYTES = 200_000


@dataclass(frozen=True)
class Tally:
    """Of the last films how many were `made` and how many `failed`; why the latest failure, "" without one."""

    made: int = 0
    failed: int = 0
    reason: str = ""

    @property
    def asked(self) -> int:
        """All of them."""
        return self.made + self.failed

    @property
    def share(self) -> float:
        """How many of them were made, 0 to 1; 1 when none was asked for."""
        return self.made / self.asked if self.asked else 1.0


def keep_outcome(cache: Path, run_id: str, renderer: str, error: str = "") -> None:
    """Note that a film of `run_id` was made, or failed with `error`; a folder that refuses is no reason to fail."""
    path = cache / _FILE
    line = {"at": round(time.time()), "run": run_id, "renderer": renderer, "error": error}
    with contextlib.suppress(OSError):
        if path.exists() and path.stat().st_size > _MOST_BYTES:
            write_bytes(path, b"".join(path.read_bytes().splitlines(keepends=True)[-_LAST:]))
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def read_tally(cache: Path) -> Tally:
    """How the last 200 films went; lines that cannot be read are passed over."""
    try:
        lines = (cache / _FILE).read_text(encoding="utf-8", errors="replace").splitlines()[-_LAST:]
    except OSError:
        return Tally()
    errors = [error for error in map(_error, lines) if error is not None]
    failures = [error for error in errors if error]
    return Tally(len(errors) - len(failures), len(failures), failures[-1] if failures else "")


def _error(line: str) -> str | None:
    try:
        return str(json.loads(line)["error"])
    except (ValueError, KeyError, TypeError):
        return None
