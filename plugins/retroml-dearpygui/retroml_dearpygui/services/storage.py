"""Data folders: whether one can be used and how much room it has; and what is chosen for the next start."""

from __future__ import annotations

import dataclasses
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from retroml_core.choices import read_choices, write_choices
from retroml_core.faults import Fault

__all__ = ["FolderReport", "check_folder", "choose_root", "fixed_by", "switch_plugin"]

LOW_BYTES = 10e9


@dataclass(frozen=True, kw_only=True)
class FolderReport:
    """A folder that can be used: bytes free and in all, and a `warning` in words when there is little room."""

    path: Path
    free: int
    total: int
    warning: str = ""


def check_folder(text: str) -> FolderReport:
    """Whether the folder written as `text` can hold data: it is made where it is not there, and written to.

    Raises Fault that says what is wrong and what to do.
    """
    words = text.strip().strip('"')
    if not words:
        raise Fault("Write the path of a folder, or choose one with Browse.")
    path = Path(words).expanduser()
    if not path.is_absolute():
        raise Fault(f"{words} is not a whole path: begin at the root, such as {Path.home() / 'RetroML'}")
    if path.exists() and not path.is_dir():
        raise Fault(f"{path} is a file: choose a folder")
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path):
            pass
        usage = shutil.disk_usage(path)
    except OSError as error:
        raise Fault(f"{path} cannot be written to ({error.strerror or error}): choose another folder") from error
    low = f"Only {usage.free / 1e9:.1f} GB are free; a long training with its films takes several."
    return FolderReport(path=path, free=usage.free, total=usage.total, warning=low if usage.free < LOW_BYTES else "")


def fixed_by() -> str:
    """What else says where the data is, so that the choice here would have no effect; empty: nothing."""
    return "the environment variable RETROML_HOME" if os.environ.get("RETROML_HOME") else ""


def choose_root(path: Path) -> None:
    """Use `path` from the next start on. Raises OSError."""
    write_choices(dataclasses.replace(read_choices(), data_folder=str(path)))


def switch_plugin(name: str, on: bool) -> None:
    """Load a plugin from the next start on, or not. Raises OSError."""
    choices = read_choices()
    others = [other for other in choices.disabled_plugins if other != name]
    write_choices(dataclasses.replace(choices, disabled_plugins=tuple(others if on else [*others, name])))
