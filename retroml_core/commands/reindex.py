"""`retroml reindex`: the index built anew from the run folders."""

from __future__ import annotations

import argparse
from functools import partial
from typing import TYPE_CHECKING

from retroml_core.commands.notices import say_notices
from retroml_core.terminal.counting import counting
from retroml_core.terminal.printing import answer
from retroml_core.terminal.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App

__all__ = ["main"]


def main(app: App, argv: Sequence[str]) -> int:
    """Rebuild the index; 1 when some run folder could not be read."""
    parser = argparse.ArgumentParser(prog="retroml reindex", description="Rebuild the index from the run folders.")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    asked = parser.parse_args(argv)
    from retroml_core.services import ExperimentService

    with counting() as progress:
        report = ExperimentService(app).reindex(partial(progress, "reading the runs"))
    say_notices(app, report.problems)
    words = f"the index {app.root.database} holds {counted(report.runs, 'run')}"
    answer({"runs": report.runs, "problems": report.problems}, words, as_json=asked.json)
    return 1 if report.problems else 0
