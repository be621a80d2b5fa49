"""The settings of A2C. Apart from the algorithm, so that listing them imports no torch.

Sources named below:
Mnih 2016, "Asynchronous Methods for Deep Reinforcement Learning": https://arxiv.org/abs/1602.01783
Baselines, a2c.py, OpenAI's synchronous form: https://github.com/openai/baselines/blob/master/baselines/a2c/a2c.py
SB3 zoo, hyperparams/a2c.yml, atari: https://github.com/DLR-RM/rl-baselines3-zoo/blob/master/hyperparams/a2c.yml
SB3, defaults of its A2C: https://stable-baselines3.readthedocs.io/en/master/modules/a2c.html
Mnih by letter, what the paper leaves open: https://github.com/muupan/async-rl/wiki
"""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param
from retroml_tianshou.compute_settings import compile_setting, precision_setting
from retroml_tianshou.schedules import SCHEDULES

__all__ = ["A2CConfig"]


@dataclass
class A2CConfig:
    """Settings of A2C; the defaults are those tuned for Atari in the literature."""

    name: str = "a2c"
    learning_rate: float = param(
        7e-4,
        ge=1e-7,
        le=1.0,
        soft_ge=1e-5,
        soft_le=1e-2,
        help="How far each gradient step goes: higher learns faster but may become unstable, lower is slow and steady.",
        live=True,
        source="Mnih by letter; Baselines; SB3",
    )
    learning_rate_schedule: str = param(
        "linear",
        choices=SCHEDULES,
        help="How the learning rate changes over the budget: linear and cosine fall to 0 and end steadier, constant goes on "
        "learning at full pace and suits a run that will be continued.",
        source="Mnih by letter; Baselines (SB3 zoo keeps it constant)",
    )
    environments: int = param(
        16,
        ge=1,
        le=4096,
        soft_le=256,
        unit="games",
        help="Games played side by side: more make each gradient step calmer, fewer make more, noisier steps.",
        memory=True,
        source="Mnih 2016 (16 threads); SB3 zoo",
    )
    rollout_steps: int = param(
        5,
        ge=1,
        le=65_536,
        soft_le=128,
        unit="steps",
        help="Steps played in each game between gradient steps: higher sees further and learns less often, lower the reverse.",
        memory=True,
        source="Mnih 2016 section 5.1 (t_max); Baselines; SB3",
    )
    gamma: float = param(
        0.99,
        ge=0.0,
        le=1.0,
        soft_ge=0.8,
        soft_le=0.9999,
        help="Worth of a point one step later: close to 1 plans far ahead, lower cares only about what comes soon.",
        source="Mnih 2016 section 5.1; Baselines; SB3",
    )
    gae_lambda: float = param(
        1.0,
        ge=0.0,
        le=1.0,
        soft_ge=0.8,
        help="Trust in what was really scored over what the critic predicts: 1 is the n-step return of the paper, less biased "
        "and noisier; lower leans on the critic.",
        source="Mnih 2016 (n-step returns); SB3; https://arxiv.org/abs/1506.02438",
    )
    value_coefficient: float = param(
        0.25,
        ge=0.0,
        le=100.0,
        soft_ge=0.1,
        soft_le=1.0,
        help="Weight of the critic's squared error: higher learns to predict scores faster, lower leaves more to the policy.",
        source="SB3 zoo (Mnih by letter and Baselines have 0.5)",
        advanced=True,
    )
    entropy_coefficient: float = param(
        0.01,
        ge=0.0,
        le=10.0,
        soft_le=0.1,
        help="Reward for trying different actions: higher explores longer, lower settles sooner, perhaps too soon.",
        live=True,
        source="Mnih 2016 section 5.1; Baselines; SB3 zoo",
    )
    max_grad_norm: float | None = param(
        0.5,
        ge=1e-3,
        le=1e6,
        soft_ge=0.1,
        soft_le=50.0,
        help="Longest gradient let through, longer ones are shortened: lower is steadier, higher lets rare events teach more, "
        "empty shortens none.",
        source="Baselines; SB3",
        advanced=True,
    )
    normalize_advantage: bool = param(
        False,
        help="Scale the advantages of each update to mean 0 and deviation 1: on copes with any score scale, off keeps it.",
        source="off in Mnih 2016, Baselines and SB3",
        advanced=True,
    )
    optimizer: str = param(
        "rmsprop",
        choices=("rmsprop", "adam"),
        help="How gradients become steps: rmsprop is the paper's and steadier here, adam also keeps momentum and wants a lower "
        "learning rate, such as 2.5e-4.",
        source="Mnih 2016 section 4.5; Baselines; SB3 zoo (RMSpropTFLike)",
        advanced=True,
        fixed=True,
    )
    rmsprop_decay: float = param(
        0.99,
        ge=0.0,
        le=0.999999,
        soft_ge=0.9,
        help="Memory of RMSprop for the size of past gradients: higher is steadier, lower adapts sooner to a change.",
        source="Mnih 2016 section 5.1; Baselines; SB3",
        advanced=True,
    )
    epsilon: float = param(
        1e-5,
        ge=1e-12,
        le=1.0,
        soft_le=0.1,
        help="Floor in the optimizer's division by the gradient's size: higher damps steps where gradients are tiny, lower "
        "does not.",
        source="Baselines; SB3 zoo (Mnih by letter has 0.1, for gradients that are added up instead of averaged)",
        advanced=True,
    )
    precision: str = precision_setting()
    compile: str = compile_setting()
