"""What is wrong with a config of this plugin's algorithms beyond the range of each value: everything at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from retroml_core import Problem, Severity
from retroml_tianshou.a2c_config import A2CConfig
from retroml_tianshou.architectures import ARCHITECTURES, ArchitectureError, Networks, encoder_size, resolve
from retroml_tianshou.checks_distribution import check_distribution
from retroml_tianshou.checks_replay import check_replay
from retroml_tianshou.network_sizes import seen
from retroml_tianshou.off_policy_config import OffPolicyConfig
from retroml_tianshou.ppo_config import PPOConfig

if TYPE_CHECKING:
    from retroml_core.schema import ExperimentConfig
    from retroml_tianshou.network_specs import Architecture

__all__ = ["check"]

OnPolicy = PPOConfig | A2CConfig
LEAST_SEEN = 0.85
"""A smaller share of the picture's height or width is worth a warning."""


def check(config: ExperimentConfig, networks: Networks = ARCHITECTURES) -> list[Problem]:
    """All faults of `config` when its algorithm is ours; nothing when it is not. `networks` are those on offer."""
    algorithm = config.algorithm
    if isinstance(algorithm, OffPolicyConfig):
        further = [*check_distribution(algorithm), *_precision(config, algorithm), *_network(config, networks)]
        return [*check_replay(config), *further]
    if not isinstance(algorithm, OnPolicy):
        return []
    batches = _batches(algorithm) if isinstance(algorithm, PPOConfig) else ()
    return [*batches, *_budget(config, algorithm), *_precision(config, algorithm), *_network(config, networks)]


def _batches(algorithm: PPOConfig) -> Iterator[Problem]:
    batch = algorithm.environments * algorithm.rollout_steps
    key = "algorithm.minibatches"
    if algorithm.minibatches > batch:
        yield Problem(
            key=key,
            value=algorithm.minibatches,
            message=f"a rollout has only {batch} steps (environments x rollout_steps)",
            hint=f"at most {batch}",
        )
    elif batch % algorithm.minibatches:
        divisors = [n for n in range(1, batch + 1) if batch % n == 0]
        nearest = min(divisors, key=lambda n: (abs(n - algorithm.minibatches), n))
        yield Problem(
            key=key,
            value=algorithm.minibatches,
            message=f"does not divide environments x rollout_steps = {batch} into equal parts",
            hint=f"{nearest} does",
        )
    elif batch == algorithm.minibatches and algorithm.normalize_advantage:
        yield Problem(
            key=key,
            value=algorithm.minibatches,
            message="minibatches of a single step cannot be normalised",
            hint="use fewer minibatches or algorithm.normalize_advantage=false",
        )


def _budget(config: ExperimentConfig, algorithm: OnPolicy) -> Iterator[Problem]:
    batch, steps = algorithm.environments * algorithm.rollout_steps, config.budget.steps
    if steps is not None and steps < batch:
        yield Problem(
            key="budget.steps",
            value=steps,
            message=f"ends before the first update, which comes after {batch} steps",
            hint="allow more steps, or use fewer environments or rollout_steps",
            severity=Severity.WARNING,
        )


def _precision(config: ExperimentConfig, algorithm: OnPolicy | OffPolicyConfig) -> Iterator[Problem]:
    if config.deterministic and algorithm.precision == "bfloat16":
        yield Problem(
            key="algorithm.precision",
            value=algorithm.precision,
            message="deterministic=true asks for the exact reference, which computes in float32",
            hint="use precision=float32 or auto",
        )
    if config.deterministic and algorithm.compile == "on":
        yield Problem(
            key="algorithm.compile",
            value=algorithm.compile,
            message="deterministic=true asks for the exact reference, which is not compiled",
            hint="use compile=off or auto",
        )


def _network(config: ExperimentConfig, networks: Networks) -> Iterator[Problem]:
    try:
        architecture = resolve(config.network, networks)
        height, width = _image_size(config)
        if height and width:
            encoder_size(architecture, (1, height, width), networks)
            yield from _unseen(architecture, height, width)
    except ArchitectureError as error:
        part = error.key.removeprefix("network.")
        yield Problem(key=error.key, value=getattr(config.network, part, None), message=str(error))


def _unseen(architecture: Architecture, height: int, width: int) -> Iterator[Problem]:
    """A warning where a good part of the picture is passed over: what the agent steers may lie there."""
    if architecture.name not in ARCHITECTURES or not architecture.kernels:
        return
    rows, columns = seen(architecture, height, width)
    if min(rows / height, columns / width) < LEAST_SEEN:
        yield Problem(
            key="network.strides",
            value=list(architecture.strides),
            message=f"the network sees the upper {rows} of {height} rows and the left {columns} of {width} columns only",
            hint=f"with kernels {list(architecture.kernels)}, choose strides and kernels that leave less at the edge",
            severity=Severity.WARNING,
        )


def _image_size(config: ExperimentConfig) -> tuple[int, int]:
    """Height and width of the observations, zeros when the environment does not say."""
    environment = config.environment
    return int(getattr(environment, "image_height", 0)), int(getattr(environment, "image_width", 0))
