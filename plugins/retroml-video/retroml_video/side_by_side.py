"""The settings of the films that show several games at once."""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param
from retroml_video.settings import EncoderConfig

__all__ = ["MilestonesConfig", "RaceConfig", "SideBySideConfig"]


@dataclass
class SideBySideConfig(EncoderConfig):
    """What they share."""

    seed: int = param(0, ge=0, help="Seed of the game that all play, and of the actions drawn.")
    hold_seconds: float = param(2.0, ge=0, le=10, unit="s", help="How long the last picture stays.")


@dataclass
class MilestonesConfig(SideBySideConfig):
    """Milestones."""

    name: str = "milestones"


@dataclass
class RaceConfig(SideBySideConfig):
    """The race."""

    name: str = "race"
    fraction: float = param(1.0, ge=0, le=1, help="At which share of their training the runs race: 1 when fully trained.")
