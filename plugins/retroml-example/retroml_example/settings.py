"""The settings of REINFORCE, each declared once: forms, `--help`, checks and docs are made from this."""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param

__all__ = ["ReinforceConfig"]


@dataclass
class ReinforceConfig:
    """REINFORCE with a linear policy."""

    name: str = "reinforce"
    environments: int = param(16, ge=1, le=1024, help="How many games are played at once.")
    learning_rate: float = param(1.0, ge=1e-6, le=100.0, soft_le=10.0, help="How far each update moves the weights.")
