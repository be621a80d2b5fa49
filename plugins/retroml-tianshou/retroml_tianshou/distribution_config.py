"""The settings that C51, Rainbow, QR-DQN, IQN and FQF share beside those of off_policy_config.py. Light: no torch.

Sources named below:
Bellemare 2017, A Distributional Perspective on Reinforcement Learning: https://arxiv.org/abs/1707.06887
Hessel 2018, Rainbow: https://arxiv.org/abs/1710.02298
Schaul 2016, Prioritized Experience Replay: https://arxiv.org/abs/1511.05952
van Hasselt 2016, Deep Reinforcement Learning with Double Q-learning: https://arxiv.org/abs/1509.06461
"""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param
from retroml_tianshou.off_policy_config import OffPolicyConfig

__all__ = ["DistributionConfig"]


@dataclass
class DistributionConfig(OffPolicyConfig):
    """What every algorithm with a distribution of returns can be told; a subclass sets `name` and adds its own."""

    double: bool = param(
        False,
        help="Let the network choose the next action and the target network judge it: on is less over-optimistic, off lets the "
        "target network do both.",
        source="Bellemare 2017 (off), van Hasselt 2016 (on)",
    )
    priority_exponent: float = param(
        0.0,
        ge=0.0,
        le=2.0,
        soft_le=1.0,
        help="How much more often steps are drawn that surprised the network: higher dwells on surprises (1 in proportion to "
        "them), lower draws more evenly, 0 all alike.",
        source="Bellemare 2017 (alike); Schaul 2016 has 0.6, Hessel 2018 0.5",
        fixed=True,
    )
    importance_exponent: float = param(
        0.4,
        ge=0.0,
        le=1.0,
        help="How far steps drawn more often count less at first; rises to 1 over the budget. Lower trusts surprises more, "
        "higher is unbiased. Only with a priority_exponent.",
        source="Schaul 2016; Hessel 2018",
        advanced=True,
    )
