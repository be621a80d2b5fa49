"""What an exporter plugin is: it turns finished or running runs into files others can read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.run import Run
    from retroml_core.specs import AlgorithmSpec, MetricSpec
    from retroml_core.training.bus import MetricEventBus

__all__ = ["ExportError", "Exporter", "LiveExporter", "make_exporter"]


class ExportError(Exception):
    """A run cannot be exported so; the message says why and what to do."""


class Exporter:
    """Base of exporters: override `export`; live ones also `follow`."""

    units: Mapping[str, str] = MappingProxyType({})
    """The units of metrics by name, for heads of columns and axes; `make_exporter` fills it in."""

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


def make_exporter(app: App, name: str, settings: Mapping[str, str] = MappingProxyType({})) -> Exporter:
    """The exporter `name` with `settings` of its own and the units of all that is reported. Raises Fault for wrong ones."""
    from retroml_core.config.settings import filled
    from retroml_core.plugins.registry import resolve

    spec = app.registry.exporter(name)
    exporter: Exporter = resolve(spec.factory)(filled(spec.config, settings))
    offers: list[AlgorithmSpec | MetricSpec] = [*app.registry.algorithms.values(), *app.registry.metrics.values()]
    exporter.units = {metric: unit for offer in offers for metric, unit in offer.reports.items()}
    return exporter
