"""The door of the set-up: what a command line asks for, and how the command is run."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import bootstrap
from bootstrap import PYTEST, Plan, plan, python_fault, run_commands

SOURCE = Path(bootstrap.__file__)
CORE = ("-m", "retroml_core")


def test_an_old_python_can_read_the_file_that_turns_it_away():
    tree = ast.parse(SOURCE.read_text(encoding="utf-8"), feature_version=(3, 7))
    imported = {node.module for node in tree.body if isinstance(node, ast.ImportFrom)}
    assert imported == {"__future__", "pathlib"}


@pytest.mark.parametrize("version", [(3, 8, 10), (3, 10, 99)])
def test_an_old_python_is_turned_away_in_words(version):
    assert "needs Python 3.11 or newer; this is 3." in python_fault(version, 64)


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 14, 1), (4, 0, 0)])
def test_a_new_python_will_do(version):
    assert python_fault(version, 64) == ""


def test_a_32_bit_python_is_turned_away():
    assert "64-bit" in python_fault((3, 12, 0), 32)


def test_main_turns_an_old_python_away_before_anything_else(monkeypatch, capsys):
    monkeypatch.setattr(sys, "version_info", (3, 9, 1, "final", 0))
    assert bootstrap.main(["train"]) == 1
    assert "3.9.1" in capsys.readouterr().err


@pytest.mark.parametrize("argv", [[], ["--help"], ["-h"], ["help"]])
def test_without_a_command_it_says_what_it_can_do(argv, capsys):
    assert bootstrap.main(argv) == 0
    assert "python bootstrap.py COMMAND" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("argv", "command"),
    [
        (["train"], (*CORE, "+experiment=first_light")),
        (["train", "--detach"], (*CORE, "+experiment=first_light", "--detach")),
        (["train", "game=pong", "seed=3"], (*CORE, "game=pong", "seed=3")),
        (["film", "latest"], (*CORE, "film", "latest")),
        (["plugins"], (*CORE, "plugins")),
        (["game=pong"], (*CORE, "game=pong")),
        (["test", "-k", "tape"], (*PYTEST, "-k", "tape")),
    ],
)
def test_a_command_line_becomes_one_command(argv, command):
    assert plan(argv).commands == (command,)


def test_set_up_alone_runs_nothing():
    assert plan(["setup"]).commands == ()


def test_set_up_tells_programs_of_itself_in_json_and_nothing_else(tmp_path, capsys):
    assert plan(["setup", "--json"]).json
    assert run_commands(tmp_path / "bin" / "python", plan(["setup", "--json"]), tmp_path) == 0
    assert capsys.readouterr().out == ""


def test_only_the_window_can_do_without_what_trains():
    assert plan(["desktop", "--page", "videos"]).window
    assert plan(["desktop", "--page", "videos"]).commands == ((*CORE, "desktop", "--page", "videos"),)
    assert not any(plan([word]).window for word in ("train", "setup", "test", "runs"))


@pytest.mark.parametrize("word", ["test", "check", "fix"])
def test_work_on_the_code_needs_the_development_tools_and_the_folder_of_the_checkout(word):
    assert plan([word]).groups == ("dev",)
    assert plan([word]).at_root


def test_training_needs_no_development_tools_and_stays_in_the_callers_folder():
    assert plan(["train"]).groups == ()
    assert not plan(["train"]).at_root


def test_every_command_of_the_help_is_known():
    listed = [line.split()[0] for line in bootstrap.USAGE.splitlines() if line.startswith("  ") and "anything" not in line]
    words = {"train", "setup", "test", "check", "fix", "docs"}
    assert set(listed) == words - {"fix", "docs"} | {"desktop"}
    assert "check | fix | docs" in bootstrap.USAGE
    assert all(plan([word]).commands[:1] != ((*CORE, word),) for word in words)


def test_of_several_commands_all_run_and_the_first_fault_is_the_exit_code(tmp_path):
    commands = [("-c", "raise SystemExit(0)"), ("-c", "raise SystemExit(7)"), ("-c", "open('third', 'w'); raise SystemExit(9)")]
    here = Path.cwd()
    try:
        assert run_commands(Path(sys.executable), Plan(*commands, at_root=True), tmp_path) == 7
    finally:
        os.chdir(here)
    assert (tmp_path / "third").exists()


def test_no_command_at_all_is_success_and_says_where_everything_is(tmp_path, capsys):
    assert run_commands(tmp_path / ".venv" / "bin" / "python", Plan(), tmp_path) == 0
    assert str(tmp_path / ".venv") in capsys.readouterr().out


def test_the_exit_code_of_a_single_command_is_passed_on():
    code = "import sys, bootstrap, pathlib as p; w = bootstrap.Plan(('-c', 'raise SystemExit(5)'));"
    code += "sys.exit(bootstrap.run_commands(p.Path(sys.executable), w, p.Path('.')))"
    assert subprocess.run([sys.executable, "-c", code], cwd=SOURCE.parent).returncode == 5


def test_an_interrupt_while_waiting_leaves_the_decision_to_the_command():
    class Interrupted:
        times = 0

        def wait(self) -> int:
            self.times += 1
            if self.times < 3:
                raise KeyboardInterrupt
            return 4

    assert bootstrap.wait(Interrupted()) == 4
