"""An exporter of a line a game: `retroml export latest --format scores`, or `exporters=[scores]` to have it while training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core import ExporterSpec, hookimpl
from retroml_core.exporting import Exporter, ExportError, LiveExporter
from retroml_core.files import write_bytes

if TYPE_CHECKING:
    from retroml_core.events import Event
    from retroml_core.runs.run import Run
    from retroml_core.training.bus import MetricEventBus


@dataclass
class ScoresConfig:
    """It has no settings but its name."""

    name: str = "scores"


class Scores(Exporter):
    """`<run id>.txt`: what the run is, then step and score of each game."""

    def export(self, runs: Sequence[Run], folder: Path) -> list[Path]:
        """A file for each run. Raises ExportError for one in which no game has ended."""
        return [self._export(run, folder / f"{run.id}.txt") for run in runs]

    def _export(self, run: Run, path: Path) -> Path:
        games = run.episodes()
        if not games:
            raise ExportError(f"{run.id} has no finished game yet; let it train on")
        lines = [f"{run.id}, seed {run.tree['seed']}", *(f"{game['step']} {game['score']:g}" for game in games)]
        write_bytes(path, "\n".join(lines).encode())
        return path

    def follow(self, run: Run, bus: MetricEventBus) -> LiveExporter:
        """Begin to listen to the run, in its process."""
        return Following(run, bus)


class Following(LiveExporter):
    """Appends to `metrics/scores.txt` in the run's folder."""

    def __init__(self, run: Run, bus: MetricEventBus) -> None:
        self.file = (run.metrics_folder / "scores.txt").open("a", encoding="utf-8")
        self.end = bus.subscribe("episode_finished", self.hear)

    def hear(self, event: Event) -> None:
        """Called in a thread of its own: a slow listener never holds up training."""
        self.file.write(f"{event.step} {event.data['score']:g}\n")

    def close(self) -> None:
        """The attempt is over, and all that was said was heard."""
        self.end()
        self.file.close()


@hookimpl
def retroml_exporters() -> list[ExporterSpec]:
    """The exporter."""
    return [
        ExporterSpec(
            name="scores",
            title="Scores",
            summary="Step and score of each game, as plain text.",
            config=ScoresConfig,
            factory="scores:Scores",
            suffix=".txt",
            media_type="text/plain",
            live=True,
        )
    ]
