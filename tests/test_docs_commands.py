"""docs/cli.md lists exactly the commands and flags there are, and every `retroml ...` line in the docs would work."""

import re
import shlex
from pathlib import Path

import pytest

from retroml_core.builtin import retroml_commands
from retroml_core.config.composing import compose
from retroml_core.plugins.registry import resolve
from retroml_core.terminal.help_page import help_page

DOCS = Path(__file__).parents[1] / "docs"
CLI = (DOCS / "cli.md").read_text(encoding="utf-8")


def rows(section: str) -> dict[str, str]:
    """The two columns of the table below heading `section` of docs/cli.md."""
    text = CLI.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^\| `([^`]+)` \| (.+) \|$", text, re.MULTILINE))


def lines() -> list[tuple[str, ...]]:
    """The arguments of each `retroml ...` line in a code block of the docs."""
    pages = [page.read_text(encoding="utf-8") for page in sorted(DOCS.rglob("*.md"))]
    blocks = [block for page in pages for block in re.findall(r"^```sh\n(.*?)^```", page, re.MULTILINE | re.DOTALL)]
    found = [line for block in blocks for line in block.splitlines()]
    return sorted({tuple(shlex.split(line, comments=True)[1:]) for line in found if line.startswith("retroml")})


def commands() -> list[tuple[str, ...]]:
    return [words for words in lines() if words and re.fullmatch(r"[a-z]+", words[0])]


def trainings() -> list[tuple[str, ...]]:
    return [words for words in lines() if not words or not re.fullmatch(r"[a-z]+", words[0])]


def test_the_table_of_commands_is_complete_and_in_the_words_of_the_help():
    assert rows("Commands") == {spec.name: spec.summary for spec in retroml_commands() if not spec.hidden}


def test_the_table_of_flags_is_that_of_the_help(app):
    flags = help_page(app, width=200).partition("\nFlags\n")[2].partition("\n\n")[0]
    assert rows("Training") == dict(re.findall(r"^  (--\S+)\s+(.+)$", flags, re.MULTILINE))


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_a_command_in_the_docs_exists_with_its_flags(words, app, capsys):
    with pytest.raises(SystemExit) as ended:
        resolve(app.registry.commands[words[0]].factory)(app, ["--help"])
    assert ended.value.code == 0
    text = capsys.readouterr().out
    assert [word for word in words if word.startswith("--") and word not in text] == []


@pytest.mark.parametrize("words", trainings(), ids=lambda words: " ".join(words) or "nothing")
def test_a_training_in_the_docs_composes(words, app):
    flags = {word for word in words if word.startswith("--")}
    assert flags <= set(rows("Training")) | {"--help"}
    overrides = [word.partition(",")[0] if "--multirun" in flags else word for word in words if word not in flags]
    assert compose(app, overrides).game


def test_there_is_something_to_check():
    assert len(commands()) >= 5
    assert len(trainings()) >= 5
