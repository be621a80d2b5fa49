"""What the overlays say about one moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Caption"]


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What is known about one moment.

    `seconds` and `step` of training, `episode` number, `index` of the step within it, `game_seconds` since the game began,
    `score` in it, `best` score so far (None: none yet), `action` taken, `probabilities` float (A,) and `value` of the policy
    stored at `policy_step` (None: unknown), what its `layers` answered (float arrays by name), `x` where the curve's dot is.
    """

    seconds: float
    step: int
    episode: int
    game_seconds: float
    score: float
    best: float | None
    action: int
    probabilities: NDArray[np.float32] | None
    policy_step: int | None
    x: float
    index: int = 0
    value: float | None = None
    layers: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
