"""Running a process of the set-up while showing what it does."""

from __future__ import annotations

import collections
import os
import queue
import subprocess
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

KEPT_LINES = 400


@dataclass(frozen=True)
class Result:
    """A finished process: its exit code and the end of what it printed, without blank lines."""

    code: int
    output: str


Show = Callable[[str], None]


def pip_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` with pip kept from asking questions and from installing outside the virtual environment."""
    return {**environment, "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1", "PIP_USER": "0"}


def run_shown(command: Sequence[str], show: Show) -> Result:
    """Run `command`, passing each line it prints to `show`, and the last one again each second while it is silent.

    Ctrl+C reaches the process too; it is waited for before KeyboardInterrupt goes on, so that no pip is left running.
    """
    tail: collections.deque[str] = collections.deque(maxlen=KEPT_LINES)
    lines: queue.Queue[str | None] = queue.Queue()
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=pip_environment(os.environ),
    ) as process:
        reader = threading.Thread(target=_forward, args=(process.stdout, lines), daemon=True)
        reader.start()
        _follow(lines, tail, show)
        reader.join()
    return Result(process.returncode, "\n".join(tail))


def _forward(stream: Iterable[str], lines: queue.Queue[str | None]) -> None:
    for line in stream:
        lines.put(line)
    lines.put(None)


def _follow(lines: queue.Queue[str | None], tail: collections.deque[str], show: Show) -> None:
    line: str | None = ""
    while line is not None:
        try:
            line = lines.get(timeout=1)
        except queue.Empty:
            line = ""
        if line and line.strip():
            tail.append(line.strip())
        show(tail[-1] if tail else "")
