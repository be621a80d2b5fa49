"""What is wrong with the metrics that a config defines, said before a run starts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from retroml_core.specs import AlgorithmSpec, MetricSpec, Problem
from retroml_metrics.expressions import BadExpression, parse
from retroml_metrics.names import custom_name

if TYPE_CHECKING:
    from retroml_core.plugins.registry import Registry
    from retroml_core.schema import ExperimentConfig

__all__ = ["definition_problems", "metrics_at_hand"]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


def definition_problems(config: ExperimentConfig, registry: Registry) -> Iterator[Problem]:
    """Every fault of `custom_metrics`: names, expressions, metrics that nothing in this run reports."""
    known = metrics_at_hand(config, registry)
    for name, text in config.custom_metrics.items():
        key = f"custom_metrics.{name}"
        if not _NAME.fullmatch(name):
            message = "the name must be lower-case letters, digits and _, a letter first, at most 40 of them"
            yield Problem(key=key, value=text, message=message, hint="such as win_rate")
        try:
            parse(text, known)
        except BadExpression as error:
            yield Problem(key=key, value=text, message=str(error), hint="docs/metrics.md tells what an expression may say")
        if known is not None:
            known.add(custom_name(name))


def metrics_at_hand(config: ExperimentConfig, registry: Registry) -> set[str] | None:
    """The names that the algorithm and the metrics of `config` report; None when the algorithm does not tell its own."""
    algorithm = registry.of("algorithm").get(config.algorithm.name)
    if not isinstance(algorithm, AlgorithmSpec) or not algorithm.reports:
        return None
    specs = [registry.of("metric").get(name) for name in config.metrics]
    reported = {name for spec in specs if isinstance(spec, MetricSpec) for name in spec.reports}
    return {*algorithm.reports, *reported}
