"""The settings of C51. Apart from the algorithm, so that listing them imports no torch.

Sources beside those of the shared settings (distribution_config.py, off_policy_config.py):
CleanRL, c51_atari.py: https://docs.cleanrl.dev/rl-algorithms/c51/#c51_ataripy
"""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param
from retroml_tianshou.distribution_config import DistributionConfig
from retroml_tianshou.off_policy_config import tuned

__all__ = ["C51Config"]


@dataclass
class C51Config(DistributionConfig):
    """Settings of C51; the defaults are those tuned for Atari in the literature."""

    name: str = "c51"
    learning_rate: float = tuned("learning_rate", 2.5e-4, "Bellemare 2017 section 5; CleanRL")
    adam_epsilon: float = tuned("adam_epsilon", 0.01 / 32, "Bellemare 2017 section 5; CleanRL")
    target_every: int = tuned("target_every", 2500, "CleanRL (10,000 steps at an update each 4)")
    max_grad_norm: float | None = tuned("max_grad_norm", None, "CleanRL; Tianshou")
    atoms: int = param(
        51,
        ge=2,
        le=1001,
        soft_ge=11,
        soft_le=201,
        help="Values among which the return of each action is spread: more are finer, fewer are quicker.",
        source="Bellemare 2017 (which gave it its name)",
        fixed=True,
    )
    lowest_return: float = param(
        -10.0,
        ge=-1e6,
        le=1e6,
        soft_ge=-100.0,
        soft_le=0.0,
        help="The lowest of these values: all that is worse counts as this; lower covers more and resolves less, "
        "higher the reverse.",
        source="Bellemare 2017",
        advanced=True,
    )
    highest_return: float = param(
        10.0,
        ge=-1e6,
        le=1e6,
        soft_ge=0.0,
        soft_le=100.0,
        help="The highest of these values: all that is better counts as this; higher covers more and resolves less, "
        "lower the reverse.",
        source="Bellemare 2017",
        advanced=True,
    )
    dueling: bool = param(
        False,
        help="Learn the value of a situation apart from the advantage of each action: on learns faster where actions matter "
        "little, off is the smaller network of the paper.",
        source="Bellemare 2017 (off), Hessel 2018 (on)",
        fixed=True,
    )
