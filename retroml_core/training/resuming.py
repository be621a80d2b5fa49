"""Whether a checkpoint still fits the config of its run, which somebody may have edited since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from retroml_core.runs.continuing import MUST_STAY

if TYPE_CHECKING:
    from retroml_core.schema import ExperimentConfig

__all__ = ["differences", "in_the_way", "state_settings"]


def state_settings(config: ExperimentConfig) -> dict[str, Any]:
    """The settings that a state of training may depend on, as a plain tree that is kept with each checkpoint."""
    from retroml_core.config.composing import to_tree

    tree = to_tree(config)
    return {key: tree[key] for key in ("game", "environment", "network", "algorithm")}


def differences(before: Any, now: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Each setting that differs between two trees, and how: ("algorithm.learning_rate", "0.001 -> 0.0005").

    A setting that only one of them has is none that anybody changed: a new version brought it, or took it away.
    """
    if isinstance(before, Mapping) and isinstance(now, Mapping):
        for name in sorted(before.keys() & now.keys()):
            yield from differences(before[name], now[name], f"{key}.{name}" if key else str(name))
    elif before != now:
        yield key, f"{before} -> {now}"


def in_the_way(changed: Mapping[str, str]) -> dict[str, str]:
    """Those of the changed settings with which training cannot go on."""
    return {key: how for key, how in changed.items() if any(key == fixed or key.startswith(f"{fixed}.") for fixed in MUST_STAY)}
