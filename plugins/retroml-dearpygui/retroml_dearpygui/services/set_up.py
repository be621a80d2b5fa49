"""Setting Retro ML up from inside the app: what is still missing here, and the process that installs it.

`python bootstrap.py desktop` installs what the window needs and opens it. What trains is larger (PyTorch above all): the app
installs it, by `python bootstrap.py setup --json`, which says a JSON object a line (`setting_up/progress.py`).
"""

from __future__ import annotations

import collections
import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import retroml_core

__all__ = [
    "Installation",
    "Room",
    "SetUpFailed",
    "SetUpNews",
    "SetUpStopped",
    "begin_installation",
    "door",
    "missing",
    "room_needed",
    "unfinished",
]

NEEDED = {"torch": "PyTorch", "tianshou": "Tianshou", "retroml_tianshou": "the algorithms"}
KEPT_LINES = 30
PATIENCE_SECONDS = 5.0
"""A process that was interrupted gets so long to clean up before it is ended."""


class SetUpFailed(Exception):
    """The set-up failed; the message is what it said in the end."""


class SetUpStopped(Exception):
    """The set-up was stopped. It goes on from there the next time."""


@dataclass(frozen=True, kw_only=True)
class SetUpNews:
    """Which step is being done, for how many seconds, and what just now."""

    step: int
    of: int
    title: str
    seconds: int
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Room:
    """Bytes to download and bytes on disk afterwards, both rounded up."""

    download_bytes: int
    disk_bytes: int


def missing() -> tuple[str, ...]:
    """What trains and is not installed here, in words; looked for without importing it."""
    return tuple(title for module, title in NEEDED.items() if importlib.util.find_spec(module) is None)


def door() -> Path | None:
    """`bootstrap.py` of the checkout whose environment this is; None where Retro ML was installed in another way."""
    root = Path(retroml_core.__file__).resolve().parents[1]
    file = root / "bootstrap.py"
    return file if file.is_file() and Path(sys.prefix).resolve() == (root / ".venv").resolve() else None


def unfinished() -> bool:
    """Whether the app has to install what trains before it is of use."""
    return bool(missing()) and door() is not None


def room_needed(*, gpu: bool) -> Room:
    """What PyTorch and the rest take: the processor's build as measured, the one for NVIDIA GPUs as PyTorch's wheels sum up."""
    if gpu:
        return Room(download_bytes=4_000_000_000, disk_bytes=9_000_000_000)
    return Room(download_bytes=400_000_000, disk_bytes=1_500_000_000)


def begin_installation() -> Installation:
    """Start to install what is missing. Raises OSError; RuntimeError where there is no `door`."""
    file = door()
    if file is None:
        raise RuntimeError("this installation has no bootstrap.py")
    return Installation([sys.executable, str(file), "setup", "--json"])


class Installation:
    """A process that sets up. `follow` from one thread; `stop` from any."""

    def __init__(self, command: Sequence[str]) -> None:
        self._stopped = False
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            **_group_of_its_own(),
        )

    def follow(self, tell: Callable[[SetUpNews], None]) -> None:
        """Hand on the news until all is installed. Raises SetUpFailed or SetUpStopped."""
        said: collections.deque[str] = collections.deque(maxlen=KEPT_LINES)
        with self._process as process:
            for line in process.stdout or ():
                news = _parse(line)
                if isinstance(news, SetUpNews):
                    tell(news)
                elif news:
                    said.append(news)
        if self._stopped:
            raise SetUpStopped
        if process.returncode != 0:
            raise SetUpFailed("\n".join(said) or f"the set-up ended with code {process.returncode} and said nothing")

    def stop(self) -> None:
        """Have it end; `follow` then raises SetUpStopped."""
        self._stopped = True
        with contextlib.suppress(OSError):
            if sys.platform == "win32":
                self._process.send_signal(signal.CTRL_BREAK_EVENT)
                return
            os.killpg(self._process.pid, signal.SIGINT)  # pip, too, which is a process of its own and then cleans up
            insist = threading.Timer(PATIENCE_SECONDS, self._insist)
            insist.daemon = True
            insist.start()

    def _insist(self) -> None:
        """What was started in the background of a shell does not hear SIGINT."""
        with contextlib.suppress(OSError):
            if sys.platform != "win32" and self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGTERM)


def _group_of_its_own() -> dict[str, Any]:
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _parse(line: str) -> SetUpNews | str:
    try:
        read = json.loads(line)
        return SetUpNews(**read) if "step" in read else str(read["said"])
    except (ValueError, TypeError, KeyError):
        return line.rstrip()
