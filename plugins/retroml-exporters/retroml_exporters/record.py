"""The JSON record of a run: everything known of it in one file, laid out as `run.schema.json` beside this module says."""

from __future__ import annotations

import dataclasses
import hashlib
import math
import statistics
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.exporting import Exporter
from retroml_core.files import write_json
from retroml_exporters.reading import HISTOGRAM, Identity, moments

if TYPE_CHECKING:
    from retroml_core.runs.run import Run

__all__ = ["FORMAT", "FORMAT_VERSION", "JsonExporter", "run_record"]

FORMAT = "retroml-run"
FORMAT_VERSION = 2
RECENT = 100
UNSETTLED = frozenset({"state.json", "run.lock", "out.log"})
"""Files that change after a run ended, or say nothing of it: without a digest."""


class JsonExporter(Exporter):
    """Writes `<run id>.json`."""

    def export(self, runs: Sequence[Run], folder: Path) -> list[Path]:
        """One file a run, whatever it reported so far. Raises ExportError when its config cannot be read."""
        made = []
        for run in runs:
            write_json(folder / f"{run.id}.json", run_record(run, digests=self.config.digests))
            made.append(folder / f"{run.id}.json")
        return made


def run_record(run: Run, *, digests: bool = True) -> dict[str, Any]:
    """The record; numbers that JSON does not know are null. Raises ExportError when the config cannot be read."""
    identity = Identity.of(run)
    record = {
        "format": FORMAT,
        "schema_version": FORMAT_VERSION,
        "exported_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "exporter": {"name": "retroml-exporters", "version": metadata.version("retroml-exporters")},
        "id": run.id,
        "game": identity.game,
        "algorithm": identity.algorithm,
        "seed": identity.seed,
        "config": run.tree,
        "provenance": run.provenance(),
        "status": dataclasses.asdict(run.status()),
        "results": _results(run),
        "metrics": _metrics(run),
        "histograms": _histograms(run),
        "evaluations": [{"step": event.step, **event.data} for event in run.events({"evaluation_finished"})],
        "checkpoints": [_checkpoint(run, checkpoint) for checkpoint in run.checkpoints()],
        "films": [_film(film) for film in run.films()],
        "artifacts": list(_artifacts(run)) if digests else [],
    }
    plain: dict[str, Any] = _plain(record)
    return plain


def _results(run: Run) -> dict[str, Any]:
    episodes = run.episodes()
    scores = [float(episode["score"]) for episode in episodes]
    recent = scores[-RECENT:]
    return {
        "episodes": len(scores),
        "episode_steps": sum(int(episode["length"]) for episode in episodes),
        "score_mean": statistics.fmean(scores) if scores else None,
        "score_std": statistics.pstdev(scores) if scores else None,
        "score_best": max(scores, default=None),
        "score_last": scores[-1] if scores else None,
        "score_mean_100": statistics.fmean(recent) if recent else None,
        "score_mean_first_100": statistics.fmean(scores[:RECENT]) if scores else None,
    }


def _metrics(run: Run) -> dict[str, Any]:
    """Of each metric how often it was reported, its first, last, least and greatest value and the mean."""
    values: dict[str, list[float]] = {}
    for moment in moments(run):
        for name, value in moment.numbers.items():
            values.setdefault(name, []).append(value)
    return {
        name: {
            "count": len(told),
            "first": told[0],
            "last": told[-1],
            "min": min(told),
            "max": max(told),
            "mean": statistics.fmean(told),
        }
        for name, told in sorted(values.items())
    }


def _histograms(run: Run) -> dict[str, Any]:
    """The latest histogram of each name."""
    latest: dict[str, Any] = {}
    for event in run.events({HISTOGRAM}):
        data = event.data
        latest[str(data["name"])] = {"step": event.step, **{key: data[key] for key in ("low", "high", "counts")}}
    return latest


def _checkpoint(run: Run, checkpoint: Any) -> dict[str, Any]:
    return {
        "name": checkpoint.name,
        "step": checkpoint.step,
        "created_at": checkpoint.created_at,
        "why": checkpoint.why,
        "score": checkpoint.score,
        "full": checkpoint.full,
        "path": checkpoint.folder.relative_to(run.folder).as_posix(),
    }


def _film(film: Any) -> dict[str, Any]:
    return {
        "name": film.name,
        "renderer": film.renderer,
        "seconds": film.seconds,
        "size_bytes": film.size_bytes,
        "created_at": film.created_at,
    }


def _artifacts(run: Run) -> Iterator[dict[str, Any]]:
    for path in sorted(run.folder.rglob("*")):
        inner = path.relative_to(run.folder)
        passing = any(part.startswith(".") for part in inner.parts) or inner.parts[0] == "control"
        if passing or inner.name in UNSETTLED or not path.is_file():
            continue
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        yield {"path": inner.as_posix(), "size_bytes": path.stat().st_size, "sha256": digest}


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list | tuple):
        return [_plain(value) for value in node]
    return None if isinstance(node, float) and not math.isfinite(node) else node
