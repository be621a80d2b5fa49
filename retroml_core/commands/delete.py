"""`retroml delete ID ...` and `retroml restore [ID ...]`: into the trash and back."""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.runs.forecast import size_text
from retroml_core.terminal.text_table import columns

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from retroml_core.app import App
    from retroml_core.services import TrashedRun

__all__ = ["main", "restore"]


def main(app: App, argv: Sequence[str]) -> int:
    """Move runs to the trash; 0 when all were. Those at work stay where they are."""
    parser = argparse.ArgumentParser(
        prog="retroml delete", description="Move runs to the trash, with all that belongs to them. A run at work is refused."
    )
    parser.add_argument("id", nargs="+", help="the runs: ids, unique beginnings of them, or latest")
    asked = parser.parse_args(argv)
    from retroml_core.services import ExperimentService

    service = ExperimentService(app)
    found = dict.fromkeys(service.find(name).id for name in asked.id)
    code = _each(found, lambda run: f"moved to the trash: {service.delete(run)}  (retroml restore {run} takes it back)")
    _say(service.notices)
    return code


def restore(app: App, argv: Sequence[str]) -> int:
    """Take runs and models back, or list the trash; 0 when all could be. Raises Fault for what is not there."""
    parser = argparse.ArgumentParser(
        prog="retroml restore", description="Take runs and models back from the trash, or list it."
    )
    parser.add_argument(
        "id", nargs="*", help="what to take back: ids or unique beginnings of them; without any, list the trash"
    )
    asked = parser.parse_args(argv)
    from retroml_core.services import ExperimentService, ModelService, StorageService
    from retroml_core.services.models import TRASHED_MODEL

    trashed = StorageService(app).trashed()
    if not asked.id:
        sys.stdout.write(_listed(trashed) + "\n")
        return 0
    runs, models = ExperimentService(app), ModelService(app)

    def take_back(id: str) -> str:
        model = id.removeprefix(TRASHED_MODEL)
        folder = runs.restore(id).folder if model == id else models.restore(model).folder(app.root)
        return f"taken back: {folder}"

    code = _each(dict.fromkeys(_in_trash(name, [found.id for found in trashed]) for name in asked.id), take_back)
    _say(runs.notices)
    return code


def _listed(trashed: Sequence[TrashedRun]) -> str:
    now = time.time()
    rows = [(run.id, f"{max(now - run.deleted_at, 0) / 86_400:.0f} d ago", size_text(run.size_bytes)) for run in trashed]
    return columns([("what", "deleted", "size"), *rows]) if rows else "the trash is empty"


def _in_trash(name: str, ids: Sequence[str]) -> str:
    matches = [name] if name in ids else [found for found in ids if found.startswith(name)]
    if len(matches) != 1:
        problem = f"fits {len(matches)} in the trash; give more of the id" if matches else "is not in the trash"
        raise Fault(f"{name!r} {problem}; `retroml restore` lists it")
    return matches[0]


def _say(notices: Iterable[str]) -> None:
    for notice in notices:
        sys.stderr.write(f"{notice}\n")


def _each(ids: Iterable[str], do: Callable[[str], str]) -> int:
    """Do it to each and say so; a fault with one does not keep the others from it."""
    code = 0
    for found in ids:
        try:
            sys.stdout.write(do(found) + "\n")
        except (Fault, OSError) as fault:
            sys.stderr.write(f"{fault}\n")
            code = 1
    return code
