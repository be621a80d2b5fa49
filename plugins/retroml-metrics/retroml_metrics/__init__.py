"""Metrics for Retro ML: scores and speed, what can be said of values and advantages, the shares of the actions, and what a
config defines."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from retroml_core import MetricSpec, hookimpl
from retroml_metrics.names import ACTIONS, ADVANTAGES, STANDARD
from retroml_metrics.settings import ActionsConfig, AdvantagesConfig, CustomConfig, StandardConfig

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig
    from retroml_core.specs import Problem

__all__ = ["retroml_check_config", "retroml_metrics"]


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
            summary="Least, greatest, quantiles and a histogram of the advantages of each update, and the share above 0.",
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
        MetricSpec(
            name="custom",
            title="Metrics of your own",
            summary="What `custom_metrics` of a run defines by expressions, such as mean(score > 0).",
            config=CustomConfig,
            factory="retroml_metrics.custom:CustomMetric",
        ),
    ]


@hookimpl
def retroml_check_config(app: App, config: ExperimentConfig) -> Iterable[Problem]:
    """What is wrong with the metrics that `config` defines."""
    if not config.custom_metrics:
        return []
    from retroml_metrics.definitions import definition_problems

    return list(definition_problems(config, app.registry))
