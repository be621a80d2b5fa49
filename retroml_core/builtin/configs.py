"""The settings of what the core itself offers. Light: read whenever the app starts."""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core.params import param

__all__ = ["CatchConfig", "LocalConfig", "RandomConfig"]


@dataclass
class RandomConfig:
    """The random agent."""

    name: str = "random"
    environments: int = param(
        8, ge=1, le=1024, help="How many games are played at once. More use the cores better, fewer take less memory."
    )


@dataclass
class CatchConfig:
    """The game Catch."""

    name: str = "catch"
    balls: int = param(
        10,
        ge=1,
        le=1000,
        unit="balls",
        help="Balls that fall in a game, a point for each one caught: more make it longer, fewer shorter.",
    )


@dataclass
class LocalConfig:
    """The launcher that starts a process on this machine; it has nothing to set."""

    name: str = "local"
