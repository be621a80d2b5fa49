"""Starting the process of a run, and what a launcher plugin is: whatever can run `python -m retroml_core.worker <folder>`."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from retroml_core.choices import CONFIG_VARIABLE
from retroml_core.runs.roots import HOME_VARIABLE

if TYPE_CHECKING:
    from retroml_core.runs.run import Run

__all__ = ["LAUNCHED_AT", "Launcher", "build_local", "start_worker", "worker_command"]

LAUNCHED_AT = "RETROML_LAUNCHED_AT"
"""Environment variable: when the process was asked for. Commands left in the mailbox before that are out of date."""


class Launcher(Protocol):
    """A way to start the process of a run, here or elsewhere."""

    def launch(self, run: Run) -> object:
        """Start the process of `run` and return a handle to it. Raises OSError when it cannot be started."""


def worker_command(run: Run) -> list[str]:
    """The command that carries out `run`."""
    return [sys.executable, "-m", "retroml_core.worker", str(run.folder)]


def start_worker(run: Run) -> subprocess.Popen[bytes]:
    """Start the process of `run` on this machine: it outlives this one and its terminal, and writes to `out.log`.

    Raises OSError when it cannot be started.
    """
    settings: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        settings = {"creationflags": subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP}
    with run.log_file.open("ab") as log:
        return subprocess.Popen(
            worker_command(run),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            cwd=run.folder,
            env={**os.environ, **_folders(), LAUNCHED_AT: repr(time.time())},
            **settings,
        )


def _folders() -> dict[str, str]:
    """The folders named in the environment, in full: the process works in another one than this."""
    named = {name: os.environ.get(name) for name in (HOME_VARIABLE, CONFIG_VARIABLE)}
    return {name: str(Path(folder).expanduser().absolute()) for name, folder in named.items() if folder}


class LocalLauncher:
    """Starts runs on this machine."""

    def launch(self, run: Run) -> subprocess.Popen[bytes]:
        """See `start_worker`."""
        return start_worker(run)


def build_local(config: object = None) -> LocalLauncher:  # noqa: ARG001  # every factory is given its config
    """The factory of the local launcher."""
    return LocalLauncher()
