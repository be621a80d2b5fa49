"""Metrics for Retro ML: scores and speed, what can be said of values and advantages, and the shares of the actions."""

from __future__ import annotations

from retroml_core import MetricSpec, hookimpl
from retroml_metrics.names import ACTIONS, ADVANTAGES, STANDARD
from retroml_metrics.settings import ActionsConfig, AdvantagesConfig, StandardConfig

__all__ = ["retroml_metrics"]


@hookimpl
def retroml_metrics() -> list[MetricSpec]:
    """The metrics of this plugin."""
    return [
        MetricSpec(
            name="standard",
            title="Standard metrics",
            summary="Scores of the last games, speed, and what can be said of values, advantages and actions.",
            config=StandardConfig,
            factory="retroml_metrics.standard:StandardMetric",
            reports=STANDARD,
        ),
        MetricSpec(
            name="advantages",
            title="Spread of the advantages",
            summary="Least, greatest and quantiles of the advantages of each update, and the share that is positive.",
            config=AdvantagesConfig,
            factory="retroml_metrics.advantages:AdvantagesMetric",
            reports=ADVANTAGES,
        ),
        MetricSpec(
            name="actions",
            title="Shares of the actions",
            summary="How often each action was taken in each update.",
            config=ActionsConfig,
            factory="retroml_metrics.actions:ActionsMetric",
            reports=ACTIONS,
        ),
    ]
