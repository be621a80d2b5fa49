"""Native dialogs for files and folders, in a process of their own, because the window must go on and has none itself."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from retroml_core.faults import Fault

__all__ = ["NoPicker", "pick_folder", "pick_target"]

CANCELLED = 1
Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]

_TKINTER = """
import sys, tkinter
from tkinter import filedialog
what, title, folder, name = sys.argv[1:]
root = tkinter.Tk(); root.withdraw(); root.attributes("-topmost", True)
sys.stdout.reconfigure(encoding="utf-8")
if what == "folder":
    print(filedialog.askdirectory(title=title, initialdir=folder, mustexist=True) or "", end="")
else:
    print(filedialog.asksaveasfilename(title=title, initialdir=folder, initialfile=name) or "", end="")
"""


class NoPicker(Fault):
    """There is no native dialog here; the user can type the path."""


def pick_folder(
    title: str, start: Path, *, run: Run | None = None, which: Callable[[str], object] = shutil.which
) -> Path | None:
    """Let the user choose a folder, beginning at `start`; None when they did not. Blocks: call it in the background.

    Raises NoPicker.
    """
    return _pick("folder", title, start, "", run or _run, which)


def pick_target(
    title: str, start: Path, name: str, *, run: Run | None = None, which: Callable[[str], object] = shutil.which
) -> Path | None:
    """Let the user choose a file to write, `name` in `start` being proposed; None when they did not. Raises NoPicker."""
    return _pick("target", title, start, name, run or _run, which)


def _pick(what: str, title: str, start: Path, name: str, run: Run, which: Callable[[str], object]) -> Path | None:
    folder = next((str(one) for one in (start, *start.parents) if one.is_dir()), "")
    for command in _commands(what, title, folder, name, which):
        try:
            done = run(command)
        except OSError:
            continue
        if done.returncode == 0:
            chosen = done.stdout.strip("\r\n")
            return Path(chosen) if chosen else None
        if done.returncode == CANCELLED and command[0] in ("zenity", "kdialog"):
            return None
    raise NoPicker("this system has no dialog for files (zenity, kdialog or tkinter): type the path instead")


def _commands(what: str, title: str, folder: str, name: str, which: Callable[[str], object]) -> list[list[str]]:
    found: list[list[str]] = []
    path = f"{folder}/{name}"
    if sys.platform.startswith("linux"):
        if which("zenity"):
            kind = ["--directory"] if what == "folder" else ["--save", "--confirm-overwrite"]
            found.append(["zenity", "--file-selection", *kind, f"--title={title}", f"--filename={path}"])
        if which("kdialog"):
            kind = ["--getexistingdirectory", folder] if what == "folder" else ["--getsavefilename", path]
            found.append(["kdialog", "--title", title, *kind])
    return [*found, [sys.executable, "-c", _TKINTER, what, title, folder, name]]


def _run(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(command), stdin=subprocess.DEVNULL, capture_output=True, encoding="utf-8", check=False)
