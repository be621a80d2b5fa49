"""The settings of the metrics."""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param

__all__ = ["ActionsConfig", "AdvantagesConfig", "StandardConfig"]


@dataclass
class StandardConfig:
    """The standard metrics have no settings: their names say what they are, in every run alike."""

    name: str = param("standard", help="Name of the metric.", advanced=True)


@dataclass
class AdvantagesConfig:
    """The spread of the advantages has no settings."""

    name: str = param("advantages", help="Name of the metric.", advanced=True)


@dataclass
class ActionsConfig:
    """The shares of the actions have no settings."""

    name: str = param("actions", help="Name of the metric.", advanced=True)
