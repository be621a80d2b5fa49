"""Finding ROMs and setting up emulators: the only place that knows how ale-py is called.

`AtariVectorEnv` is used in its same-step mode: the observation after an end is the first of the next game. Rewards stay
raw and lives do not end games: with `episodic_life=True` ale-py restarts the whole game at each lost life.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ale_py.vector_env import AtariVectorEnv

    from retroml_atari.settings import AtariConfig

__all__ = ["action_names", "emulators", "rom_path", "rom_sha256", "versions"]


def rom_path(game: str) -> Path:
    """The ROM of `game`. Raises ValueError when ale-py has none."""
    from ale_py import roms

    path = roms.get_rom_path(game) if game in roms.get_all_rom_ids() else None
    if path is None:
        raise ValueError(f"ale-py has no ROM for the game {game!r}; `retroml games` lists those it has")
    return Path(path)


def rom_sha256(game: str) -> str:
    """The SHA-256 of the ROM of `game`, in hex."""
    return hashlib.sha256(rom_path(game).read_bytes()).hexdigest()


def versions() -> dict[str, str]:
    """The versions that decide what a re-simulation looks like."""
    return {name: importlib.metadata.version(name) for name in ("ale-py", "retroml-atari")}


def emulators(game: str, config: AtariConfig, count: int, threads: int = 0) -> AtariVectorEnv:
    """`count` emulators of `game` stepped by `threads` threads (0: as many as there are cores)."""
    from ale_py.vector_env import AtariVectorEnv

    rom_path(game)
    return AtariVectorEnv(
        game,
        count,
        num_threads=threads,
        autoreset_mode="SameStep",
        frameskip=config.frameskip,
        maxpool=config.max_pool,
        img_height=config.image_height,
        img_width=config.image_width,
        stack_num=config.stack,
        noop_max=config.noop_max,
        use_fire_reset=config.fire_on_reset,
        repeat_action_probability=config.repeat_probability,
        full_action_space=config.full_action_space,
        max_num_frames_per_episode=config.time_limit_frames,
        episodic_life=False,
        life_loss_info=False,
        reward_clipping=False,
    )


def action_names(emulators: AtariVectorEnv) -> tuple[str, ...]:
    """The meanings of the agent's actions, in order."""
    return tuple(action.name for action in emulators.ale.get_action_set())
