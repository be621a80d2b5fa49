"""The settings of QR-DQN. Apart from the algorithm, so that listing them imports no torch.

Sources beside those of the shared settings (distribution_config.py, off_policy_config.py):
Dabney 2018, Distributional Reinforcement Learning with Quantile Regression: https://arxiv.org/abs/1710.10044
SB3-Contrib, QRDQN: https://sb3-contrib.readthedocs.io/en/master/modules/qrdqn.html
"""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param
from retroml_tianshou.distribution_config import DistributionConfig
from retroml_tianshou.off_policy_config import tuned

__all__ = ["QRDQNConfig"]


@dataclass
class QRDQNConfig(DistributionConfig):
    """Settings of QR-DQN; the defaults are those tuned for Atari in the literature."""

    name: str = "qrdqn"
    learning_rate: float = tuned("learning_rate", 5e-5, "Dabney 2018 section 5.2; SB3-Contrib")
    adam_epsilon: float = tuned("adam_epsilon", 0.01 / 32, "Dabney 2018 section 5.2; SB3-Contrib")
    target_every: int = tuned("target_every", 2500, "SB3-Contrib (10,000 steps at an update each 4)")
    max_grad_norm: float | None = tuned("max_grad_norm", None, "SB3-Contrib; Tianshou")
    quantiles: int = param(
        200,
        ge=2,
        le=2000,
        soft_ge=20,
        soft_le=400,
        help="Quantiles of the return of each action: more are finer and cost time, fewer are coarser.",
        source="Dabney 2018; SB3-Contrib; Tianshou",
        fixed=True,
    )
    dueling: bool = param(
        False,
        help="Learn the value of a situation apart from the advantage of each action: on learns faster where actions matter "
        "little, off is the smaller network of the paper.",
        source="Dabney 2018 (off), https://arxiv.org/abs/1511.06581 (on)",
        fixed=True,
    )
