"""The pages for plugin authors quote the plugin as it is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs" / "plugins").glob("*.md"))
QUOTE = re.compile(r'^```\w+ title="(?P<file>[^"]+)"\n(?P<code>.*?)^```$', re.MULTILINE | re.DOTALL)


def quotes():
    for page in PAGES:
        for match in QUOTE.finditer(page.read_text(encoding="utf-8")):
            yield pytest.param(match["file"], match["code"], id=f"{page.stem}-{match['file'].rsplit('/', 1)[-1]}")


@pytest.mark.parametrize(("file", "code"), list(quotes()))
def test_quoted_code_is_that_of_the_file(file, code):
    lines = (ROOT / file).read_text(encoding="utf-8")
    assert f"\n{code}" in f"\n{lines}", f"docs quote lines that are not in {file}; copy them anew"


def test_the_first_page_shows_all_of_the_plugin():
    shown = {parameter.values[0].rsplit("/", 1)[-1] for parameter in quotes()}
    assert {
        "__init__.py",
        "settings.py",
        "reinforce.py",
        "reinforce_fast.yaml",
        "example_catch.yaml",
        "test_contract.py",
    } <= shown
