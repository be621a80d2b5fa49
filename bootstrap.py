"""Set Retro ML up and run it: `python bootstrap.py [command ...]`. Needs nothing but Python 3.11 or newer.

The first call makes a virtual environment in `.venv`, installs PyTorch (the CUDA build where an NVIDIA GPU answers, the CPU
build otherwise), then the core and every plugin of this checkout in editable form with the exact versions of
`constraints.txt`, and then runs the command in it. Later calls run the command at once.

This file keeps to a syntax that an old Python can still read, so that it can say what is wrong; the work is in `setting_up`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

USAGE = """\
Usage: python bootstrap.py COMMAND [...]

The first call sets everything up in .venv (a few minutes, mostly downloads); later calls start at once.

  train [key=value ...]   train an agent; alone: a first agent in about five minutes, and its film
  desktop                 open the app; it does the larger part of the set-up itself
  setup                   only set up
  test [pytest options]   run every test
  check | fix | docs      lint and type-check | tidy the code | build the documentation
  anything else           is passed on to `retroml`: games, algorithms, runs, show ID, film ID, doctor, plugins ...

Environment: RETROML_TORCH=cpu asks for the CPU build of PyTorch although there is a GPU.
pip's own settings (index, proxy, certificates, find-links) are honoured."""

PYTEST = ("-m", "pytest", "-n", "auto", "--maxprocesses", "4", "--dist", "worksteal")
CHECKS = (
    ("-m", "ruff", "check", "."),
    ("-m", "ruff", "format", "--check", "."),
    ("-m", "mypy"),
    ("-m", "mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/win32"),
    ("-c", "from importlinter.cli import lint_imports_command; lint_imports_command()"),
    ("-m", "interrogate"),
)
FIXES = (("-m", "ruff", "check", "--fix", "."), ("-m", "ruff", "format", "."))


class Plan:
    """What an argument list asks for.

    `commands`: the arguments of each call of the new Python; `groups`: dependency groups to install besides;
    `at_root`: whether the commands run in the folder of the checkout rather than in the caller's; `window`: whether they can
    do without what trains; `json`: whether the set-up tells of itself in lines of JSON.
    """

    def __init__(
        self,
        *commands: tuple[str, ...],
        groups: tuple[str, ...] = (),
        at_root: bool = False,
        window: bool = False,
        json: bool = False,
    ) -> None:
        self.commands = commands
        self.groups = groups
        self.at_root = at_root
        self.window = window
        self.json = json


def python_fault(version: tuple[int, ...], bits: int) -> str:
    """Why a Python of this `version` and these `bits` will not do, in plain words; empty when it will."""
    if version[:2] < (3, 11):
        found = ".".join(str(part) for part in version[:3])
        return f"Retro ML needs Python 3.11 or newer; this is {found}. Get a newer one from python.org and use it instead."
    return "" if bits == 64 else "Retro ML needs a 64-bit Python; this one has 32 bits."


def plan(argv: list[str]) -> Plan:
    """What `argv` (without the program name) asks for."""
    word, rest = argv[0], tuple(argv[1:])
    if word == "train":
        first_light = () if any("=" in argument for argument in rest) else ("+experiment=first_light",)
        return Plan(("-m", "retroml_core", *first_light, *rest))
    known = {
        "setup": Plan(json="--json" in rest),
        "desktop": Plan(("-m", "retroml_core", *argv), window=True),
        "test": Plan((*PYTEST, *rest), groups=("dev",), at_root=True),
        "check": Plan(*CHECKS, groups=("dev",), at_root=True),
        "fix": Plan(*FIXES, groups=("dev",), at_root=True),
        "docs": Plan(("-m", "mkdocs", "build", "--strict", *rest), groups=("docs",), at_root=True),
    }
    return known.get(word) or Plan(("-m", "retroml_core", *argv))


def run_commands(python: Path, wanted: Plan, root: Path) -> int:
    """Run every command of the plan with `python`; the first exit code that is not 0 is returned.

    Where the system can, a single command replaces this process, so that its signals and its exit code are the command's own.
    """
    if not wanted.commands and not wanted.json:
        print(f"Retro ML is set up in {python.parents[1]}")
    if wanted.at_root:
        os.chdir(root)
    if len(wanted.commands) == 1 and os.name != "nt":
        sys.stdout.flush()
        os.execv(str(python), [str(python), *wanted.commands[0]])
    codes = [wait(subprocess.Popen([str(python), *command])) for command in wanted.commands]
    return next((code for code in codes if code), 0)


def wait(process: subprocess.Popen[bytes]) -> int:
    """The exit code of `process`. Ctrl+C reaches the process too: what it means is the process's to say."""
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            continue


def main(argv: list[str]) -> int:
    """Set up if needed, then run what `argv` asks for; returns the exit code."""
    fault = python_fault(tuple(sys.version_info[:3]), 64 if sys.maxsize > 2**32 else 32)
    if fault:
        print(fault, file=sys.stderr)
        return 1
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(USAGE)
        return 0
    from setting_up.workspace import Workspace  # here: an old Python could not read it

    workspace, wanted = Workspace(Path(__file__).resolve().parent), plan(argv)
    # Once PyTorch is there everything is kept up to date in one go; before, the app opens first.
    window = wanted.window and not workspace.has_torch()
    if not (workspace.can_open() if window else workspace.is_ready(wanted.groups)):
        from setting_up.progress import LineProgress
        from setting_up.steps import STEPS, set_up

        progress = LineProgress(sys.stdout, len(STEPS)) if wanted.json else None
        code = set_up(workspace, wanted.groups, window=window, progress=progress)
        if code != 0:
            return code
    return run_commands(workspace.python, wanted, workspace.root)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
