"""Exporting many runs at once: each into a folder of its own, with an index, whatever fails on the way.

<folder>/index.csv              one row a file: run, its settings and results, format, size, SHA-256, or what went wrong
<folder>/<run id>/<files>

Nothing half-written is ever seen: files are made in a hidden folder beside and moved when their exporter is done.
"""

from __future__ import annotations

import csv
import hashlib
import io
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from retroml_core.config.settings import filled
from retroml_core.exporting import ExportError, make_exporter
from retroml_core.files import replace, write_bytes
from retroml_core.runs.forecast import size_text

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.run import Run

__all__ = ["INDEX", "Exported", "check_folder", "export_runs", "export_zip"]

Settings = Mapping[str, Mapping[str, str]]
"""Values of settings by format and name."""

INDEX = "index.csv"
COLUMNS = (
    "run_id",
    "game",
    "algorithm",
    "seed",
    "state",
    "steps",
    "episodes",
    "mean_score",
    "best_score",
    "seconds",
    "format",
    "file",
    "size_bytes",
    "sha256",
    "error",
)
ADVICE = "choose another folder with --to"
BYTES_A_FILE = 2_000_000
"""What a picture or a record takes at most, for the forecast of space."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """One run in one format: the `files` made, or the `error` in words."""

    run: Run
    format: str
    files: tuple[Path, ...] = ()
    error: str = ""


def check_folder(folder: Path, runs: Sequence[Run], formats: Sequence[str], advice: str = ADVICE) -> None:
    """Make `folder`. Raises ExportError, which ends with `advice`, when it cannot be made or written to, or is too small."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise ExportError(f"cannot write to {folder}: {error.strerror or error}; {advice}") from error
    events = sum(path.stat().st_size for run in runs for path in run.events_folder.glob("*.jsonl"))
    needed = (events + BYTES_A_FILE * len(runs)) * len(formats)
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ExportError(
            f"{folder} has {size_text(free)} free, but up to {size_text(needed)} are needed; make room or {advice}"
        )


def export_runs(
    app: App,
    runs: Sequence[Run],
    formats: Sequence[str],
    folder: Path,
    progress: Callable[[Exported], None] | None = None,
    *,
    advice: str = ADVICE,
    settings: Settings = MappingProxyType({}),
) -> list[Exported]:
    """Export `runs` in each of `formats` into `folder`, then write its index; one result a run and format.

    What fails is told in the results and stops nothing else. `progress` hears of each result. Raises ExportError when the
    folder cannot take it, with `advice` where another is chosen, Fault for a format nobody offers and wrong `settings` of one.
    """
    for name in formats:
        filled(app.registry.exporter(name).config, settings.get(name, {}))
    check_folder(folder, runs, formats, advice)
    results = []
    for run in runs:
        for name in formats:
            results.append(_export(app, run, name, folder, settings.get(name, {})))
            if progress is not None:
                progress(results[-1])
    _write_index(folder, results)
    return results


def _export(app: App, run: Run, name: str, folder: Path, settings: Mapping[str, str]) -> Exported:
    making = Path(tempfile.mkdtemp(prefix=".export-", dir=folder))
    try:
        made = make_exporter(app, name, settings).export([run], making)
        return Exported(run=run, format=name, files=tuple(_publish(path, folder / run.id) for path in made))
    except (ExportError, OSError) as error:
        return Exported(run=run, format=name, error=str(error))
    except Exception as error:  # noqa: BLE001  # whatever a plugin raises: the other runs go on
        plugin = app.registry.plugin_of.get(("exporter", name), "a plugin")
        return Exported(run=run, format=name, error=f"{plugin} failed: {type(error).__name__}: {error}")
    finally:
        shutil.rmtree(making, ignore_errors=True)


def _publish(path: Path, folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    target = folder / path.name
    if target.is_dir():
        shutil.rmtree(target)
    replace(path, target)
    return target


def export_zip(
    app: App,
    runs: Sequence[Run],
    formats: Sequence[str],
    target: Path,
    progress: Callable[[Exported], None] | None = None,
    *,
    settings: Settings = MappingProxyType({}),
) -> list[Exported]:
    """As `export_runs`, into one new zip file; the files of the results are paths inside it."""
    check_folder(target.parent, runs, formats)
    folder = Path(tempfile.mkdtemp(prefix=".export-zip-", dir=target.parent))
    try:
        results = export_runs(app, runs, formats, folder, progress, settings=settings)
        packed = folder.with_suffix(".zip")
        try:
            _pack(folder, packed)
            replace(packed, target)
        finally:
            packed.unlink(missing_ok=True)
        return [_inside(folder, result) for result in results]
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _pack(folder: Path, target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())


def _inside(folder: Path, result: Exported) -> Exported:
    files = tuple(path.relative_to(folder) for path in result.files)
    return Exported(run=result.run, format=result.format, files=files, error=result.error)


def _write_index(folder: Path, results: Sequence[Exported]) -> None:
    """Rows of runs and formats exported now replace theirs; those of earlier exports into the folder stay."""
    now = {(result.run.id, result.format) for result in results}
    kept = [row for row in _read_index(folder / INDEX) if (row.get("run_id"), row.get("format")) not in now]
    rows = kept + [row for result in results for row in _rows(folder, result)]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    write_bytes(folder / INDEX, text.getvalue().encode("utf-8-sig"))


def _read_index(path: Path) -> list[dict[str, str]]:
    if not path.is_file():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def _rows(folder: Path, result: Exported) -> list[dict[str, str]]:
    about = {**_about(result.run), "format": result.format}
    if result.error:
        return [{**about, "error": result.error}]
    files = [file for path in result.files for file in (sorted(path.rglob("*")) if path.is_dir() else [path]) if file.is_file()]
    return [
        {
            **about,
            "file": file.relative_to(folder).as_posix(),
            "size_bytes": str(file.stat().st_size),
            "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        }
        for file in files
    ]


def _about(run: Run) -> dict[str, str]:
    try:
        tree = run.tree
        settings = {"game": tree["game"], "algorithm": tree["algorithm"]["name"], "seed": tree["seed"]}
    except (OSError, ValueError, KeyError, TypeError):
        settings = {}
    status = run.status()
    results = {
        "state": status.state.value,
        "steps": status.step,
        "episodes": status.episodes,
        "mean_score": status.mean_score,
        "best_score": status.best_score,
        "seconds": status.seconds,
    }
    return {"run_id": run.id, **{name: "" if value is None else str(value) for name, value in {**settings, **results}.items()}}
