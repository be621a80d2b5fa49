"""The core of Retro ML: hook specifications, specs, configuration, runs. What a plugin author needs is importable from here."""

from retroml_core.hookspecs import hookimpl
from retroml_core.params import param
from retroml_core.specs import (
    AlgorithmSpec,
    CommandSpec,
    EnvironmentSpec,
    ExporterSpec,
    GameSpec,
    LauncherSpec,
    MetricSpec,
    Problem,
    RendererSpec,
    Severity,
    StoreSpec,
)

__all__ = [
    "AlgorithmSpec",
    "CommandSpec",
    "EnvironmentSpec",
    "ExporterSpec",
    "GameSpec",
    "LauncherSpec",
    "MetricSpec",
    "Problem",
    "RendererSpec",
    "Severity",
    "StoreSpec",
    "hookimpl",
    "param",
]
