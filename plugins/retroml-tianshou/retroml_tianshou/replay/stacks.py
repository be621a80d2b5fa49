"""Observations kept as single pictures, and built again as the agent saw them.

An observation is a stack of C pictures of which a step adds only the newest, so that is what a slot keeps, with the **age**
of the game: how many steps it had been played. A stack that reaches back before the start of its game holds blank pictures
there, as the environment shows it. Environments whose observations are not such stacks are kept whole.

Shapes: L slots, B environments, N observations, C stacked pictures, H height, W width, P bytes of a picture.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.algorithm import TrainingFault

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_tianshou.replay.frames import FrameStorage

__all__ = ["Stacks", "StorageFactory"]

StorageFactory = Callable[[int, int, int], "FrameStorage"]
"""Makes room for pictures: `(slots, environments, bytes of a picture)`."""


class Stacks:
    """A ring of L slots of B observations each. What the first observations look like decides how all are kept."""

    def __init__(self, slots: int, environments: int, observation_shape: tuple[int, int, int], storage: StorageFactory) -> None:
        self.slots, self.environments = slots, environments
        self.observation_shape = observation_shape
        self.ages_LB = np.zeros((slots, environments), np.uint8)
        self.frames: FrameStorage | None = None
        self.history = 0
        self._storage = storage
        self._previous: NDArray[np.uint8] | None = None

    def start(self, *, stacked: bool) -> FrameStorage:
        """Make room for single pictures, or for whole observations; `history` slots before its own make up a stack."""
        channels, height, width = self.observation_shape
        self.history = channels - 1 if stacked else 0
        self.frames = self._storage(self.slots, self.environments, (channels - self.history) * height * width)
        return self.frames

    def see(self, slot: int, obs_BCHW: NDArray[np.uint8], begun_B: NDArray[np.bool_]) -> None:
        """Keep observations; `begun_B` are the environments whose game begins with them.

        The very first ones must all begin a game. Raises TrainingFault when stacks do not run on as the first promised.
        """
        frames = self.frames or self.start(stacked=not obs_BCHW[:, :-1].any())
        if self.history:
            self._check(obs_BCHW, begun_B)
        self.ages_LB[slot] = np.where(begun_B, 0, np.minimum(self.ages_LB[slot - 1], 254) + 1)
        frames.write(slot, obs_BCHW[:, -1 if self.history else 0 :].reshape(self.environments, -1))
        self._previous = obs_BCHW

    def _check(self, obs_BCHW: NDArray[np.uint8], begun_B: NDArray[np.bool_]) -> None:
        """The older pictures of each stack must be the newer ones of the stack before it, or blank where a game begins."""
        if self._previous is None:
            return
        if begun_B.any():
            running = np.flatnonzero(~begun_B)
            blank = not obs_BCHW[begun_B, :-1].any()
            sound = blank and np.array_equal(obs_BCHW[running, :-1], self._previous[running, 1:])
        else:
            sound = np.array_equal(obs_BCHW[:, :-1], self._previous[:, 1:])
        if not sound:
            raise TrainingFault(
                "the observations of this environment begin like stacks of pictures but do not go on like them",
                hint="a replay needs observations that move on by one picture a step; environment.stack=1 always does",
            )

    def take(self, slots_N: NDArray[np.int64], environments_N: NDArray[np.int64]) -> NDArray[np.uint8]:
        """The observations (N, C, H, W) of these slots and environments. Their `history` must still be there."""
        if self.frames is None:
            raise ValueError("nothing was seen yet")
        if not self.history:
            return self.frames.take(slots_N, environments_N).reshape(-1, *self.observation_shape)
        back_C = np.arange(self.history, -1, -1)
        blank_NC = self.ages_LB[slots_N, environments_N][:, None] < back_C
        slots_NC = (slots_N[:, None] - np.where(blank_NC, 0, back_C)) % self.slots
        pictures = self.frames.take(slots_NC.ravel(), np.repeat(environments_N, len(back_C)))
        obs_NCHW = pictures.reshape(-1, *self.observation_shape)
        if blank_NC.any():
            obs_NCHW[blank_NC] = 0
        return obs_NCHW
