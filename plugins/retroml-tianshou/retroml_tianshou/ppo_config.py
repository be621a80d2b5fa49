"""The settings of PPO. Apart from the algorithm, so that listing them imports no torch.

Sources named below:
Schulman 2017, table 5: https://arxiv.org/abs/1707.06347
Huang 2022, "The 37 Implementation Details of PPO": https://iclr-blog-track.github.io/2022/03/25/ppo-implementation-details/
CleanRL, ppo_atari.py: https://docs.cleanrl.dev/rl-algorithms/ppo/#ppo_ataripy
SB3 zoo, hyperparams/ppo.yml, atari: https://github.com/DLR-RM/rl-baselines3-zoo
Tianshou, examples/atari/atari_ppo.py: https://github.com/thu-ml/tianshou
"""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param
from retroml_tianshou.compute_settings import compile_setting, precision_setting

__all__ = ["PPOConfig"]


@dataclass
class PPOConfig:
    """Settings of PPO; the defaults are those tuned for Atari in the literature."""

    name: str = "ppo"
    learning_rate: float = param(
        2.5e-4,
        ge=1e-7,
        le=1.0,
        soft_ge=1e-5,
        soft_le=3e-3,
        help="How far each gradient step of Adam goes: higher learns faster but may become unstable, lower is slow and steady.",
        live=True,
        source="Schulman 2017 table 5; CleanRL; SB3 zoo",
    )
    environments: int = param(
        8,
        ge=1,
        le=4096,
        soft_le=256,
        unit="games",
        help="Games played side by side: more give steadier updates and use the cores better, fewer update more often.",
        memory=True,
        source="Schulman 2017 table 5",
    )
    rollout_steps: int = param(
        128,
        ge=1,
        le=65_536,
        soft_ge=8,
        soft_le=2048,
        unit="steps",
        help="Steps played in each game between updates: higher sees further and updates less often, lower the reverse.",
        memory=True,
        source="Schulman 2017 table 5",
    )
    epochs: int = param(
        4,
        ge=1,
        le=100,
        soft_le=10,
        help="How often each rollout is learned from: more gets more out of a step but costs time and may overfit it, fewer is "
        "quicker and wastes play.",
        source="CleanRL; SB3 zoo; Huang 2022 (Schulman 2017 has 3)",
    )
    minibatches: int = param(
        4,
        ge=1,
        le=4096,
        soft_le=64,
        help="Parts a rollout is learned in: more parts make more, noisier gradient steps; fewer make larger, calmer ones.",
        source="Huang 2022; CleanRL; SB3 zoo (256 samples each)",
    )
    gamma: float = param(
        0.99,
        ge=0.0,
        le=1.0,
        soft_ge=0.8,
        soft_le=0.9999,
        help="Worth of a point one step later: close to 1 plans far ahead, lower cares only about what comes soon.",
        source="Schulman 2017 table 5",
    )
    gae_lambda: float = param(
        0.95,
        ge=0.0,
        le=1.0,
        soft_ge=0.8,
        help="Trust in what was really scored over what the critic predicts: higher is less biased, lower less noisy.",
        source="Schulman 2017 table 5; https://arxiv.org/abs/1506.02438",
    )
    clip_range: float = param(
        0.1,
        ge=1e-3,
        le=10.0,
        soft_ge=0.05,
        soft_le=0.4,
        help="How far the policy may move in one update: higher learns faster and risks collapse, lower is slow and safe.",
        live=True,
        source="Schulman 2017 table 5; CleanRL; SB3 zoo",
    )
    anneal_clip: bool = param(
        False,
        help="Shrink the clip range linearly to 0 over the budget, as in the paper; on calms the end, off keeps it learning.",
        source="Schulman 2017 anneals; CleanRL and Huang 2022 keep it",
        advanced=True,
    )
    clip_value: bool = param(
        True,
        help="Also limit how far the critic may move in one update: on is calmer, off lets it follow large rewards sooner.",
        source="Huang 2022 detail 9; CleanRL; Tianshou",
        advanced=True,
    )
    value_coefficient: float = param(
        0.25,
        ge=0.0,
        le=100.0,
        soft_ge=0.1,
        soft_le=1.0,
        help="Weight of the critic's squared error: higher learns to predict scores faster, lower leaves more to the policy.",
        source="Tianshou; CleanRL's 0.5 times one half of the squared error is the same",
        advanced=True,
    )
    entropy_coefficient: float = param(
        0.01,
        ge=0.0,
        le=10.0,
        soft_le=0.1,
        help="Reward for trying different actions: higher explores longer, lower settles sooner, perhaps too soon.",
        live=True,
        source="Schulman 2017 table 5",
    )
    max_grad_norm: float = param(
        0.5,
        ge=1e-3,
        le=1e6,
        soft_ge=0.1,
        soft_le=10.0,
        help="Longest gradient let through, longer ones are shortened: lower is steadier, higher lets rare events teach more.",
        source="Huang 2022 detail 11; CleanRL; SB3 zoo; Tianshou",
        advanced=True,
    )
    anneal_learning_rate: bool = param(
        True,
        help="Shrink the learning rate linearly to 0 over the budget: on ends steadier, off keeps learning at full pace.",
        source="Schulman 2017 table 5; Huang 2022 detail 4",
    )
    normalize_advantage: bool = param(
        True,
        help="Scale the advantages of each minibatch to mean 0 and deviation 1: on copes with any score scale, off keeps it.",
        source="Huang 2022 detail 7",
        advanced=True,
    )
    target_kl: float | None = param(
        None,
        ge=1e-5,
        le=10.0,
        soft_ge=0.003,
        soft_le=0.1,
        help="End an update once the policy moved this far (KL divergence): lower stops sooner and is safer, higher learns "
        "more from each rollout, empty never stops early.",
        source="CleanRL (off); https://spinningup.openai.com/en/latest/algorithms/ppo.html",
        advanced=True,
    )
    adam_epsilon: float = param(
        1e-5,
        ge=1e-12,
        le=0.1,
        soft_le=1e-3,
        help="Floor in Adam's division by the gradient's size: higher damps steps where gradients are tiny, lower does not.",
        source="Huang 2022 detail 3; CleanRL; Tianshou",
        advanced=True,
    )
    precision: str = precision_setting()
    compile: str = compile_setting()
    overlap: bool = param(
        False,
        help="Learn from the last rollout while the next is played: on is faster but learns one update late, off is exact PPO.",
        source="https://arxiv.org/abs/2012.09849",
        advanced=True,
        fixed=True,
    )
