"""What one vector step did, as the recorder is told it.

Shapes: B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_atari.keys import Beginning

__all__ = ["ENDED", "LIFE_LOST", "TRUNCATED", "Played", "flags_of"]

LIFE_LOST: Final = 1
"""A life was lost at this step."""
ENDED: Final = 2
"""The game ended with this step; the observation after it is the first of the next game."""
TRUNCATED: Final = 4
"""It ended by the time limit."""


class Played(NamedTuple):
    """Executed actions int64 (B,), raw rewards int32 (B,), flags uint8 (B,), observations (B, C, H, W) after the step, the
    last observations of games that ended by environment, and the games that began."""

    actions: NDArray[np.int64]
    rewards: NDArray[np.int32]
    flags: NDArray[np.uint8]
    obs: NDArray[np.uint8]
    final_obs: Mapping[int, NDArray[np.uint8]]
    begun: tuple[Beginning, ...]


def flags_of(
    terminated: NDArray[np.bool_], truncated: NDArray[np.bool_], lives: NDArray[np.int32], before: NDArray[np.int32]
) -> NDArray[np.uint8]:
    """The flags (B,) of a step after which there are `lives`, of `before`."""
    ended = terminated | truncated
    lost = ((lives < before) & ~ended) | (terminated & (before > 0))
    flags: NDArray[np.uint8] = (lost * LIFE_LOST + ended * ENDED + truncated * TRUNCATED).astype(np.uint8)
    return flags
