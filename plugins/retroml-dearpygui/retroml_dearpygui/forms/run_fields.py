"""The settings of a training as fields of one form: those of its algorithm, then those of the run around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from retroml_dearpygui.forms.fields import Field, fields_of
from retroml_dearpygui.forms.repeatable import SWITCH, steps_field

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retroml_core.schema import ExperimentConfig

__all__ = ["run_fields", "values_of"]

TOP = ("device", "threads", "metrics", "custom_metrics", "exporters", "tags", "notes", SWITCH)
PARTS = ("algorithm", "environment", "network", "checkpoints", "evaluation", "film")


def run_fields(config: ExperimentConfig) -> list[Field]:
    """The fields of a run with this config, keys in full; game, preset, seed and length are not among them."""
    top = [field for field in fields_of(config) if field.key in TOP]
    return [*top, steps_field(config.budget), *(field for part in PARTS for field in fields_of(getattr(config, part), part))]


def values_of(config: ExperimentConfig, fields: Iterable[Field]) -> dict[str, Any]:
    """What `config` says for each of `fields`, by key."""
    return {field.key: _at(config, field.key) for field in fields}


def _at(config: object, key: str) -> Any:
    for name in key.split("."):
        config = getattr(config, name)
    return config
