"""The settings of IQN. Apart from the algorithm, so that listing them imports no torch.

Sources beside those of the shared settings (distribution_config.py, off_policy_config.py):
Dabney 2018, Implicit Quantile Networks for Distributional Reinforcement Learning: https://arxiv.org/abs/1806.06923
"""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param
from retroml_tianshou.distribution_config import DistributionConfig
from retroml_tianshou.off_policy_config import tuned

__all__ = ["IQNConfig"]

_PAPER = "Dabney 2018 section 4"


@dataclass
class IQNConfig(DistributionConfig):
    """Settings of IQN; the defaults are those tuned for Atari in the literature."""

    name: str = "iqn"
    learning_rate: float = tuned("learning_rate", 5e-5, _PAPER)
    adam_epsilon: float = tuned("adam_epsilon", 0.01 / 32, _PAPER)
    target_every: int = tuned("target_every", 2500, f"{_PAPER} (10,000 steps at an update each 4)")
    max_grad_norm: float | None = tuned("max_grad_norm", None, "Tianshou")
    fractions: int = param(
        8,
        ge=2,
        le=1000,
        soft_le=64,
        help="Fractions of the return drawn for each step learned from: more learn finer distributions and cost time, fewer "
        "are quicker and coarser.",
        source=f"{_PAPER} (N); Tianshou",
    )
    goal_fractions: int = param(
        8,
        ge=2,
        le=1000,
        soft_le=64,
        help="Fractions drawn of what it should be: more make calmer goals and cost time, fewer are quicker and noisier.",
        source=f"{_PAPER} (N'); Tianshou",
    )
    choosing_fractions: int = param(
        32,
        ge=1,
        le=1000,
        soft_ge=8,
        soft_le=128,
        help="Fractions whose mean says what an action is worth when one is chosen: more are exact and cost time, fewer are "
        "quicker and less sure.",
        source=f"{_PAPER} (K); Tianshou",
    )
    cosines: int = param(
        64,
        ge=1,
        le=4096,
        soft_ge=16,
        soft_le=256,
        help="Cosines a fraction is described by: more can tell finer fractions apart and cost a little time, fewer blur them.",
        source=f"{_PAPER} (n); Tianshou",
        advanced=True,
        fixed=True,
    )
