"""Replay: what was played, kept to be learned from again.

`buffer`      rings of steps; returns over several steps
`stacks`      observations kept as single pictures and built again
`frames`      where the pictures lie: in memory, in a mapped file, or compressed (`compressed`)
`sampling`    which steps are drawn, and how much each counts
`saving`      the replay as a tree whose full segments are parts
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_tianshou.replay.buffer import ReplayBuffer
from retroml_tianshou.replay.compressed import CompressedFrames
from retroml_tianshou.replay.frames import MappedFrames, MemoryFrames

if TYPE_CHECKING:
    from retroml_tianshou.off_policy_config import OffPolicyConfig
    from retroml_tianshou.replay.sampling import Sampler
    from retroml_tianshou.replay.stacks import StorageFactory

__all__ = ["capacity", "make_replay"]


def capacity(config: OffPolicyConfig) -> int:
    """How many steps the replay of `config` keeps: `replay_size`, rounded up to as many in every game."""
    return -(-config.replay_size // config.environments) * config.environments


def make_replay(config: OffPolicyConfig, observation_shape: tuple[int, int, int], sampler: Sampler) -> ReplayBuffer:
    """The replay of `config`; it takes memory as it fills. Raises ValueError when it is too small to learn from."""
    return ReplayBuffer(
        slots=capacity(config) // config.environments,
        environments=config.environments,
        observation_shape=observation_shape,
        horizon=config.n_step,
        gamma=config.gamma,
        sampler=sampler,
        storage=_storage(config),
    )


def _storage(config: OffPolicyConfig) -> StorageFactory:
    if config.replay_storage == "mapped":
        return partial(MappedFrames, folder=Path(config.replay_folder) if config.replay_folder else None)
    return CompressedFrames if config.replay_storage == "compressed" else MemoryFrames
