"""A checkout in a temporary folder and a machine that only pretends to run pip."""

import dataclasses
import io
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from setting_up.process import Result, Show
from setting_up.progress import Progress
from setting_up.steps import STEPS, Setup
from setting_up.workspace import Workspace

PYPROJECT = '[dependency-groups]\ndev = ["pytest>=8", "ruff"]\ndocs = ["mkdocs"]\n'


@dataclasses.dataclass
class FakeMachine:
    """Records commands. One that contains `fails_at` prints `output` and fails; `raises` is raised instead, if given."""

    workspace: Workspace
    commands: list[list[str]] = dataclasses.field(default_factory=list)
    fails_at: str = ""
    output: str = "ERROR: it did not work"
    raises: BaseException | None = None
    pip_is_broken: bool = False

    def run(self, command: Sequence[str], show: Show) -> Result:
        self.commands.append(list(command))
        show("working")
        words = " ".join(command)
        if self.fails_at and self.fails_at in words:
            if self.raises:
                raise self.raises
            return Result(1, self.output)
        if "-m venv" in words:
            self.workspace.python.parent.mkdir(parents=True)
            self.workspace.python.touch()
        if "import sys, pip" in words:
            return Result(1, "No module named pip") if self.pip_is_broken else Result(0, str(sys.version_info[:2]))
        if "index versions" in words:
            return Result(0, "torch (2.13.0)\nAvailable versions: 2.14.0, 2.13.0+cpu, 2.13.0")
        return Result(0, "CPU")

    def ran(self, words: str) -> list[list[str]]:
        return [command for command in self.commands if words in " ".join(command)]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    (tmp_path / "plugins" / "retroml-one").mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(PYPROJECT)
    (tmp_path / "plugins" / "retroml-one" / "pyproject.toml").write_text("")
    (tmp_path / "constraints.txt").write_text("numpy==2.4.6\ntorch==2.13.0\n")
    return Workspace(tmp_path)


@pytest.fixture
def machine(workspace: Workspace) -> FakeMachine:
    return FakeMachine(workspace)


@pytest.fixture
def make_setup(workspace: Workspace, machine: FakeMachine):
    def make(*groups: str) -> Setup:
        progress = Progress(io.StringIO(), len(STEPS), clock=lambda: 0.0)
        return Setup(workspace, groups, progress, run=machine.run, find_gpu=lambda: None)

    return make
