"""What measured things are called, in words: their names are made for files, not for people."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_core.runs.run import SCORE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from retroml_core.plugins.registry import Registry
    from retroml_core.specs import AlgorithmSpec, MetricSpec

__all__ = ["metric_title", "metric_titles"]


def metric_title(name: str, unit: str = "") -> str:
    """ "time/steps_per_second" in "steps/s" is "Time: steps per second (steps/s)"; "score" is the score of single games."""
    if name == SCORE:
        return "Score of the games"
    group, _, rest = name.replace("_", " ").rpartition("/")
    words = f"{group}: {rest}" if group else rest
    return f"{words[:1].upper()}{words[1:]}{f' ({unit})' if unit else ''}"


def metric_titles(registry: Registry, names: Iterable[str]) -> dict[str, str]:
    """The names by their titles, in order; units are those that the algorithms and metrics installed declare."""
    offers: list[AlgorithmSpec | MetricSpec] = [*registry.algorithms.values(), *registry.metrics.values()]
    units = {name: unit for spec in offers for name, unit in spec.reports.items()}
    return {metric_title(name, units.get(name, "")): name for name in names}
