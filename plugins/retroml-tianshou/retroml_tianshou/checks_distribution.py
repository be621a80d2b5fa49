"""What is wrong with the settings of algorithms with a distribution of returns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from retroml_core import Problem, Severity
from retroml_tianshou.c51_config import C51Config
from retroml_tianshou.rainbow_config import RainbowConfig

if TYPE_CHECKING:
    from retroml_tianshou.off_policy_config import OffPolicyConfig

__all__ = ["check_distribution"]


def check_distribution(algorithm: OffPolicyConfig) -> Iterator[Problem]:
    """All faults of `algorithm` that concern its atoms and its noise; none when it has neither."""
    if isinstance(algorithm, C51Config) and algorithm.lowest_return >= algorithm.highest_return:
        yield Problem(
            key="algorithm.lowest_return",
            value=algorithm.lowest_return,
            message=f"must be below algorithm.highest_return={algorithm.highest_return}",
            hint="-10 and 10 suit clipped rewards",
        )
    if isinstance(algorithm, RainbowConfig) and not algorithm.noisy and algorithm.epsilon_start == 0:
        yield Problem(
            key="algorithm.noisy",
            value=False,
            message="nothing explores: without noise in the network actions must sometimes be random",
            hint="algorithm.epsilon_start=1 algorithm.epsilon_end=0.01",
            severity=Severity.WARNING,
        )
