"""The settings of the metrics."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ActionsConfig", "AdvantagesConfig", "StandardConfig"]


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
