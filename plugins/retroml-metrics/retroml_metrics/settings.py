"""The settings of the metrics."""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core.params import param

__all__ = ["ActionsConfig", "AdvantagesConfig", "CustomConfig", "StandardConfig"]


@dataclass
class StandardConfig:
    """The standard metrics have no settings: their names say what they are, in every run alike."""

    name: str = "standard"


@dataclass
class AdvantagesConfig:
    """The spread of the advantages has no settings."""

    name: str = "advantages"


@dataclass
class ActionsConfig:
    """The shares of the actions have no settings."""

    name: str = "actions"


@dataclass
class CustomConfig:
    """The metrics that a run defines."""

    name: str = "custom"
    definitions: dict[str, str] = param(
        default_factory=dict, help="Expressions by name; filled in from `custom_metrics` of the run."
    )
