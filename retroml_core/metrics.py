"""What a metric plugin is: an object told about rollouts, updates and episodes that answers with named numbers.

Names are paths (`policy/entropy`, `score/mean_100`); the standard ones are in docs/metrics.md. A metric is called a few
times a second at most, never per step, in the training process: keep it quick.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.environment import EpisodeEnd
    from retroml_core.tree import Tree

__all__ = ["CUSTOM", "Histogram", "Metric", "UpdateBatch", "is_reported"]

CUSTOM = "custom"
"""The metric that computes what `custom_metrics` of a config define: it is given them as `definitions`, and comes last."""


@dataclass(frozen=True, kw_only=True)
class UpdateBatch:
    """One chunk of training as metrics see it.

    `metrics` are the numbers that the algorithm and the metrics before this one reported, by name. `samples` are arrays of
    the chunk, each (n,), read only: `actions`, `values`, `returns`, `advantages`, `rewards`, as far as the algorithm has
    them. `seconds` is the training time so far, `chunk_seconds` what this chunk took.
    """

    step: int
    update: int
    seconds: float
    chunk_seconds: float
    chunk_steps: int
    frames_per_step: int
    action_count: int
    metrics: Mapping[str, float]
    episodes: tuple[EpisodeEnd, ...] = ()
    samples: Mapping[str, NDArray[np.generic]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Histogram:
    """How often values fell into each of some equally wide bins from `low` to `high`."""

    low: float
    high: float
    counts: tuple[int, ...]


def is_reported(name: str, names: Iterable[str]) -> bool:
    """Whether metric `name` is among `names`, in which `*` stands for anything: `grad/norm_*`."""
    return any(fnmatchcase(name, known) for known in names)


class Metric:
    """Base of metrics: override `on_update`; with a memory of its own also `state` and `restore`, so that resuming is exact."""

    def __init__(self, config: Any = None) -> None:
        self.config = config

    def on_update(self, batch: UpdateBatch) -> Mapping[str, float]:
        """Numbers by name for this chunk; an empty mapping when there is nothing to say."""
        return {}

    def histograms(self, batch: UpdateBatch) -> Mapping[str, Histogram]:
        """How values of this chunk are spread, by name; asked after `on_update`, every few seconds only. Must not change the
        state."""
        return {}

    def state(self) -> Tree:
        """What must survive a pause, as a plain tree."""
        return {}

    def restore(self, state: Tree) -> None:
        """Take up `state()`."""
