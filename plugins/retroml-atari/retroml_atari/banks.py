"""The emulators of an environment, in one bank or two.

Two banks can step apart: while the emulators of one work, somebody may think about what the other will do. What is played is
the same: each emulator has its own seed and its own random numbers.

Shapes: B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from retroml_atari.console import action_names, emulators

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_atari.settings import AtariConfig

__all__ = ["Banks", "Begun", "Stepped"]


class Begun(NamedTuple):
    """After a reset: observations (B, C, H, W), lives int32 (B,) and frames since the game began int32 (B,)."""

    obs: NDArray[np.uint8]
    lives: NDArray[np.int32]
    frames: NDArray[np.int32]


class Stepped(NamedTuple):
    """After a step: the like, with raw rewards int32 (B,), who ended (B,), and the last observations of those that did."""

    obs: NDArray[np.uint8]
    lives: NDArray[np.int32]
    frames: NDArray[np.int32]
    rewards: NDArray[np.int32]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    final: Mapping[int, NDArray[np.uint8]]


class Banks:
    """`count` emulators of `game`; with `two` in halves, the first of which may have one more. `threads` are for each bank."""

    def __init__(self, game: str, config: AtariConfig, count: int, threads: int = 0, *, two: bool = False) -> None:
        sizes = [count - count // 2, count // 2] if two and count > 1 else [count]
        bounds = [0, *np.cumsum(sizes).tolist()]
        self.slices = [slice(begin, end) for begin, end in pairwise(bounds)]
        self._banks = [emulators(game, config, size, threads) for size in sizes]
        self._strengths: Any = [[1.0] * size for size in sizes]
        self._last: list[Begun | Stepped | None] = [None for _ in sizes]
        self._first: Stepped | None = None

    @property
    def action_names(self) -> tuple[str, ...]:
        """The meanings of the agent's actions, in order."""
        return action_names(self._banks[0])

    def reset(self, seeds: NDArray[np.int64] | None = None, mask: NDArray[np.bool_] | None = None) -> Begun:
        """Reset all, or those of `mask` (B,); `seeds` holds one for each that is reset, in order."""
        used = 0
        for number, (bank, part) in enumerate(zip(self._banks, self.slices, strict=True)):
            chosen = None if mask is None else mask[part]
            count = part.stop - part.start if chosen is None else int(chosen.sum())
            if count:
                own = None if seeds is None else seeds[used : used + count]
                obs, info = bank.reset(seed=own, options=None if chosen is None else {"reset_mask": chosen})
                self._last[number] = Begun(obs, info["lives"], info["episode_frame_number"])
                used += count
        last = [one for one in self._last if one is not None]
        return Begun(
            _joined([one.obs for one in last]), _joined([one.lives for one in last]), _joined([one.frames for one in last])
        )

    def send(self, number: int, actions: NDArray[np.int64]) -> None:
        """Start a step of bank `number` with the actions of its emulators."""
        self._banks[number].ale.send(actions.tolist(), self._strengths[number])

    def first(self) -> Stepped:
        """Wait for the first bank alone. What it came to is also part of the next `recv`."""
        if self._first is None:
            self._first = self._wait(0)
        return self._first

    def recv(self) -> Stepped:
        """Wait for all banks."""
        first, self._first = self.first(), None
        return first if len(self._banks) == 1 else _both(first, self._wait(1), self.slices[1].start)

    def step(self, actions: NDArray[np.int64]) -> Stepped:
        """A step of all emulators (B,)."""
        for number, part in enumerate(self.slices):
            self.send(number, actions[part])
        return self.recv()

    def _wait(self, number: int) -> Stepped:
        obs, rewards, terminated, truncated, info = self._banks[number].ale.recv()
        final: Mapping[int, NDArray[np.uint8]] = {}
        if "final_obs" in info:
            final = {int(i): info["final_obs"][i].copy() for i in np.flatnonzero(terminated | truncated)}
        stepped = Stepped(obs, info["lives"], info["episode_frame_number"], rewards, terminated, truncated, final)
        self._last[number] = stepped
        return stepped


def _both(one: Stepped, other: Stepped, offset: int) -> Stepped:
    return Stepped(
        obs=_joined([one.obs, other.obs]),
        lives=_joined([one.lives, other.lives]),
        frames=_joined([one.frames, other.frames]),
        rewards=_joined([one.rewards, other.rewards]),
        terminated=_joined([one.terminated, other.terminated]),
        truncated=_joined([one.truncated, other.truncated]),
        final={**one.final, **{offset + i: obs for i, obs in other.final.items()}},
    )


def _joined(arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
    return arrays[0] if len(arrays) == 1 else np.concatenate(arrays)
