"""The metrics that each algorithm reports, by name, with their units ("" is a plain number); docs/metrics.md explains them.

`*` stands for a layer of the network (`trunk_1`, `policy_head`): which there are depends on it. Light to import: no torch.
"""

from __future__ import annotations

__all__ = ["A2C", "C51", "DQN", "FQF", "PPO", "QUANTILES", "RAINBOW", "SAC"]

_EVERY = {
    "loss/total": "",
    "loss/value": "",
    "grad/norm": "",
    "grad/norm_*": "",
    "grad/clip_share": "",
    "update/ratio": "",
    "update/ratio_*": "",
    "schedule/learning_rate": "",
    "time/steps_per_second": "steps/s",
    "time/collect_share": "",
    "time/act_share": "",
    "time/emulate_share": "",
    "time/live_share": "",
}

A2C = _EVERY | {
    "loss/policy": "",
    "policy/entropy": "nats",
    "value/explained_variance": "",
    "value/mc_error": "",
    "value/mc_explained_variance": "",
    "value/mean": "",
    "advantage/mean": "",
    "advantage/std": "",
    "schedule/entropy_coefficient": "",
}

PPO = A2C | {"policy/approx_kl": "nats", "policy/clip_fraction": "", "schedule/clip_range": ""}

_REPLAYING = _EVERY | {
    "policy/epsilon": "",
    "value/q_mean": "",
    "replay/size": "steps",
    "replay/megabytes": "MB",
    "update/gradient_steps": "steps",
}

DQN = _REPLAYING
QUANTILES = _REPLAYING | {"value/spread": ""}
C51 = QUANTILES | {"value/at_limits": ""}
RAINBOW = C51 | {"policy/noise": ""}
FQF = QUANTILES | {"loss/proposal": "", "value/fraction_entropy": "nats"}
SAC = _REPLAYING | {"loss/policy": "", "policy/entropy": "nats", "policy/temperature": ""}
