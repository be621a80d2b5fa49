"""`retroml delete ID ...` and `retroml restore [ID ...]`: into the trash and back, or gone for good."""

from __future__ import annotations

import argparse
import sys
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from retroml_core.commands.notices import say_notices
from retroml_core.faults import Fault
from retroml_core.runs.forecast import size_text
from retroml_core.terminal.printing import answer, print_json
from retroml_core.terminal.text_table import columns
from retroml_core.terminal.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from retroml_core.app import App
    from retroml_core.services import TrashedRun

__all__ = ["main", "restore"]


def main(app: App, argv: Sequence[str]) -> int:
    """Move runs to the trash; 0 when all were. Those at work stay where they are. Or empty the trash, see `_empty_trash`."""
    parser = argparse.ArgumentParser(
        prog="retroml delete",
        description="Move runs to the trash, with all that belongs to them, or empty it. A run at work is refused.",
    )
    parser.add_argument("id", nargs="*", help="the runs: ids, unique beginnings of them, or latest")
    parser.add_argument(
        "--empty-trash", action="store_true", help="delete all runs, models and films in the trash for good; asks before"
    )
    parser.add_argument("--yes", action="store_true", help="with --empty-trash: do not ask")
    parser.add_argument("--json", action="store_true", help="print what was done as JSON")
    asked = parser.parse_args(argv)
    if asked.empty_trash == bool(asked.id):
        parser.error("say either which runs to move to the trash, or --empty-trash")
    if asked.empty_trash:
        return _empty_trash(app, yes=asked.yes, as_json=asked.json)
    from retroml_core.services import ExperimentService

    service = ExperimentService(app)
    found = dict.fromkeys(service.find(name).id for name in asked.id)

    def throw_away(id: str) -> str:
        run = service.delete(id)
        return f"moved to the trash: {run}  (retroml restore {run} takes it back)"

    code = _each(found, throw_away, as_json=asked.json)
    say_notices(app, service.notices)
    return code


def _empty_trash(app: App, *, yes: bool, as_json: bool) -> int:
    """Delete for good what lies in the trash, and say what that freed; 1 when the user said no. Raises Fault where nobody can
    be asked."""
    from retroml_core.services import FilmService, StorageService

    storage, films = StorageService(app), FilmService(app)
    sizes = [one.size_bytes for one in storage.trashed()] + [one.film.size_bytes for one in films.trashed()]
    if sizes and not yes and not _agreed(f"{counted(len(sizes), 'thing')} in the trash, {size_text(sum(sizes))}"):
        sys.stderr.write("nothing was deleted\n")
        return 1
    freed = storage.empty_trash() + films.empty_trash()
    freed_words = f", {size_text(freed)} were freed" if sizes else ""
    answer({"deleted": len(sizes), "freed_bytes": freed}, f"the trash is empty{freed_words}", as_json=as_json)
    return 0


def _agreed(what: str) -> bool:
    if not sys.stdin.isatty():
        raise Fault(f"{what}: add --yes to delete it for good")
    sys.stderr.write(f"{what}: delete it for good? [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def restore(app: App, argv: Sequence[str]) -> int:
    """Take runs and models back, or list the trash; 0 when all could be. Raises Fault for what is not there."""
    parser = argparse.ArgumentParser(
        prog="retroml restore", description="Take runs and models back from the trash, or list it."
    )
    parser.add_argument(
        "id", nargs="*", help="what to take back: ids or unique beginnings of them; without any, list the trash"
    )
    parser.add_argument("--json", action="store_true", help="print the list, or what was done, as JSON")
    asked = parser.parse_args(argv)
    from retroml_core.services import ExperimentService, ModelService, StorageService
    from retroml_core.services.models import TRASHED_MODEL

    trashed = StorageService(app).trashed()
    if not asked.id:
        answer([_as_tree(run) for run in trashed], _listed(trashed), as_json=asked.json)
        return 0
    runs, models = ExperimentService(app), ModelService(app)

    def take_back(id: str) -> str:
        model = id.removeprefix(TRASHED_MODEL)
        folder = runs.restore(id).folder if model == id else models.restore(model).folder(app.root)
        return f"taken back: {folder}"

    wanted = dict.fromkeys(_in_trash(name, [found.id for found in trashed]) for name in asked.id)
    code = _each(wanted, take_back, as_json=asked.json)
    say_notices(app, runs.notices)
    return code


def _as_tree(run: TrashedRun) -> dict[str, object]:
    deleted_at = datetime.fromtimestamp(run.deleted_at, UTC).isoformat(timespec="seconds")
    return {"id": run.id, "folder": str(run.folder), "deleted_at": deleted_at, "size_bytes": run.size_bytes}


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


def _each(ids: Iterable[str], do: Callable[[str], str], *, as_json: bool) -> int:
    """Do it to each and say so; a fault with one does not keep the others from it."""
    done: list[dict[str, object]] = []
    for found in ids:
        try:
            done.append({"id": found, "ok": True, "message": do(found)})
        except (Fault, OSError) as fault:
            done.append({"id": found, "ok": False, "message": str(fault)})
        if not as_json:
            (sys.stdout if done[-1]["ok"] else sys.stderr).write(f"{done[-1]['message']}\n")
    if as_json:
        print_json(done)
    return 0 if all(one["ok"] for one in done) else 1
