"""Two set-ups of one checkout take turns."""

import subprocess
import sys
from pathlib import Path

import pytest

from setting_up.lock import only_one

HOLD = """
import pathlib, sys
from setting_up.lock import only_one
with only_one(pathlib.Path(sys.argv[1]), print):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock until a line is written to it."""
    command = [sys.executable, "-c", HOLD, str(tmp_path / "lock")]
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def _release(process: subprocess.Popen) -> None:
    if process.poll() is None:
        process.stdin.write("\n")
        process.stdin.flush()
        process.wait()


def test_a_free_lock_is_taken_at_once(tmp_path):
    said: list[str] = []
    with only_one(tmp_path / "lock", said.append):
        assert said == []


def test_a_held_lock_is_waited_for_and_that_is_said_once(tmp_path, holder):
    said: list[str] = []
    with only_one(tmp_path / "lock", said.append, pause=lambda: _release(holder)):
        assert len(said) == 1
        assert "waiting" in said[0]


def test_a_killed_holder_releases_the_lock(tmp_path, holder):
    holder.kill()
    holder.wait()
    said: list[str] = []
    with only_one(tmp_path / "lock", said.append):
        assert said == []


def test_the_lock_can_be_taken_again(tmp_path):
    for _ in range(2):
        with only_one(tmp_path / "lock", pytest.fail):
            pass
