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
    show: str = param(
        "game",
        help="What is raced: one game that all play for the film, or trainings as they were, ranked by their latest scores.",
        choices=("game", "training"),
    )
    fraction: float = param(
        1.0, ge=0, le=1, help="In a race of one game: at which share of their training the runs play it, 1 when fully trained."
    )
    by: str = param(
        "step",
        help="In a race of trainings: runs are shown at the same step, or after the same time.",
        choices=("step", "time"),
    )
    lap_seconds: float = param(
        5.0,
        ge=1,
        le=60,
        unit="s",
        help="In a race of trainings: how long the film stays with one moment before it moves on; long films stay longer.",
    )
