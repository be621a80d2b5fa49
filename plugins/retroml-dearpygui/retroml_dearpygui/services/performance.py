"""A model at play in a process of its own, because playing needs the learning library, which the app never loads."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.live import LiveView
from retroml_core.runs.run import Run

if TYPE_CHECKING:
    from retroml_core.live import LiveFrames

__all__ = ["Performance", "play_command"]

Command = Callable[[str, Path], Sequence[str]]


def play_command(source: str, folder: Path) -> list[str]:
    """The command that lets the model `source` play, its moments seen in `folder`."""
    return [sys.executable, "-m", "retroml_core", "play", source, "--live", str(folder), "--attached", "--json"]


class Performance:
    """Begins at once and goes on until it is closed; the process ends with this one, however that ends.

    `scores` are those of the games that ended. `over` says that the process ended, `problem` in its own words why it did so
    unasked. Raises OSError when it cannot be started.
    """

    def __init__(self, root: Path, source: str, command: Command = play_command) -> None:
        self.scores: list[float] = []
        self.problem = ""
        self.over = threading.Event()
        self._closed = False
        self._folder = tempfile.TemporaryDirectory(prefix="retroml-play-", ignore_cleanup_errors=True)
        folder = Path(self._folder.name)
        self._view = LiveView(Run(folder))
        try:
            self._process = _start(command(source, folder), root, folder / "errors.log")
        except OSError:
            self._folder.cleanup()
            raise
        threading.Thread(target=self._follow, args=(folder / "errors.log",), name="model at play", daemon=True).start()

    def read(self) -> LiveFrames | None:
        """What it sees and does now; None while there is nothing new."""
        return self._view.read()

    def close(self) -> None:
        """End it, without waiting. May be called twice."""
        self._closed = True
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()
            self._process.kill()

    def _follow(self, errors: Path) -> None:
        with self._process as process:
            for line in process.stdout or ():
                with contextlib.suppress(ValueError, KeyError, TypeError):
                    self.scores.append(float(json.loads(line)["score"]))
        if not self._closed:
            said = errors.read_text(encoding="utf-8", errors="replace").strip().splitlines()
            self.problem = said[-1] if said else f"the process that played ended with code {process.returncode}"
        self._folder.cleanup()
        self.over.set()


def _start(command: Sequence[str], root: Path, errors: Path) -> subprocess.Popen[str]:
    with errors.open("wb") as file:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=file,
            encoding="utf-8",
            env={**os.environ, "RETROML_HOME": str(root)},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
