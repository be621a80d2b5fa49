"""`retroml export ID ...`: write runs into files for other tools."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.config.settings import settings_of
from retroml_core.exporting import ExportError
from retroml_core.faults import Fault
from retroml_core.terminal.export_runs import Exported, export_runs, export_zip
from retroml_core.terminal.printing import answer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from retroml_core.app import App
    from retroml_core.runs.run import Run
    from retroml_core.specs import ExporterSpec

__all__ = ["main"]

USUAL = ("csv", "json", "png")


def main(app: App, argv: Sequence[str]) -> int:
    """Export; the exit code is 0 when everything asked for was made, 1 when something failed. Raises Fault."""
    asked = _parser(app).parse_args(argv)
    formats = _formats(app, asked.format)
    settings = _settings(formats, asked.settings)
    runs, missing = _runs(app, asked)
    try:
        if asked.zip:
            target = asked.to / _zip_name(runs)
            results = export_zip(app, runs, formats, target, _say(asked.json), settings=settings)
        else:
            target = asked.to
            results = export_runs(app, runs, formats, target, _say(asked.json), settings=settings)
    except ExportError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    answer(_as_tree(target, results, missing), str(target), as_json=asked.json)
    return 1 if missing or any(result.error for result in results) else 0


def _parser(app: App) -> argparse.ArgumentParser:
    offers = "\n".join(line for spec in app.registry.exporters.values() for line in _described(spec))
    parser = argparse.ArgumentParser(
        prog="retroml export",
        description="Write runs into files for other tools: a folder for each run, and index.csv with a row for each file.",
        epilog=f"formats:\n{offers or '  none; a plugin such as retroml-exporters brings them'}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("id", nargs="*", default=[], help="the runs: ids, unique beginnings of them, or latest (the default)")
    parser.add_argument("--all", action="store_true", help="all runs")
    parser.add_argument("--format", default="", metavar="NAME,NAME", help="formats; default: csv,json,png as far as installed")
    parser.add_argument("--to", type=Path, default=Path("exports"), metavar="FOLDER", help="where to; default: ./exports")
    parser.add_argument("--zip", action="store_true", help="make one zip file in the folder instead")
    parser.add_argument(
        "--set", dest="settings", action="append", default=[], metavar="FORMAT.KEY=VALUE", help="a setting of a format"
    )
    parser.add_argument("--json", action="store_true", help="print what was made as JSON")
    return parser


def _described(spec: ExporterSpec) -> list[str]:
    """The format and its settings, a line each."""
    settings = [f"    {one.key}={one.default_text}  {one.info.help}" for one in settings_of(spec.config, f"{spec.name}.")]
    return [f"  {spec.name:<12} {spec.summary}", *settings]


def _settings(formats: Sequence[str], pairs: Sequence[str]) -> dict[str, dict[str, str]]:
    """What `--set png.dpi=150` asks for, by format. Raises Fault for a format that is not exported."""
    found: dict[str, dict[str, str]] = {name: {} for name in formats}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        name, _, setting = key.partition(".")
        if not (equals and setting and name in found):
            raise Fault(f"--set {pair}: write FORMAT.KEY=VALUE with one of the formats {', '.join(formats)}")
        found[name][setting] = value
    return found


def _formats(app: App, given: str) -> list[str]:
    names = [name.strip() for name in given.split(",") if name.strip()] or [n for n in USUAL if n in app.registry.exporters]
    for name in names or ["csv"]:
        app.registry.exporter(name)
    return list(dict.fromkeys(names))


def _runs(app: App, asked: argparse.Namespace) -> tuple[list[Run], list[str]]:
    """The runs asked for, each once, and why others were not found. Raises RunNotFound when there is none at all."""
    from retroml_core.runs.run import Run, RunNotFound, find_run

    if asked.all:
        return [Run(folder) for folder in app.root.run_folders()] or [find_run(app, "latest")], []
    found: dict[Path, Run] = {}
    errors: list[RunNotFound] = []
    for name in asked.id or ["latest"]:
        try:
            run = find_run(app, name)
            found[run.folder] = run
        except RunNotFound as error:
            errors.append(error)
            sys.stderr.write(f"{error}\n" if len(asked.id) > 1 else "")
    if errors and not found:
        raise errors[0]
    return list(found.values()), [str(error) for error in errors]


def _zip_name(runs: Sequence[Run]) -> str:
    stamp = datetime.now(UTC).strftime("%Y%m%dt%H%M%S")
    return f"{runs[0].id}.zip" if len(runs) == 1 else f"{len(runs)}_runs_{stamp}.zip"


def _say(quiet: bool) -> Callable[[Exported], None]:
    def say(result: Exported) -> None:
        if result.error:
            sys.stderr.write(f"{result.run.id}  {result.format}: {result.error}\n")
        elif not quiet:
            sys.stdout.write(f"{result.run.id}  {result.format}: {', '.join(path.name for path in result.files)}\n")

    return say


def _as_tree(target: Path, results: Sequence[Exported], missing: Sequence[str]) -> dict[str, object]:
    exports = [
        {"run_id": one.run.id, "format": one.format, "files": [path.as_posix() for path in one.files], "error": one.error}
        for one in results
    ]
    return {"to": target.as_posix(), "exports": exports, "not_found": list(missing)}
