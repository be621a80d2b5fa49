"""The example plugin is made to be copied: a renamed copy elsewhere passes its own tests without this repository."""

import os
import re
import subprocess
import sys
from pathlib import Path

EXAMPLE = Path(__file__).parents[1] / "plugins" / "retroml-example"
NAMES = {"retroml_example": "retroml_mine", "retroml-example": "retroml-mine", "example_catch": "mine_catch"}


def renamed(text):
    for old, new in NAMES.items():
        text = text.replace(old, new)
    return text.replace('\nexample = "', '\nmine = "')


def copied(to):
    for path in EXAMPLE.rglob("*"):
        if path.is_file() and path.suffix in {".py", ".toml", ".yaml", ".md", ".typed"}:
            target = to / renamed(path.relative_to(EXAMPLE).as_posix())
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(renamed(path.read_text(encoding="utf-8")), encoding="utf-8")
    return to


def test_a_renamed_copy_passes_its_tests(tmp_path):
    folder = copied(tmp_path / "retroml-mine")
    tests = ["tests/test_panel.py", "tests/test_wheel.py::test_the_wheel_holds_code_and_yaml"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"^[1-9]\d* passed", done.stdout, re.MULTILINE)
