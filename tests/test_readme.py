"""What the README promises is true: its commands compose, its Python runs, its plugin is the real one, it fits one screen."""

import re
import shlex
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bootstrap import plan
from retroml_core.config.composing import compose
from retroml_core.events import RunState
from retroml_core.plugins.registry import resolve
from retroml_core.runs.run import Run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ENDED = {RunState.COMPLETED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED}
PLUGIN = (ROOT / "plugins" / "retroml-example" / "retroml_example" / "__init__.py").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    """The code blocks of the README in `language`."""
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL)


def commands() -> list[list[str]]:
    """The arguments of each `python bootstrap.py ...` of the README."""
    lines = [shlex.split(line, comments=True) for block in blocks("sh") for line in block.splitlines()]
    return [words[2:] for words in lines if words]


def core_commands() -> list[list[str]]:
    """Those that reach `retroml`, as its arguments."""
    planned = [command for words in commands() for command in plan(words).commands]
    return [list(command[2:]) for command in planned if command[:2] == ("-m", "retroml_core")]


def test_every_line_of_shell_is_a_call_of_bootstrap():
    lines = [line for block in blocks("sh") for line in block.splitlines()]
    assert lines
    assert all(line.startswith("python bootstrap.py ") for line in lines)


def test_the_two_commands_of_the_project_are_there():
    assert [words for words in commands() if words in (["train"], ["test"])] == [["train"], ["test"]]


@pytest.mark.parametrize("words", [words for words in core_commands() if re.fullmatch(r"[a-z]+", words[0])], ids=" ".join)
def test_a_command_exists_and_explains_itself(words, app, capsys):
    main = resolve(app.registry.commands[words[0]].factory)
    with pytest.raises(SystemExit) as ended:
        main(app, ["--help"])
    assert ended.value.code == 0
    flags = {word for word in words[1:] if word.startswith("--")}
    assert all(flag in capsys.readouterr().out for flag in flags)


@pytest.mark.parametrize("words", [words for words in core_commands() if "=" in words[-1]], ids=" ".join)
def test_a_training_composes(words, app):
    overrides = [word for word in words if not word.startswith("--")]
    if "--multirun" in words:
        overrides = [word.partition(",")[0] for word in overrides]
    assert compose(app, overrides).budget is not None


def test_the_python_starts_a_run_that_outlives_it(app):
    (code,) = [block for block in blocks("python") if "begin(" in block]
    assert '"game=pong", "budget.minutes=10"' in code
    tiny = '"game=catch", "environment=catch", "algorithm=random", "budget.steps=64", "film.renderers=[]"'
    program = code.replace('"game=pong", "budget.minutes=10"', tiny)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    folder = Path(done.stdout.split()[0])
    assert folder.parent == app.root.experiments
    deadline = time.monotonic() + 120
    while Run(folder).status().state not in ENDED:
        assert time.monotonic() < deadline, (folder / "out.log").read_text(encoding="utf-8")
        time.sleep(0.05)
    assert Run(folder).status().state is RunState.COMPLETED


def test_the_plugin_is_quoted_from_the_example():
    (quoted,) = [block for block in blocks("python") if "hookimpl" in block]
    assert quoted in PLUGIN


def test_the_settings_quoted_for_python_compose(app):
    assert compose(app, ["game=pong", "budget.minutes=10"]).game == "pong"


def test_it_is_short():
    assert len(README.splitlines()) <= 90
