"""A metric: how much of the play is one and the same action. `retroml 'metrics=[standard,calm]'` computes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from retroml_core import MetricSpec, hookimpl
from retroml_core.metrics import Metric, UpdateBatch


@dataclass
class CalmConfig:
    """It has no settings but its name."""

    name: str = "calm"


class Calm(Metric):
    """The share of the commonest action in an update, and the greatest share of any update so far."""

    greatest = 0.0

    def on_update(self, batch: UpdateBatch) -> Mapping[str, float]:
        """Two shares; nothing of an algorithm that shows no actions."""
        actions = batch.samples.get("actions")
        if actions is None or not len(actions):
            return {}
        share = float(np.unique(actions, return_counts=True)[1].max() / len(actions))
        self.greatest = max(self.greatest, share)
        return {"calm/share": share, "calm/greatest": self.greatest}

    def state(self) -> dict[str, Any]:
        """What a paused run must not forget."""
        return {"greatest": self.greatest}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Take it up."""
        self.greatest = state["greatest"]


@hookimpl
def retroml_metrics() -> list[MetricSpec]:
    """The metric, with the names it reports and their units."""
    return [
        MetricSpec(
            name="calm",
            title="Calmness",
            summary="How much of the play is one and the same action.",
            config=CalmConfig,
            factory="calm:Calm",
            reports={"calm/share": "", "calm/greatest": ""},
        )
    ]
