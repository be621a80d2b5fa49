"""The steps of the set-up, in order."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from setting_up.faults import SetupFailed, explain
from setting_up.lock import only_one
from setting_up.process import Result, Show, run_shown
from setting_up.progress import Progress
from setting_up.torch_build import choose_torch, gpu_cuda
from setting_up.workspace import Stamp, Workspace, driver_files

KEPT_OUTPUT = 12


@dataclass
class Setup:
    """One set-up: carries out the steps in order; for the `window` alone those that it needs.

    `run` and `find_gpu` are the seams for tests.
    """

    workspace: Workspace
    groups: tuple[str, ...]
    progress: Progress
    run: Callable[[Sequence[str], Show], Result] = run_shown
    find_gpu: Callable[[], tuple[int, int] | None] = gpu_cuda
    torch: str = ""
    window: bool = False

    def carry_out(self) -> None:
        """Do every step, then write the stamp. Raises SetupFailed; the stamp then says that the set-up is incomplete."""
        started, key, before = self.progress.clock(), self.workspace.key(), self.workspace.stamp()
        self.groups = tuple(sorted({*self.groups, *before.groups}))
        self.torch = os.environ.get("RETROML_TORCH", "") or before.torch
        if self.workspace.venv.is_dir():
            self.workspace.write_stamp(Stamp("", self.groups, self.torch, "" if self.window else before.window))
        for step in WINDOW_STEPS if self.window else STEPS:
            step(self)
        self.workspace.write_stamp(Stamp("" if self.window else key, self.groups, self.torch, key))
        what = "The app can open" if self.window else "Retro ML is set up"
        self.progress.say(f"{what} ({self.progress.clock() - started:.0f} s).")

    def make_venv(self) -> None:
        """Make the virtual environment, or keep it when it works with this version of Python; drop torn installations."""
        self.progress.begin("Virtual environment")
        venv = self.workspace.venv
        if not self._venv_works():
            if venv.exists() or venv.is_symlink():
                self.progress.say("      unfinished, broken or made by another Python: it is made anew")
                remove(venv)
            self._do([sys.executable, "-m", "venv", str(venv)])
        for path in torn_installs(venv):
            remove(path)
        self.progress.end()

    def install_torch(self) -> None:
        """Install the build of PyTorch that fits the machine."""
        self.progress.begin("PyTorch")
        cuda = None if self.torch == "cpu" else self.find_gpu()
        choice = choose_torch(self._ask_pip, self.workspace.pinned("torch"), cuda, platform.system())
        self.progress.say(f"      {choice.words}")
        self._pip_install(*choice.arguments)
        self.progress.end()

    def install_build_tools(self) -> None:
        """Install what builds the editable packages, so that pip needs no isolated build for each."""
        self.progress.begin("Build tools")
        self._pip_install("hatchling", "editables", "setuptools")
        self.progress.end()

    def install_workspace(self) -> None:
        """Install the core, all plugins and the groups in one call of pip."""
        self.progress.begin("Retro ML and its plugins")
        editable = [word for folder in self.workspace.projects(window=self.window) for word in ("-e", str(folder))]
        extra = [requirement for name in self.groups for requirement in self.workspace.group(name)]
        self._pip_install("--no-build-isolation", *editable, *extra)
        self.progress.end()

    def try_out(self) -> None:
        """Import what was installed, and say so when PyTorch cannot use the NVIDIA driver that is there."""
        self.progress.begin("Trying it out")
        if self.window:
            self._do([str(self.workspace.python), "-W", "ignore", "-c", "import retroml_core, dearpygui"])
            self.progress.end()
            return
        code = "import retroml_core, torch; print('CUDA' if torch.cuda.is_available() else 'CPU')"
        output = self._do([str(self.workspace.python), "-W", "ignore", "-c", code]).output
        self.progress.end()
        if output.endswith("CPU") and self.torch != "cpu" and driver_files():
            self.progress.say("Note: an NVIDIA driver is here, but PyTorch cannot use it; training runs on the processor.")

    def _venv_works(self) -> bool:
        if not self.workspace.python.exists():
            return False
        answer = self._ask("-c", "import sys, pip; print(sys.version_info[:2])")
        return answer.code == 0 and answer.output == str(sys.version_info[:2])

    def _pip_install(self, *arguments: str) -> None:
        constraints = ("-c", str(self.workspace.constraints))
        self._do([str(self.workspace.python), "-m", "pip", "install", *constraints, *arguments])

    def _ask_pip(self, arguments: Sequence[str]) -> Result:
        return self._ask("-m", "pip", *arguments)

    def _ask(self, *arguments: str) -> Result:
        return self._attempt([str(self.workspace.python), *arguments], lambda _: self.progress.tick(""))

    def _do(self, command: Sequence[str]) -> Result:
        result = self._attempt(command, self.progress.tick)
        if result.code != 0:
            end = "\n".join("    " + line for line in result.output.splitlines()[-KEPT_OUTPUT:])
            raise SetupFailed(f"{end}\n{explain(result.output)}")
        return result

    def _attempt(self, command: Sequence[str], show: Show) -> Result:
        try:
            return self.run(command, show)
        except OSError as error:
            return Result(1, str(error))


STEPS: tuple[Callable[[Setup], None], ...] = (
    Setup.make_venv,
    Setup.install_torch,
    Setup.install_build_tools,
    Setup.install_workspace,
    Setup.try_out,
)

WINDOW_STEPS = tuple(step for step in STEPS if step is not Setup.install_torch)


def set_up(
    workspace: Workspace,
    groups: Sequence[str],
    run: Callable[[Sequence[str], Show], Result] = run_shown,
    *,
    window: bool = False,
    progress: Progress | None = None,
) -> int:
    """Set `workspace` up with `groups`, or what the `window` needs; 0 on success, 1 on failure, 130 when interrupted.

    `progress` tells about it, on stderr if nothing else is given.
    """
    progress = progress or Progress(sys.stderr, len(WINDOW_STEPS if window else STEPS))
    again = "Run the same command again to go on from here."
    try:
        with only_one(workspace.lock, progress.say):
            ready = workspace.can_open() if window else workspace.is_ready(groups)
            if not ready:  # another process may just have done it
                Setup(workspace, tuple(groups), progress, run, window=window).carry_out()
    except KeyboardInterrupt:
        progress.say(f"\nSet-up interrupted. {again}")
        return 130
    except (SetupFailed, OSError) as error:
        words = str(error) if isinstance(error, SetupFailed) else f"    {error}\n{explain(str(error))}"
        progress.say(f"\n{words}\n{again}")
        return 1
    return 0


def torn_installs(venv: Path) -> list[Path]:
    """What a pip that was killed left in `venv`: metadata without its last files, and moved-aside packages."""
    packages = [*venv.glob("lib/python*/site-packages"), *venv.glob("Lib/site-packages")]
    aside = [path for folder in packages for path in folder.glob("~*")]
    metadata = [path for folder in packages for path in folder.glob("*.dist-info")]
    return [*aside, *(path for path in metadata if not _has_content(path / "RECORD") or not _has_content(path / "INSTALLER"))]


def _has_content(path: Path) -> bool:
    return path.exists() and path.stat().st_size > 0


def remove(path: Path) -> None:
    """Remove a file, link or folder. Raises SetupFailed."""
    try:
        if path.is_symlink() or path.is_file():
            path.unlink()
        else:
            shutil.rmtree(path)
    except OSError as error:
        message = f"    {error}\n{path} could not be removed. Is Retro ML still running? Close it first."
        raise SetupFailed(message) from error
