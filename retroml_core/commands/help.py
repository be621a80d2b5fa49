"""`retroml help [TOPIC ...]`, which is also `retroml --help [TOPIC ...]`."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.plugins.registry import resolve
from retroml_core.terminal.help_page import help_page, topic_page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App

__all__ = ["main"]


def main(app: App, argv: Sequence[str]) -> int:
    """Print the first page, or what is known of each topic. Raises Fault."""
    parser = argparse.ArgumentParser(prog="retroml help", description="Say what can be asked of retroml.")
    parser.add_argument(
        "topic", nargs="*", help="a command, a setting or the beginning of some (budget), algorithm=NAME, a word, or all"
    )
    topics = parser.parse_args(argv).topic
    sys.stdout.write("\n\n".join(_page(app, topic) for topic in topics) + "\n" if topics else f"{help_page(app)}\n")
    return 0


def _page(app: App, topic: str) -> str:
    """A command prints its help itself; then come the settings of the same name, if there are any."""
    if topic not in app.registry.commands:
        return topic_page(app, topic)
    try:
        resolve(app.registry.commands[topic].factory)(app, ["--help"])
    except SystemExit:
        sys.stdout.write("\n")
    try:
        return topic_page(app, topic)
    except Fault:
        return ""
