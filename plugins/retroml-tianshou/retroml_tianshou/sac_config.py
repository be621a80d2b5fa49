"""The settings of discrete SAC. Apart from the algorithm, so that listing them imports no torch.

Sources beside those of the shared settings (off_policy_config.py):
Christodoulou 2019, Soft Actor-Critic for Discrete Action Settings, appendix: https://arxiv.org/abs/1910.07207
CleanRL, sac_atari.py: https://docs.cleanrl.dev/rl-algorithms/sac/#sac_ataripy
"""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param
from retroml_tianshou.off_policy_config import OffPolicyConfig, tuned

__all__ = ["SACConfig"]

_BOTH = "Christodoulou 2019; CleanRL"
_DRAWN = "Christodoulou 2019: actions are drawn from the policy, which explores by itself"


@dataclass
class SACConfig(OffPolicyConfig):
    """Settings of discrete SAC; the defaults are those tuned for Atari in the literature."""

    name: str = "sac"
    learning_rate: float = tuned("learning_rate", 3e-4, _BOTH)
    adam_epsilon: float = tuned("adam_epsilon", 1e-4, "CleanRL")
    batch_size: int = tuned("batch_size", 64, _BOTH)
    learning_starts: int = tuned("learning_starts", 20_000, _BOTH)
    target_every: int = tuned("target_every", 2000, f"{_BOTH} (8000 steps at an update each 4)")
    max_grad_norm: float | None = tuned("max_grad_norm", None, _BOTH)
    epsilon_start: float = tuned("epsilon_start", 0.0, _DRAWN)
    epsilon_end: float = tuned("epsilon_end", 0.0, _DRAWN)
    epsilon_acting: float = tuned("epsilon_acting", 0.0, _DRAWN)
    temperature: float | None = param(
        None,
        ge=0.0,
        le=1000.0,
        soft_le=1.0,
        help="Worth of keeping a choice open: higher explores more, lower plays for points, 0 for nothing else; empty finds it "
        "from target_entropy.",
        source=f"{_BOTH} (found by itself); Tianshou has 0.05",
    )
    target_entropy: float = param(
        0.89,
        ge=0.0,
        le=1.0,
        soft_ge=0.2,
        soft_le=0.98,
        help="How undecided the policy should stay, as a share of drawing all actions alike: higher explores more, lower "
        "settles. Only without a temperature.",
        source="CleanRL (Christodoulou 2019 has 0.98)",
    )
