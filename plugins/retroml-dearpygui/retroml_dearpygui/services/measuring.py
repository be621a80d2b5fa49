"""Asks `retroml measure`, a process of its own, how fast a training would be with other settings on this machine.

The app never loads what trains. The answer is kept in the data root by the command, per machine, game, algorithm and network.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.training.measured import Measured

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["COMMAND", "measure", "measure_command"]

COMMAND = "measure"
PATIENCE_SECONDS = 180.0
"""A measurement takes half a minute, and torch may take as long to be loaded from a slow disk."""
NICENESS = 10

Command = Callable[[Sequence[str]], Sequence[str]]


def measure_command(settings: Sequence[str]) -> list[str]:
    """The command that measures a training of `settings`, which are words such as `game=pong`."""
    return [sys.executable, "-m", "retroml_core", COMMAND, "--json", *settings]


def measure(root: Path, settings: Sequence[str], command: Command = measure_command) -> Measured:
    """What the measurement says; blocks for half a minute. Raises Fault in its own words, OSError."""
    process = subprocess.Popen(
        list(command(settings)),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "RETROML_HOME": str(root)},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    _step_back(process.pid)
    try:
        said, complained = process.communicate(timeout=PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise Fault("the measurement took too long and was ended; try again when the machine is less busy") from None
    try:
        return Measured.from_tree(json.loads(said))
    except (ValueError, KeyError, TypeError):
        words = complained.strip().splitlines()
        raise Fault(words[-1] if words else f"the measurement ended with code {process.returncode}") from None


def _step_back(pid: int) -> None:
    """Let everything else go first."""
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        psutil.Process(pid).nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", NICENESS))
