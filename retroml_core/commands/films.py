"""`retroml films`: list the films of all runs, rename them, throw them away, take them back."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from retroml_core.filming import FilmError
from retroml_core.films.library import ORDERS, find_film_named
from retroml_core.runs.forecast import size_text
from retroml_core.runs.run import find_run
from retroml_core.services.films import FilmService
from retroml_core.terminal.printing import answer, print_json
from retroml_core.terminal.text_table import columns
from retroml_core.terminal.wording import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App
    from retroml_core.films.film import Film
    from retroml_core.films.trash import TrashedFilm

__all__ = ["main"]


def main(app: App, argv: Sequence[str]) -> int:
    """Do what the words ask; 0 on success. Raises Fault for what does not exist."""
    asked = _parser().parse_args(argv)
    service = FilmService(app)
    if asked.action == "rename":
        film = service.rename(service.find(asked.film), asked.name)
        _tell(film, str(film.path), as_json=asked.json)
    elif asked.action == "delete":
        _delete(service, list({film.path: film for film in map(service.find, asked.film)}.values()), as_json=asked.json)
    elif asked.action == "restore":
        film = _restored(service, asked.film)
        _tell(film, f"taken back: {film.path}", as_json=asked.json)
    elif asked.action == "info":
        print_json(_info(service, service.find(asked.film)))
    elif asked.action == "trash":
        _list_trash(service.trashed(), asked.json)
    else:
        run = find_run(app, asked.run) if asked.run else None
        _list(service.list(run, sort=asked.sort, ascending=_direction(asked)), asked.json)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="retroml films", description="List the films of all runs, the newest first.")
    parser.set_defaults(action="list")
    parser.add_argument("--run", metavar="ID", help="only those of one run: its id, a unique beginning of it, or latest")
    parser.add_argument("--sort", default="date", choices=ORDERS, help="by what to sort; default: date")
    parser.add_argument("--reverse", action="store_true", help="the other way round")
    parser.add_argument("--json", action="store_true", help="print all that is known of each film as JSON")
    actions = parser.add_subparsers(dest="action", metavar="info | rename | delete | trash | restore")
    film = "the film: its name, a beginning of it that fits no other, or its path"
    info = actions.add_parser("info", help="what the file itself says, and a thumbnail of it")
    info.add_argument("film", help=film)
    rename = actions.add_parser("rename", help="give a film another name")
    rename.add_argument("film", help=film)
    rename.add_argument("name", help="the new name; its file gets a safe form of it")
    delete = actions.add_parser("delete", help="move films to the trash, where they stay for a month")
    delete.add_argument("film", nargs="+", help=film)
    trash = actions.add_parser("trash", help="list the films in the trash")
    restore = actions.add_parser("restore", help="take a film back from the trash")
    restore.add_argument("film", nargs="?", default="", help="its name; without one the film thrown away last")
    for action in (info, rename, delete, trash, restore):  # without a default, which would hide a --json before it
        action.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print it as JSON")
    return parser


def _direction(asked: argparse.Namespace) -> bool | None:
    return (asked.sort != "name") if asked.reverse else None


def _tell(film: Film, words: str, *, as_json: bool) -> None:
    answer(film.as_tree(), words, as_json=as_json)


def _delete(service: FilmService, films: list[Film], *, as_json: bool) -> None:
    for film in films:
        service.delete(film)
        if not as_json:
            sys.stdout.write(f"moved to the trash: {film.name}  (retroml films restore takes it back)\n")
    if as_json:
        print_json([film.as_tree() for film in films])


def _restored(service: FilmService, name: str) -> Film:
    trashed = service.trashed()
    if not trashed:
        raise FilmError("there is no film in the trash")
    wanted = find_film_named([one.film for one in trashed], name) if name else trashed[0].film
    return service.restore(next(one for one in trashed if one.film is wanted))


def _info(service: FilmService, film: Film) -> dict[str, Any]:
    return {**film.as_tree(), "probe": dataclasses.asdict(service.probe(film)), "thumbnail": str(service.thumbnail(film))}


def _list(films: list[Film], as_json: bool) -> None:
    if as_json:
        print_json([film.as_tree() for film in films])
    elif films:
        head = ("film", "kind", "length", "size", "made", "run")
        sys.stdout.write(columns([head, *map(_row, films)]) + "\n")
    else:
        sys.stderr.write("there are no films yet; make some with: retroml film latest\n")


def _row(film: Film) -> tuple[str, ...]:
    made = datetime.fromisoformat(film.created_at).astimezone()
    return (
        film.label,
        film.renderer,
        duration(film.seconds),
        size_text(film.size_bytes),
        f"{made:%Y-%m-%d %H:%M}",
        film.run_id,
    )


def _list_trash(trashed: list[TrashedFilm], as_json: bool) -> None:
    answer([{**one.film.as_tree(), "deleted_at": _moment(one)} for one in trashed], _trash_table(trashed), as_json=as_json)


def _moment(one: TrashedFilm) -> str:
    return datetime.fromtimestamp(one.deleted_at, UTC).isoformat(timespec="seconds")


def _trash_table(trashed: list[TrashedFilm]) -> str:
    if not trashed:
        return "there is no film in the trash"
    rows = [
        (one.film.label, size_text(one.film.size_bytes), f"{datetime.fromtimestamp(one.deleted_at, UTC):%Y-%m-%d %H:%M} UTC")
        for one in trashed
    ]
    return columns([("film", "size", "thrown away"), *rows])
