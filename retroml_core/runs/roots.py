"""The data root: the one folder that holds everything Retro ML keeps.

`RETROML_HOME` wins, then what a plugin says (`retroml_data_root`), then what the user chose (`retroml_core.choices`), then
the platform's user data folder; on Windows, with several local disks, a folder on the largest one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.choices import read_choices
from retroml_core.faults import Fault

if TYPE_CHECKING:
    from retroml_core.plugins.manager import PluginManager

__all__ = ["APP_NAME", "HOME_VARIABLE", "ROOT_ADVICE", "DataRoot", "RootError", "find_data_root", "is_headless", "is_run"]

APP_NAME = "RetroML"
HOME_VARIABLE = "RETROML_HOME"
ROOT_ADVICE = "free it, or set RETROML_HOME to a folder you can write to"
"""What to do about a data root that cannot be used."""
GONE_ADVICE = "connect its disk or put the folder back, then all goes on; to use another one, set RETROML_HOME and start again"


class RootError(Fault):
    """The data root cannot be used, or is gone; the message names the folder and what to do."""


@dataclass
class DataRoot:
    """The folders under `path`. Nothing is made before `prepare`.

    A root that was there once and is gone, with its disk, is not made anew: it must not come back empty.
    """

    path: Path
    _seen: bool = field(default=False, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        with suppress(RootError):
            self.check()

    @property
    def experiments(self) -> Path:
        """One folder per run."""
        return self.path / "experiments"

    @property
    def models(self) -> Path:
        """One folder per model taken out of a run."""
        return self.path / "models"

    @property
    def cache(self) -> Path:
        """What can be made again."""
        return self.path / "cache"

    @property
    def trash(self) -> Path:
        """Runs thrown away, until it is emptied."""
        return self.path / "trash"

    @property
    def database(self) -> Path:
        """The index, an SQLite file."""
        return self.path / "retroml.db"

    def prepare(self) -> None:
        """Make the folders and prove that they can be written to. Raises RootError."""
        self.check()
        with self._writing():
            for folder in (self.experiments, self.models, self.cache, self.trash):
                folder.mkdir(parents=True, exist_ok=True)
        self.prove()
        self._seen = True

    def prove(self) -> None:
        """Prove that it can be written to, or made where it is not there yet. Raises RootError."""
        self.check()
        with self._writing():
            there = next(folder for folder in (self.experiments, *self.experiments.parents) if folder.exists())
            with tempfile.TemporaryFile(dir=there):
                pass

    def check(self) -> None:
        """Raises RootError when it was there once and is gone, or cannot be looked at."""
        seen = self._seen  # before looking: another thread may make it meanwhile
        try:
            self.experiments.stat()
        except (FileNotFoundError, NotADirectoryError) as error:
            if seen:
                raise RootError(f"the data folder {self.path} is gone: {GONE_ADVICE}") from error
        except OSError as error:
            raise self._unreadable(error) from error
        else:
            self._seen = True

    def made(self, folder: Path) -> Path:
        """`folder`, which is one of this root, made where it is not there. Raises RootError, OSError."""
        self.check()
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def run_folders(self) -> list[Path]:
        """The folders of all runs, oldest first; none before the first run. Raises RootError when they cannot be read."""
        return self._entries(is_run)

    def headless_folders(self) -> list[Path]:
        """Folders that are no run for want of a `config.json`, see `is_headless`. Raises RootError as `run_folders`."""
        return self._entries(is_headless)

    def _entries(self, wanted: Callable[[Path], bool]) -> list[Path]:
        try:
            return sorted(entry for entry in self.experiments.iterdir() if wanted(entry))
        except FileNotFoundError:
            self.check()
            return []
        except OSError as error:
            raise self._unreadable(error) from error

    def changed_at(self) -> dict[str, int]:
        """When something was last made, replaced or removed in each folder that may be a run, by name, in nanoseconds.

        One look at the folder of runs and one at each of them, so quick with ten thousand. Raises RootError when they cannot be
        read.
        """
        try:
            with os.scandir(self.experiments) as entries:
                return {entry.name: entry.stat().st_mtime_ns for entry in entries if not entry.name.startswith(".")}
        except FileNotFoundError:
            self.check()
            return {}
        except OSError as error:
            raise self._unreadable(error) from error

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise RootError(f"cannot write to the data folder {self.path}: {error.strerror or error}; {ROOT_ADVICE}") from error

    def _unreadable(self, error: OSError) -> RootError:
        return RootError(f"cannot read the data folder {self.path}: {error.strerror or error}; {ROOT_ADVICE}")


def is_run(folder: Path) -> bool:
    """Whether `folder` is that of a run, whole or not."""
    return not folder.name.startswith(".") and (folder / "config.json").is_file()


def is_headless(folder: Path) -> bool:
    """Whether `folder` holds what training leaves, a tape, checkpoints or events, but no `config.json`."""
    if folder.name.startswith(".") or (folder / "config.json").exists():
        return False
    return any(next((folder / part).glob("*"), None) for part in ("tape", "checkpoints", "events"))


def find_data_root(plugins: PluginManager | None = None) -> DataRoot:
    """The data root in force. Makes nothing. Raises RootError when its path is taken by a file."""
    asked = os.environ.get(HOME_VARIABLE) or (plugins.data_root(APP_NAME) if plugins is not None else None)
    chosen = asked or read_choices().data_folder
    path = Path(chosen).expanduser().absolute() if chosen else _default()
    if path.exists() and not path.is_dir():
        raise RootError(f"the data folder {path} is a file; set RETROML_HOME to a folder")
    return DataRoot(path)


def _default() -> Path:
    import platformdirs

    if os.name != "nt":
        return Path(platformdirs.user_data_dir(APP_NAME, appauthor=False))
    return _windows_default(_local_volumes(), Path(platformdirs.user_data_dir(APP_NAME, appauthor=False)))


def _windows_default(volumes: dict[Path, int], user_folder: Path) -> Path:
    """The user's folder when its disk is the largest of `volumes` (root -> size in bytes), else a folder on the largest."""
    if not volumes:
        return user_folder
    largest = max(volumes, key=lambda volume: volumes[volume])
    return user_folder if user_folder.is_relative_to(largest) else largest / APP_NAME


def _local_volumes() -> dict[Path, int]:
    import psutil

    volumes = {}
    for partition in psutil.disk_partitions(all=False):
        if "fixed" not in partition.opts or "rw" not in partition.opts:
            continue
        try:
            volumes[Path(partition.mountpoint)] = psutil.disk_usage(partition.mountpoint).total
        except OSError:
            continue
    return volumes
