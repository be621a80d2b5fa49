"""What an exporter plugin is: it turns finished or running runs into files others can read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retroml_core.bus import MetricEventBus
    from retroml_core.runs import Run

__all__ = ["ExportError", "Exporter", "LiveExporter"]


class ExportError(Exception):
    """A run cannot be exported so; the message says why and what to do."""


class Exporter:
    """Base of exporters: override `export`; live ones also `follow`."""

    def __init__(self, config: Any = None) -> None:
        self.config = config

    def export(self, runs: Sequence[Run], folder: Path) -> list[Path]:
        """Write `runs` into `folder` (it exists) and return the files made.

        Files are written whole (`retroml_core.files`). Raises ExportError when there is nothing to export, OSError when the
        folder cannot be written to.
        """
        raise ExportError(f"{type(self).__name__} does not export finished runs")

    def follow(self, run: Run, bus: MetricEventBus) -> LiveExporter | None:
        """Begin to follow `run` while it trains, in its process; None when this exporter does not."""
        return None


class LiveExporter:
    """Something that follows a run."""

    def close(self) -> None:
        """The attempt ended: write what is left."""
