"""Exporters for Retro ML: CSV, JSON, PNG, TensorBoard and the config."""

from __future__ import annotations

from retroml_core import ExporterSpec, hookimpl
from retroml_exporters.settings import ConfigFilesConfig, CsvConfig, JsonConfig, PngConfig, TensorBoardConfig

__all__ = ["retroml_exporters"]


@hookimpl
def retroml_exporters() -> list[ExporterSpec]:
    """The exporters of this plugin."""
    return [
        ExporterSpec(
            name="csv",
            title="CSV tables",
            summary="Every number over training as a long and a wide table, for spreadsheets and data frames.",
            config=CsvConfig,
            factory="retroml_exporters.tables:CsvExporter",
            suffix=".csv",
            media_type="text/csv",
        ),
        ExporterSpec(
            name="json",
            title="JSON record",
            summary="Everything known of a run in one file: config, provenance, results and digests of its files.",
            config=JsonConfig,
            factory="retroml_exporters.record:JsonExporter",
            suffix=".json",
            media_type="application/json",
        ),
        ExporterSpec(
            name="png",
            title="PNG curves",
            summary="The score over training with its confidence band, and the losses, ready to print.",
            config=PngConfig,
            factory="retroml_exporters.pictures:PngExporter",
            suffix=".png",
            media_type="image/png",
        ),
        ExporterSpec(
            name="tensorboard",
            title="TensorBoard",
            summary="Event files for TensorBoard, while training or afterwards.",
            config=TensorBoardConfig,
            factory="retroml_exporters.tensorboard:TensorBoardExporter",
            suffix="",
            media_type="application/octet-stream",
            live=True,
        ),
        ExporterSpec(
            name="config",
            title="Config",
            summary="The exact settings as YAML and JSON with their hash, the command that repeats the run, and its packages.",
            config=ConfigFilesConfig,
            factory="retroml_exporters.settings_files:ConfigExporter",
            suffix=".yaml",
            media_type="application/yaml",
        ),
    ]
