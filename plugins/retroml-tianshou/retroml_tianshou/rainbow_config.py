"""The settings of Rainbow: those of C51 with other defaults. Apart from the algorithm, so that listing them imports no torch.

Sources beside those of the shared settings (c51_config.py, distribution_config.py, off_policy_config.py):
Hessel 2018, table 1 (in frames; four are a step): https://arxiv.org/abs/1710.02298
Fortunato 2018, Noisy Networks for Exploration: https://arxiv.org/abs/1706.10295
"""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param
from retroml_tianshou.c51_config import C51Config
from retroml_tianshou.off_policy_config import tuned

__all__ = ["RainbowConfig"]

_TABLE = "Hessel 2018 table 1"


@dataclass
class RainbowConfig(C51Config):
    """Settings of Rainbow; each of its six parts can be switched off."""

    name: str = "rainbow"
    learning_rate: float = tuned("learning_rate", 6.25e-5, _TABLE)
    adam_epsilon: float = tuned("adam_epsilon", 1.5e-4, _TABLE)
    learning_starts: int = tuned("learning_starts", 20_000, f"{_TABLE} (80,000 frames)")
    target_every: int = tuned("target_every", 2000, f"{_TABLE} (32,000 frames at an update each 4 steps)")
    n_step: int = tuned("n_step", 3, _TABLE)
    epsilon_start: float = tuned("epsilon_start", 0.0, f"{_TABLE}: the noise of the network explores")
    epsilon_end: float = tuned("epsilon_end", 0.0, f"{_TABLE}: the noise of the network explores")
    epsilon_acting: float = tuned("epsilon_acting", 0.001, "Hessel 2018, experimental methods (0.001 in evaluations)")
    max_grad_norm: float | None = tuned("max_grad_norm", 10.0, "https://arxiv.org/abs/1511.06581, whose streams it has")
    double: bool = tuned("double", True, "Hessel 2018", C51Config)
    dueling: bool = tuned("dueling", True, "Hessel 2018", C51Config)
    priority_exponent: float = tuned("priority_exponent", 0.5, _TABLE, C51Config)
    noisy: bool = param(
        True,
        help="Explore by noise in the weights, which learns where to calm down: on needs no random actions, off needs an "
        "epsilon_start.",
        source="Hessel 2018, Fortunato 2018",
        fixed=True,
    )
    noise: float = param(
        0.5,
        ge=0.0,
        le=10.0,
        soft_ge=0.05,
        soft_le=1.0,
        help="How strong that noise is at first: higher tries more, lower keeps to what is known.",
        source="Hessel 2018 table 1; Fortunato 2018 (Tianshou's example has 0.1)",
        advanced=True,
    )
