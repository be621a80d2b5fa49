"""`retroml film [ID ...]`: make films of a run, at any time after it has begun, or of several; or let one rest."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from typing import TYPE_CHECKING

from retroml_core.filming import FilmCancelled, FilmError, FilmRefused
from retroml_core.films.options import FilmOptions, film_config, film_length, film_settings
from retroml_core.runs.forecast import size_text
from retroml_core.terminal.printing import print_json
from retroml_core.terminal.wording import duration

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.console import Console

    from retroml_core.app import App
    from retroml_core.films.film import Film
    from retroml_core.runs.run import Run
    from retroml_core.schema import FilmConfig

__all__ = ["main"]

EXIT_FAILED, EXIT_WRONG_USE, EXIT_CANCELLED = 1, 2, 130


def main(app: App, argv: list[str]) -> int:
    """Make, pause or resume films: 0 when all asked for is done, 1 when making one failed, else 2 when one was refused.

    130 after Ctrl+C. Raises Fault for a run, a renderer or a setting that does not exist.
    """
    from rich.console import Console

    from retroml_core.runs.run import find_run

    parsed = _parser().parse_args(argv)
    runs = [find_run(app, name) for name in parsed.ids]
    if parsed.rest is not None:
        return _rest(app, runs, rest=parsed.rest)
    run, *others = runs or [find_run(app, "latest")]
    options = FilmOptions.from_arguments(parsed)
    options = dataclasses.replace(options, others=(*options.others, *(other.folder for other in others)))
    return _make(app, run, parsed, options, Console(stderr=True, highlight=False))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="retroml film", description="Make films of a run from its tape.")
    parser.add_argument(
        "ids", nargs="*", metavar="id", help="the run: its id, a unique beginning of it, or latest; a race takes several"
    )
    parser.add_argument("--renderer", nargs="+", default=[], metavar="NAME", help="kinds of film; default: those of the run")
    parser.add_argument("--json", action="store_true", help="print the films made as JSON")
    every = "that are being made, of the run or of all, wherever they were asked for"
    parser.add_argument("--pause", dest="rest", action="store_true", default=None, help=f"let the films rest {every}")
    parser.add_argument("--resume", dest="rest", action="store_false", help="let them go on")
    FilmOptions.add_arguments(parser)
    return parser


def _rest(app: App, runs: list[Run], *, rest: bool) -> int:
    """Let the films being made of `runs`, or of all, rest or go on; 1 when there is none to say it to."""
    from retroml_core.films.making import filming_folder, in_the_making

    wanted = [run.id for run in runs]
    films = [film for film in in_the_making(filming_folder(app.root)) if not wanted or film.run_id in wanted]
    for film in films:
        (film.pause if rest else film.resume)()
        sys.stdout.write(f"{'paused' if rest else 'going on'}: {film.renderer} of {film.run_id}\n")
    if not films:
        sys.stderr.write(f"no film {'of ' + ', '.join(wanted) + ' ' if wanted else ''}is being made now\n")
    return 0 if films else 1


def _make(app: App, run: Run, parsed: argparse.Namespace, options: FilmOptions, errors: Console) -> int:
    config = run.config(app).film
    renderers = parsed.renderer or list(config.renderers)
    if not renderers:
        errors.print("the run asks for no films; name one with --renderer", style="red")
        return EXIT_WRONG_USE
    _check_wishes(app, run, config, renderers, options)
    films: list[Film] = []
    codes = [0]
    for renderer in renderers:
        try:
            film = _one(run, renderer, options, errors)
            films.append(film)
            if film.existed:
                errors.print(f"{film.name} is there already; --again makes it anew", style="yellow", markup=False)
        except (FilmCancelled, KeyboardInterrupt):
            errors.print(
                f"{renderer}: interrupted; asked for again, it goes on from what is finished", style="yellow", markup=False
            )
            return EXIT_CANCELLED
        except FilmError as error:
            errors.print(f"{renderer}: {error}", style="red", markup=False)
            codes.append(EXIT_WRONG_USE if isinstance(error, FilmRefused) else EXIT_FAILED)
    if parsed.json:
        print_json([film.as_tree() for film in films])
    else:
        for film in films:
            sys.stdout.write(f"{film.path}  ({duration(film.seconds)}, {size_text(film.size_bytes)})\n")
            for note in film.sidecar.get("notes", ()):
                sys.stdout.write(f"  {note}\n")
    return EXIT_FAILED if EXIT_FAILED in codes else max(codes)


def _check_wishes(app: App, run: Run, config: FilmConfig, renderers: Sequence[str], options: FilmOptions) -> None:
    """Raise FilmError for what no renderer can do, before any of them begins."""
    film_length(film_config(config, options).length, run.status().seconds)
    faults = []
    for renderer in renderers:
        try:
            film_settings(app.registry.renderer(renderer).config, options.settings)
        except FilmError as fault:
            faults.append(fault)
    if len(faults) == len(renderers):
        raise faults[0]


def _one(run: Run, renderer: str, options: FilmOptions, errors: Console) -> Film:
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    from retroml_core.films.film import start_film

    columns = (
        TextColumn("{task.fields[renderer]}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=errors, transient=True) as bar, start_film(run, renderer, options) as making:
        task = bar.add_task("starting", total=1.0, renderer=renderer)
        return making.follow(lambda step: bar.update(task, completed=step.fraction, description=step.doing))
