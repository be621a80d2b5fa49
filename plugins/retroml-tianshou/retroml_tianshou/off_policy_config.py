"""The settings that algorithms with a replay share. Apart from the algorithms, so that listing them imports no torch.

Sources named below:
Mnih 2015, extended data table 1: https://doi.org/10.1038/nature14236
CleanRL, dqn_atari.py: https://docs.cleanrl.dev/rl-algorithms/dqn/#dqn_ataripy
SB3 zoo, hyperparams/dqn.yml, atari: https://github.com/DLR-RM/rl-baselines3-zoo
Tianshou, examples/atari/atari_dqn.py: https://github.com/thu-ml/tianshou
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from retroml_core import param
from retroml_core.params import param_info
from retroml_tianshou.compute_settings import compile_setting, precision_setting
from retroml_tianshou.schedules import SCHEDULES

__all__ = ["REPLAY_STORAGES", "OffPolicyConfig", "tuned"]

REPLAY_STORAGES = ("memory", "mapped", "compressed")


@dataclass
class OffPolicyConfig:
    """What every algorithm with a replay can be told; a subclass sets `name` and adds its own."""

    name: str = ""
    learning_rate: float = param(
        1e-4,
        ge=1e-7,
        le=1.0,
        soft_ge=1e-5,
        soft_le=1e-3,
        help="How far each gradient step of Adam goes: higher learns faster but may become unstable, lower is slow and steady.",
        live=True,
        source="CleanRL; SB3 zoo; Tianshou",
    )
    learning_rate_schedule: str = param(
        "constant",
        choices=SCHEDULES,
        help="How the learning rate changes over the budget: constant goes on learning at full pace, linear and cosine fall to "
        "0 and end steadier.",
        source="CleanRL; SB3 zoo",
        advanced=True,
    )
    environments: int = param(
        8,
        ge=1,
        le=4096,
        soft_le=64,
        unit="games",
        help="Games played side by side: more use the cores better and mix experiences, fewer act on a fresher network.",
        memory=True,
        source="Tianshou plays 10; CleanRL and SB3 zoo 1",
    )
    batch_size: int = param(
        32,
        ge=1,
        le=65_536,
        soft_ge=16,
        soft_le=512,
        unit="steps",
        help="Steps drawn from the replay for each gradient step: more give calmer steps and cost more time each, fewer are "
        "quick and noisy.",
        source="Mnih 2015; CleanRL; SB3 zoo; Tianshou",
    )
    update_every: int = param(
        4,
        ge=1,
        le=1_000_000,
        soft_le=64,
        unit="steps",
        help="Steps played (over all games) between updates: more play faster and learn less from each step, fewer learn more "
        "from it and take longer.",
        source="Mnih 2015; CleanRL; SB3 zoo",
    )
    gradient_steps: int = param(
        1,
        ge=1,
        le=10_000,
        soft_le=16,
        help="Gradient steps in each update: more learn more from each step played and may become unstable, fewer are quicker "
        "and steadier.",
        source="CleanRL; SB3 zoo",
        advanced=True,
    )
    gamma: float = param(
        0.99,
        ge=0.0,
        le=1.0,
        soft_ge=0.8,
        soft_le=0.9999,
        help="Worth of a point one step later: close to 1 plans far ahead, lower cares only about what comes soon.",
        source="Mnih 2015",
    )
    n_step: int = param(
        1,
        ge=1,
        le=100,
        soft_le=10,
        unit="steps",
        help="Steps of real reward in each target: more spread news of points sooner but believe in actions taken long ago, "
        "fewer rely on what the network predicts.",
        source="Mnih 2015; CleanRL; SB3 zoo (Tianshou has 3)",
        fixed=True,
    )
    replay_size: int = param(
        100_000,
        ge=100,
        le=1_000_000_000,
        soft_ge=10_000,
        soft_le=2_000_000,
        unit="steps",
        help="Steps kept to learn from again: more remember longer and take 7.1 kB of memory each (84x84 pictures), fewer "
        "forget sooner.",
        memory=True,
        source="SB3 zoo; Tianshou (Mnih 2015 and CleanRL have 1,000,000)",
        fixed=True,
    )
    replay_storage: str = param(
        "memory",
        choices=REPLAY_STORAGES,
        help="Where the replay lies: memory is fastest; compressed takes a tenth of it and little time; mapped is a file that "
        "the system keeps in memory as far as there is room.",
        advanced=True,
    )
    replay_folder: str = param(
        "",
        help="Folder of the mapped file, on a fast local disk; empty: the system's folder for temporary files.",
        advanced=True,
    )
    learning_starts: int = param(
        80_000,
        ge=0,
        le=1_000_000_000,
        soft_le=200_000,
        unit="steps",
        help="Steps played before the first update: more begin from a broader replay, fewer begin to learn sooner.",
        source="CleanRL (Mnih 2015 has 50,000, SB3 zoo 100,000)",
    )
    learning_starts_share: float | None = param(
        0.05,
        ge=0.0,
        le=1.0,
        help="Share of the budget after which learning begins at the latest, so that a short training learns too: higher plays "
        "longer first, lower learns sooner from less; null waits for learning_starts whatever the budget.",
        advanced=True,
    )
    target_every: int = param(
        250,
        ge=1,
        le=10_000_000,
        soft_le=30_000,
        unit="gradient steps",
        help="How often the target network, which says what to learn towards, follows: higher is steadier, lower quicker.",
        source="CleanRL; SB3 zoo (1000 steps at an update each 4)",
    )
    target_tau: float = param(
        1.0,
        ge=1e-6,
        le=1.0,
        help="How far the target network follows each time, as a share of the way: higher is quicker, 1 copies all; lower is "
        "smoother and wants a lower target_every.",
        source="CleanRL; SB3 zoo",
        advanced=True,
    )
    epsilon_start: float = param(
        1.0,
        ge=0.0,
        le=1.0,
        help="Chance of a random action at the beginning: higher explores more before anything is known, lower follows the "
        "network from the start.",
        source="Mnih 2015; CleanRL; SB3 zoo; Tianshou",
    )
    epsilon_end: float = param(
        0.01,
        ge=0.0,
        le=1.0,
        soft_le=0.2,
        help="Chance of a random action once exploration has calmed down: higher keeps trying, lower plays to win.",
        source="CleanRL; SB3 zoo (Mnih 2015 has 0.1, Tianshou 0.05)",
    )
    epsilon_fraction: float = param(
        0.1,
        ge=0.0,
        le=1.0,
        help="Share of the budget over which exploration calms down: higher explores longer, lower plays to win sooner. Not "
        "used with epsilon_steps.",
        source="CleanRL; SB3 zoo",
    )
    epsilon_steps: int | None = param(
        None,
        ge=1,
        le=10_000_000_000,
        unit="steps",
        help="Steps over which exploration calms down, whatever the budget: more explore longer, fewer play to win sooner; "
        "empty: epsilon_fraction decides.",
        source="Mnih 2015 has 250,000 (1,000,000 frames)",
        advanced=True,
    )
    epsilon_acting: float = param(
        0.01,
        ge=0.0,
        le=1.0,
        soft_le=0.1,
        help="Chance of a random action in evaluations and films: higher breaks out of loops and costs points, lower shows "
        "what was learned; at 0 games may repeat.",
        source="CleanRL and SB3 zoo evaluate at the end of exploration; Mnih 2015 has 0.05, Tianshou 0.005",
        advanced=True,
    )
    max_grad_norm: float | None = param(
        10.0,
        ge=1e-3,
        le=1e6,
        soft_ge=0.1,
        soft_le=100.0,
        help="Longest gradient let through, longer ones are shortened: lower is steadier, higher lets rare events teach more, "
        "empty shortens none.",
        source="SB3's default, used by SB3 zoo; https://arxiv.org/abs/1511.06581",
        advanced=True,
    )
    adam_epsilon: float = param(
        1e-8,
        ge=1e-12,
        le=0.1,
        soft_le=1e-2,
        help="Floor in Adam's division by the gradient's size: higher damps steps where gradients are tiny, lower does not.",
        source="CleanRL; SB3 zoo; Tianshou",
        advanced=True,
    )
    report_steps: int = param(
        1000,
        ge=1,
        le=1_000_000,
        soft_ge=100,
        soft_le=10_000,
        unit="steps",
        help="Steps in a chunk of training, after which its means are reported: more draw smoother curves, fewer finer ones.",
        advanced=True,
    )
    precision: str = precision_setting()
    compile: str = compile_setting()


def tuned(name: str, default: Any, source: str, base: type = OffPolicyConfig) -> Any:
    """The setting `name` of `base` with another default, for a field of that name in a subclass."""
    field = next(field for field in dataclasses.fields(base) if field.name == name)
    info = param_info(field)
    if info is None:
        raise ValueError(f"{name} is not declared by param")
    return param(default, **{**dataclasses.asdict(info), "source": source})
