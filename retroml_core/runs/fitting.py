"""What a state of training fits: which settings must stay as they were for training to go on from a checkpoint."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from retroml_core.params import param_info

if TYPE_CHECKING:
    from retroml_core.schema import ExperimentConfig

__all__ = ["MUST_STAY", "differences", "in_the_way", "must_stay", "state_settings"]

MUST_STAY = ("game", "environment", "network", "algorithm.name", "algorithm.environments", "seed")
"""What must stay whatever the algorithm."""


def must_stay(config: ExperimentConfig) -> tuple[str, ...]:
    """The settings a state of training of `config` fits, and nothing else: those of every run, and what its algorithm declared
    as `fixed`."""
    fields = dataclasses.fields(config.algorithm)
    own = [field.name for field in fields if (info := param_info(field)) is not None and info.fixed]
    return (*MUST_STAY, *(f"algorithm.{name}" for name in own))


def state_settings(config: ExperimentConfig) -> dict[str, Any]:
    """The settings that a state of training may depend on, as a plain tree that is kept with each checkpoint."""
    from retroml_core.config.composing import to_tree

    tree = to_tree(config)
    return {key: tree[key] for key in ("game", "environment", "network", "algorithm", "seed", "deterministic")}


def differences(before: Any, now: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Each setting that differs between two trees, and how: ("algorithm.learning_rate", "0.001 -> 0.0005").

    A setting that only one of them has is none that anybody changed: a new version brought it, or took it away.
    """
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in sorted(before.keys() & now.keys()):
            yield from differences(before[name], now[name], f"{key}.{name}" if key else str(name))
    elif before != now:
        yield key, f"{before} -> {now}"


def in_the_way(changed: Mapping[str, str], fixed: Collection[str] = MUST_STAY) -> dict[str, str]:
    """Those of the changed settings with which training cannot go on; `fixed` are those that `must_stay`."""
    return {key: how for key, how in changed.items() if any(key == name or key.startswith(f"{name}.") for name in fixed)}
