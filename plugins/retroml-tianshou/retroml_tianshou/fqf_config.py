"""The settings of FQF. Apart from the algorithm, so that listing them imports no torch.

Sources beside those of the shared settings (distribution_config.py, off_policy_config.py):
Yang 2019, Fully Parameterized Quantile Function: https://arxiv.org/abs/1911.02140
"""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param
from retroml_tianshou.distribution_config import DistributionConfig
from retroml_tianshou.off_policy_config import tuned

__all__ = ["FQFConfig"]

_PAPER = "Yang 2019 section 4"


@dataclass
class FQFConfig(DistributionConfig):
    """Settings of FQF; the defaults are those tuned for Atari in the literature."""

    name: str = "fqf"
    learning_rate: float = tuned("learning_rate", 5e-5, f"{_PAPER}; Tianshou")
    adam_epsilon: float = tuned("adam_epsilon", 0.01 / 32, _PAPER)
    target_every: int = tuned("target_every", 2500, f"{_PAPER} (10,000 steps at an update each 4)")
    max_grad_norm: float | None = tuned("max_grad_norm", None, "Tianshou")
    fractions: int = param(
        32,
        ge=2,
        le=1000,
        soft_le=128,
        help="Fractions of the return that the network proposes for each picture: more are finer and cost time, fewer are "
        "quicker and coarser.",
        source=f"{_PAPER} (N); Tianshou",
        fixed=True,
    )
    cosines: int = param(
        64,
        ge=1,
        le=4096,
        soft_ge=16,
        soft_le=256,
        help="Cosines a fraction is described by: more can tell finer fractions apart and cost a little time, fewer blur them.",
        source=f"{_PAPER}; Tianshou",
        advanced=True,
        fixed=True,
    )
    proposal_rate: float = param(
        5e-5,
        ge=0.0,
        le=10.0,
        soft_le=1e-2,
        help="Learning rate of the proposals as a share of that of the network: higher moves fractions sooner and may let "
        "them collapse, lower moves them slowly, 0 keeps them even.",
        source=f"{_PAPER} (2.5e-9 beside 5e-5); Tianshou",
        advanced=True,
    )
    proposal_entropy: float = param(
        0.0,
        ge=0.0,
        le=1000.0,
        soft_le=20.0,
        help="Reward for proposals that stay spread: higher keeps them from collapsing, lower lets them go where it matters.",
        source="Yang 2019 (Tianshou's example has 10)",
        advanced=True,
    )
