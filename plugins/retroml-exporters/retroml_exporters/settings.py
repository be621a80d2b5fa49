"""The settings of the exporters."""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param

__all__ = ["ConfigFilesConfig", "CsvConfig", "JsonConfig", "PngConfig", "TensorBoardConfig"]


@dataclass
class CsvConfig:
    """The tables."""

    name: str = "csv"
    long: bool = param(True, help="Write the long table: one row a number.")
    wide: bool = param(True, help="Write the wide table: one row a moment, one column a metric.")


@dataclass
class JsonConfig:
    """The record."""

    name: str = "json"
    digests: bool = param(True, help="Compute the SHA-256 of every file of the run; takes a moment for a long one.")


@dataclass
class PngConfig:
    """The pictures."""

    name: str = "png"
    width_inches: float = param(8.0, ge=2, le=40, unit="in", help="Width of a picture.")
    height_inches: float = param(5.0, ge=2, le=40, unit="in", help="Height of the picture of the score.")
    dpi: int = param(300, ge=50, le=1200, unit="dots/in", help="Resolution.")
    window: int = param(100, ge=2, le=100_000, unit="games", help="Games in the moving mean of the score.")


@dataclass
class TensorBoardConfig:
    """The event files."""

    name: str = "tensorboard"
    flush_seconds: int = param(5, ge=1, le=3600, unit="s", help="How often a live export is written to disk.")


@dataclass
class ConfigFilesConfig:
    """The config files have no settings."""

    name: str = "config"
