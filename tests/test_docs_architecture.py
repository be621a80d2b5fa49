"""The map of the core in docs/architecture.md is whole, and its evening's reading is one."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
CORE = ROOT / "retroml_core"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
AN_EVENING = 4500
"""Lines, docstrings and blanks counted."""


def test_every_part_of_the_core_has_its_place_in_the_reading_order():
    rows = PAGE.partition("## The core, in reading order")[2].partition("###")[0]
    told = set(re.findall(r"`(\w+)/?`", rows))
    parts = {path.stem for path in CORE.iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()}
    assert parts - {"__init__", "__main__"} - told == set()


def test_the_reading_of_an_evening_exists_and_fits_into_one():
    block = PAGE.partition("### One evening")[2].split("```")[1]
    files = [CORE / name for name in re.findall(r"[\w/]+\.py", block)]
    assert len(files) > 20
    assert [file for file in files if not file.exists()] == []
    assert sum(len(file.read_text(encoding="utf-8").splitlines()) for file in files) < AN_EVENING
