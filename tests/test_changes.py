"""News fragments: each has a name that the changelog can be built from, and says something in full sentences."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FRAGMENTS = sorted(path for path in (ROOT / "changes").iterdir() if path.name != "README.md")


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.name)
def test_a_fragment_is_named_by_what_and_kind(path):
    assert re.fullmatch(r"\+[a-z0-9_-]+\.(added|changed|fixed|removed)\.md", path.name)


@pytest.mark.parametrize("path", FRAGMENTS, ids=lambda path: path.name)
def test_a_fragment_is_in_full_sentences(path):
    text = path.read_text(encoding="utf-8").strip()
    assert re.match(r"[A-Z`0-9].{30,}\.$", text, re.DOTALL)


def test_the_changelog_can_be_built_from_them():
    command = [sys.executable, "-m", "towncrier", "build", "--draft", "--version", "9.9.9", "--date", "2026-11-23"]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=True).stdout
    missing = [
        path.name for path in FRAGMENTS if path.read_text(encoding="utf-8").split(".")[0].strip() not in " ".join(built.split())
    ]
    assert missing == []
    assert "9.9.9" in built
