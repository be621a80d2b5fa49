"""How often each action was taken in an update."""

from __future__ import annotations

from collections.abc import Mapping

from retroml_core.metrics import Metric, UpdateBatch
from retroml_metrics.formulas import action_shares
from retroml_metrics.names import MAX_ACTIONS, action_name

__all__ = ["ActionsMetric"]


class ActionsMetric(Metric):
    """Shares of `samples["actions"]`; says nothing for an algorithm that does not show them."""

    def on_update(self, batch: UpdateBatch) -> Mapping[str, float]:
        """Names are in `retroml_metrics.names.ACTIONS`, one for each action of the game."""
        actions_N = batch.samples.get("actions")
        if actions_N is None or not actions_N.size:
            return {}
        shares = action_shares(actions_N, batch.action_count)[:MAX_ACTIONS]
        return {action_name(action): float(share) for action, share in enumerate(shares)}
