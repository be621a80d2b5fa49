"""Starts a comparison of algorithms: `retroml --multirun` in a process of its own, which trains one after the other."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["compare_command", "start_comparison"]

LOG = "comparison.log"


def compare_command(words: Sequence[str], algorithms: Sequence[str], seeds: Sequence[int], group: str) -> list[str]:
    """The command that trains every algorithm with every seed, all with the settings `words`, such as `game=pong`.

    Each seed goes through all algorithms before the next, so that a comparison that is stopped early is a fair one.
    """
    jobs = [f"seed={','.join(map(str, seeds))}", f"algorithm={','.join(algorithms)}", f"group={group}"]
    return [sys.executable, "-m", "retroml_core", "--multirun", *words, *jobs]


def start_comparison(root: Path, command: Sequence[str]) -> subprocess.Popen[bytes]:
    """Start it for the data root; it outlives the app and writes to `cache/comparison.log`. Raises OSError."""
    settings: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        settings = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP}
    with (root / "cache" / LOG).open("wb") as log:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=root,
            env={**os.environ, "RETROML_HOME": str(root)},
            **settings,
        )
