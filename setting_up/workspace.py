"""The checkout, and whether its set-up is complete."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import re
import sys
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from setting_up.faults import SetupFailed


@dataclass(frozen=True)
class Stamp:
    """What was set up last: `key` is empty while a set-up is incomplete; `torch` is the build asked for, if any.

    `window` is the key of a set-up of all but what trains: enough for the app to open, and to do the rest itself.
    """

    key: str = ""
    groups: tuple[str, ...] = ()
    torch: str = ""
    window: str = ""


@dataclass(frozen=True)
class Workspace:
    """The checkout at `root` and the places in it that the set-up uses."""

    root: Path

    @property
    def venv(self) -> Path:
        """The virtual environment."""
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        """The interpreter of the virtual environment."""
        return self.venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")

    @property
    def lock(self) -> Path:
        """The file that a set-up holds while it works; outside `.venv`, which may be removed."""
        return self.root / ".venv.lock"

    @property
    def constraints(self) -> Path:
        """The exact versions of every package."""
        return self.root / "constraints.txt"

    def projects(self, *, window: bool = False) -> list[Path]:
        """The folders to install: the core, then each plugin; for the `window` alone only those that need no PyTorch."""
        found = [self.root, *sorted(path.parent for path in self.root.glob("plugins/*/pyproject.toml"))]
        return [folder for folder in found if not (window and _needs_torch(folder / "pyproject.toml"))]

    def has_torch(self) -> bool:
        """Whether PyTorch was installed, or was being installed."""
        return any(self.venv.glob("lib/python*/site-packages/torch*")) or any(self.venv.glob("Lib/site-packages/torch*"))

    def key(self) -> str:
        """The hash of all that the set-up depends on; another key means that it must run again."""
        digest = hashlib.sha256()
        for path in [self.constraints, *(folder / "pyproject.toml" for folder in self.projects())]:
            digest.update(path.relative_to(self.root).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
        digest.update(json.dumps([*sys.version_info[:2], str(self.root), driver_files()]).encode())
        return digest.hexdigest()

    def stamp(self) -> Stamp:
        """The stamp; an empty one when there is none that can be read."""
        try:
            read = json.loads(self._stamp_file.read_text(encoding="utf-8"))
            return Stamp(str(read["key"]), tuple(read["groups"]), str(read["torch"]), str(read.get("window", "")))
        except (OSError, ValueError, KeyError, TypeError):
            return Stamp()

    def write_stamp(self, stamp: Stamp) -> None:
        """Put `stamp` in the place of the one before, whole or not at all."""
        temporary = self._stamp_file.with_suffix(".new")
        temporary.write_text(json.dumps(dataclasses.asdict(stamp)), encoding="utf-8")
        temporary.replace(self._stamp_file)

    def is_ready(self, groups: Iterable[str]) -> bool:
        """Whether this very set-up, with `groups` and the build of PyTorch that is asked for, is complete."""
        stamp = self.stamp()
        fitting = os.environ.get("RETROML_TORCH", "") in ("", stamp.torch) and set(groups) <= set(stamp.groups)
        return fitting and self.python.exists() and stamp.key == self.key()

    def can_open(self) -> bool:
        """Whether what the app's window needs is installed."""
        return self.python.exists() and self.key() in (self.stamp().window, self.stamp().key)

    @property
    def _stamp_file(self) -> Path:
        return self.venv / "retroml-setup.json"

    def group(self, name: str) -> list[str]:
        """The requirements of a dependency group of the root `pyproject.toml`."""
        with (self.root / "pyproject.toml").open("rb") as file:
            return [str(item) for item in tomllib.load(file)["dependency-groups"][name]]

    def pinned(self, name: str) -> str:
        """The exact version of package `name` in the constraints."""
        found = re.search(rf"(?im)^{re.escape(name)}==(\S+)", self.constraints.read_text(encoding="utf-8"))
        if found is None:
            raise SetupFailed(f"constraints.txt does not say which version of {name} to install.")
        return found[1]


def _needs_torch(project: Path) -> bool:
    with project.open("rb") as file:
        needs = tomllib.load(file).get("project", {}).get("dependencies", [])
    return any(re.match(r"torch\b", str(need)) for need in needs)


def driver_files() -> bool:
    """Whether files of an NVIDIA driver are present: a quick look that starts nothing."""
    windows = Path(os.environ.get("SYSTEMROOT", "C:/Windows"), "System32", "nvcuda.dll")
    return any(path.exists() for path in (Path("/proc/driver/nvidia/version"), Path("/usr/lib/wsl/lib/libcuda.so.1"), windows))
