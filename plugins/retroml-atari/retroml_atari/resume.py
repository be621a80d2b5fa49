"""Bringing emulators to where they were, since ale-py's vector environment cannot save its state.

Each environment is seeded with its key, reset as often as it was since, and its actions are replayed. All environments must
step together, so those with less to replay begin later and meanwhile play anything: their key wipes it away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_atari.banks import Banks, Begun, Stepped

__all__ = ["Replay", "replay"]


@dataclass(frozen=True)
class Replay:
    """One environment: the `seed` of its key, idle `frames` of the key's game and each since, the `actions` to replay."""

    seed: int
    frames: Sequence[int]
    actions: NDArray[np.uint8]


class Witness(Protocol):
    """Is told what a replay does; see `retroml_atari.prelude.Prelude`."""

    def begun(self, environments: NDArray[np.int64], now: Begun) -> None:
        """`environments` stand at the first game to be replayed, all as `now` says."""

    def stepped(self, actions: NDArray[np.int64], stepped: Stepped) -> None:
        """All environments took a step."""


def replay(emulators: Banks, replays: Sequence[Replay], *, from_key: bool, witness: Witness | None = None) -> NDArray[np.uint8]:
    """Replay all; the observations (B, C, H, W) at the end.

    With `from_key` the replayed actions are all since the key, else those of the open game alone. Raises ValueError
    naming the environment whose games do not begin as they did.
    """
    longest = max(len(one.actions) for one in replays)
    starts = np.array([longest - len(one.actions) for one in replays])
    obs = emulators.reset(np.array([one.seed for one in replays], np.int64)).obs
    resets = Resets(emulators, replays, from_key)
    for tick in range(longest + 1):
        beginning = np.flatnonzero(starts == tick)
        if len(beginning):
            now = resets.begin(beginning)
            obs = now.obs
            if witness is not None:
                witness.begun(beginning, now)
        if tick < longest:
            chosen = [
                int(one.actions[tick - start]) if tick >= start else 0 for one, start in zip(replays, starts, strict=True)
            ]
            actions = np.array(chosen, np.int64)
            stepped = emulators.step(actions)
            if witness is not None:
                witness.stepped(actions, stepped)
            resets.check_ends(tick >= starts, stepped.terminated | stepped.truncated, stepped.frames)
            obs = stepped.obs
    return obs


class Resets:
    """Resets emulators as they were reset since their keys, and checks that each game begins as it did."""

    def __init__(self, emulators: Banks, replays: Sequence[Replay], from_key: bool) -> None:
        self._emulators = emulators
        self._replays = replays
        self._from_key = from_key
        self._done = [0] * len(replays)

    def begin(self, environments: NDArray[np.int64]) -> Begun:
        """Seed `environments` with their keys; without `from_key`, also reset them until their open game begins."""
        mask = np.zeros(len(self._replays), np.bool_)
        mask[environments] = True
        seeds = np.array([self._replays[i].seed for i in environments], np.int64)
        now = self._emulators.reset(seeds, mask)
        self._check(environments, now.frames)
        while not self._from_key and mask.any():
            mask = mask & [self._done[i] < len(one.frames) for i, one in enumerate(self._replays)]
            if mask.any():
                now = self._emulators.reset(mask=mask)
                self._check(np.flatnonzero(mask), now.frames)
        return now

    def check_ends(self, replaying: NDArray[np.bool_], ended: NDArray[np.bool_], frames: NDArray[np.int32]) -> None:
        """Games that end while they are replayed are those since the key; they begin again as they did."""
        environments = np.flatnonzero(replaying & ended)
        if len(environments):
            self._check(environments, frames)

    def _check(self, environments: NDArray[np.int64], frames: NDArray[np.int32]) -> None:
        for i in environments:
            expected = self._replays[i].frames
            if self._done[i] >= len(expected) or expected[self._done[i]] != frames[i]:
                raise ValueError(f"environment {i} cannot be brought back: its games do not begin as they did")
            self._done[i] += 1
