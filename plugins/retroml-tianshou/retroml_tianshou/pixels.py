"""Observations as networks want them: channels last in memory, so that the stacked frames of a pixel lie side by side.

Shapes: B observations, C stacked frames, H height, W width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["channels_last", "move_on"]


def channels_last(obs_BCHW: NDArray[np.uint8], out_BHWC: NDArray[np.uint8] | None = None) -> NDArray[np.uint8]:
    """The observations as (B, H, W, C), in `out_BHWC` where it is given.

    Frame by frame: two to four times quicker than the general transposition of torch or NumPy (8 to 64 observations).
    """
    count, channels, height, width = obs_BCHW.shape
    if out_BHWC is None:
        out_BHWC = np.empty((count, height, width, channels), np.uint8)
    for channel in range(channels):
        out_BHWC[..., channel] = obs_BCHW[:, channel]
    return out_BHWC


def move_on(before_BHWC: NDArray[np.uint8], newest_BHW: NDArray[np.uint8], out_BHWC: NDArray[np.uint8]) -> None:
    """Write the stacks of `before_BHWC`, less the oldest frame of each and with a newest one, into `out_BHWC`.

    Both are contiguous, and may be the same. The frames of a pixel lie side by side, so that all but the newest belong one
    byte further on: two to three times quicker than `channels_last`.
    """
    out_BHWC.reshape(-1)[:-1] = before_BHWC.reshape(-1)[1:]
    out_BHWC[..., -1] = newest_BHW
