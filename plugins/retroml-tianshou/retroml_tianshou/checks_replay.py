"""What is wrong with the settings of algorithms with a replay: room for it above all."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core import Problem, Severity
from retroml_core.runs.forecast import size_text
from retroml_core.training.memory import read_memory

if TYPE_CHECKING:
    from retroml_core.schema import ExperimentConfig
    from retroml_tianshou.off_policy_config import OffPolicyConfig

__all__ = ["check_replay", "replay_bytes"]

BYTES_BESIDE_PICTURE = 9
COMPRESSED_SHARE = 1 / 8
"""Of what pictures take; a thirteenth or less was seen of Atari games (docs/algorithms/dqn.md)."""


def replay_bytes(config: ExperimentConfig) -> int:
    """What the replay of `config` will take at most, where it is kept; a budget in steps may not fill it."""
    algorithm: OffPolicyConfig = config.algorithm
    _, height, width = _observation(config)
    steps = min(algorithm.replay_size, config.budget.steps or algorithm.replay_size)
    share = COMPRESSED_SHARE if algorithm.replay_storage == "compressed" else 1.0
    return int(steps * (height * width * share + BYTES_BESIDE_PICTURE))


def check_replay(config: ExperimentConfig) -> Iterator[Problem]:
    """All faults of the replay of `config`, whose algorithm has one."""
    yield from _slots(config)
    yield from _start(config)
    if config.algorithm.replay_storage == "mapped":
        yield from _folder(config)
    else:
        yield from _memory(config)


def _slots(config: ExperimentConfig) -> Iterator[Problem]:
    algorithm: OffPolicyConfig = config.algorithm
    stack, _, _ = _observation(config)
    least = (stack + algorithm.n_step + 1) * algorithm.environments
    if algorithm.replay_size < least:
        yield Problem(
            key="algorithm.replay_size",
            value=algorithm.replay_size,
            message=f"does not hold what {algorithm.environments} games show in a stack and {algorithm.n_step} steps ahead",
            hint=f"at least {least}",
        )


def _start(config: ExperimentConfig) -> Iterator[Problem]:
    algorithm: OffPolicyConfig = config.algorithm
    steps = config.budget.steps
    waits = algorithm.learning_starts_share is None
    if waits and steps is not None and steps <= algorithm.learning_starts:
        yield Problem(
            key="algorithm.learning_starts",
            value=algorithm.learning_starts,
            message=f"the budget of {steps} steps ends before anything is learned",
            hint="allow more steps, lower algorithm.learning_starts, or set algorithm.learning_starts_share",
            severity=Severity.WARNING,
        )


def _memory(config: ExperimentConfig) -> Iterator[Problem]:
    algorithm: OffPolicyConfig = config.algorithm
    needed, free = replay_bytes(config), read_memory().available
    if needed > free:
        other = "" if algorithm.replay_storage == "compressed" else ", or algorithm.replay_storage=compressed"
        yield Problem(
            key="algorithm.replay_size",
            value=algorithm.replay_size,
            message=f"would fill {size_text(needed)} of memory, and {size_text(free)} are free",
            hint=f"at most {int(algorithm.replay_size * free / needed * 0.8)} fits{other}",
        )


def _folder(config: ExperimentConfig) -> Iterator[Problem]:
    algorithm: OffPolicyConfig = config.algorithm
    folder = Path(algorithm.replay_folder or tempfile.gettempdir())
    if not folder.is_dir():
        yield Problem(
            key="algorithm.replay_folder",
            value=algorithm.replay_folder,
            message="there is no such folder",
            hint="make it, or leave the setting empty for the system's folder for temporary files",
        )
        return
    needed, free = replay_bytes(config), shutil.disk_usage(folder).free
    if needed > free:
        yield Problem(
            key="algorithm.replay_size",
            value=algorithm.replay_size,
            message=f"would fill {size_text(needed)} of disk in {folder}, and {size_text(free)} are free",
            hint=f"at most {int(algorithm.replay_size * free / needed * 0.8)} fits, or set algorithm.replay_folder",
        )


def _observation(config: ExperimentConfig) -> tuple[int, int, int]:
    """Stack, height and width of the observations; those of the literature when the environment does not say."""
    environment = config.environment
    names = (("stack", 4), ("image_height", 84), ("image_width", 84))
    stack, height, width = (int(getattr(environment, name, usual)) for name, usual in names)
    return stack, height, width
