"""Files handed to other programs: the player for videos, the file manager."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from retroml_core.faults import Fault

__all__ = ["open_file", "show_in_folder"]

Start = Callable[[Sequence[str]], None]


def open_file(path: Path, *, platform: str = sys.platform, start: Start | None = None) -> None:
    """Open `path` in the program that the user has for it. Raises Fault when it is gone or nothing can open it."""
    _check(path)
    if platform == "win32" and start is None:
        getattr(os, "startfile")(path)  # noqa: B009  # there on Windows only
    else:
        (start or _start)(_command(path, platform))


def show_in_folder(path: Path, *, platform: str = sys.platform, start: Start | None = None) -> None:
    """Show `path` in the file manager, selected where that is possible. Raises Fault."""
    _check(path)
    start = start or _start
    if platform == "win32":
        start(["explorer", f"/select,{path}"])
    elif platform == "darwin":
        start(["open", "-R", str(path)])
    else:
        _show_on_linux(path, start)


def _show_on_linux(path: Path, start: Start) -> None:
    call = "org.freedesktop.FileManager1.ShowItems"
    if shutil.which("gdbus"):
        try:
            target = ["--dest", "org.freedesktop.FileManager1", "--object-path", "/org/freedesktop/FileManager1"]
            start(["gdbus", "call", "--session", *target, "--method", call, f"['{path.as_uri()}']", ""])
        except Fault:
            pass  # no file manager that can select: open the folder
        else:
            return
    start(_command(path if path.is_dir() else path.parent, "linux"))


def _command(path: Path, platform: str) -> list[str]:
    return ["open" if platform == "darwin" else "xdg-open", str(path)]


def _check(path: Path) -> None:
    if not path.exists():
        raise Fault(f"{path} is not there any more")


def _start(command: Sequence[str]) -> None:
    try:
        done = subprocess.run(list(command), stdin=subprocess.DEVNULL, capture_output=True, timeout=20, check=False)
    except FileNotFoundError as error:
        raise Fault(f"{command[0]} is not installed, so nothing can be opened; copy the path instead") from error
    except subprocess.TimeoutExpired:
        return  # the program stays in the foreground: it is open
    # The file manager of Windows answers 1 when all went well.
    if done.returncode and command[0] != "explorer":
        reason = done.stderr.decode(errors="replace").strip().splitlines()
        raise Fault(f"{command[0]} could not open it: {reason[-1] if reason else 'it gave no reason'}")
