"""The settings of DQN. Apart from the algorithm, so that listing them imports no torch.

Sources beside those of the shared settings (off_policy_config.py):
van Hasselt 2016, Deep Reinforcement Learning with Double Q-learning: https://arxiv.org/abs/1509.06461
Wang 2016, Dueling Network Architectures: https://arxiv.org/abs/1511.06581
"""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param
from retroml_tianshou.off_policy_config import OffPolicyConfig

__all__ = ["DQNConfig"]


@dataclass
class DQNConfig(OffPolicyConfig):
    """Settings of DQN; the defaults are those tuned for Atari in the literature."""

    name: str = "dqn"
    double: bool = param(
        False,
        help="Let the network choose the next action and the target network judge it: on is less over-optimistic, off is the "
        "DQN of 2015.",
        source="Mnih 2015 (off), van Hasselt 2016 (on)",
    )
    dueling: bool = param(
        False,
        help="Learn the value of a situation apart from the advantage of each action: on learns faster where actions matter "
        "little, off is the smaller network of 2015.",
        source="Mnih 2015 (off), Wang 2016 (on)",
        fixed=True,
    )
    huber_delta: float | None = param(
        1.0,
        ge=1e-6,
        le=1e6,
        soft_ge=0.1,
        soft_le=100.0,
        help="Errors beyond this count linearly instead of by their square: higher lets large errors teach more, lower is "
        "robust against them; empty squares all.",
        source="Mnih 2015 (clips the error to 1); SB3 (CleanRL and Tianshou square)",
        advanced=True,
    )
