"""What to expect of a training before it starts: steps, films, disk, memory; said honestly, with where figures come from."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.config.validation import check, film_seconds, range_problems
from retroml_core.runs.forecast import forecast, free_bytes, size_text
from retroml_core.sizing import Sizes
from retroml_core.specs import Severity
from retroml_core.training.measured import Subject
from retroml_core.training.memory import read_memory

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig
    from retroml_core.specs import Problem
    from retroml_dearpygui.services.runbook import RunCard

__all__ = ["Expectation", "expect", "measured_speed"]

CAUTIOUS_STEPS_PER_SECOND = 250.0
"""What two cores without a GPU reach with the usual network; said as a guess until something was measured here."""
LEAST_SECONDS = 20.0
"""A training shorter than this says nothing about speed."""


@dataclass(frozen=True)
class Expectation:
    """`steps` of training in `seconds`, at a speed `measured` here or guessed; bytes of disk needed and free.

    `sizes` tells of networks and replay, `memory_free` how many bytes of memory are free for them. `warnings` are what settings
    of the run come to together, beyond the range of each, that does not forbid it. `subject` is what its speed depends on.
    """

    steps: float
    seconds: float
    measured: bool
    films: tuple[float | None, ...]
    disk: int
    free: int
    sizes: Sizes
    memory_free: int
    warnings: tuple[Problem, ...]
    subject: Subject

    @property
    def enough_disk(self) -> bool:
        """Whether it fits."""
        return self.disk <= self.free

    @property
    def disk_words(self) -> str:
        """The disk in words."""
        return f"at most {size_text(self.disk)} of disk, {size_text(self.free)} are free"

    @property
    def replay_words(self) -> str:
        """What the replay takes, in words; "" without one."""
        if self.sizes.replay_disk_bytes:
            return f"Its replay fills {size_text(self.sizes.replay_disk_bytes)} of disk while it trains."
        if not self.sizes.replay_memory_bytes:
            return ""
        return (
            f"Its replay fills up to {size_text(self.sizes.replay_memory_bytes)} of memory, "
            f"{size_text(self.memory_free)} are free."
        )


def measured_speed(cards: Iterable[RunCard], algorithm: str) -> float | None:
    """Steps a second that runs of `algorithm` made on this machine: the median of the newest, None when there are none."""
    speeds = [
        card.status.step / card.status.seconds
        for card in cards
        if card.algorithm == algorithm and card.status.seconds >= LEAST_SECONDS and card.status.step
    ]
    return statistics.median(speeds[:5]) if speeds else None


def expect(app: App, config: ExperimentConfig, speed: float | None, sizes: Sizes | None = None) -> Expectation:
    """What a run of `config` comes to at `speed` steps a second, None for a cautious guess. Blocks a little."""
    seconds = config.budget.limit_seconds()
    per_second = speed or CAUTIOUS_STEPS_PER_SECOND
    steps = min(config.budget.steps or float("inf"), float("inf") if seconds is None else seconds * per_second)
    if seconds is None:
        seconds = steps / per_second
    films = tuple(_film_seconds(config, name, seconds) for name in config.film.renderers)
    return Expectation(
        steps=steps,
        seconds=seconds,
        measured=speed is not None,
        films=films,
        disk=forecast(config, app, sizes).total,
        free=free_bytes(app.root.path),
        sizes=sizes or Sizes(),
        memory_free=read_memory().available,
        warnings=_warnings(app, config),
        subject=Subject.of(config),
    )


def _warnings(app: App, config: ExperimentConfig) -> tuple[Problem, ...]:
    in_range = {problem.key for problem in range_problems(config)}
    found = (problem for problem in check(config, app) if problem.severity is Severity.WARNING)
    return tuple(problem for problem in found if problem.key not in in_range)


def _film_seconds(config: ExperimentConfig, renderer: str, training: float) -> float | None:
    """How long a film will be; None when it is as long as what it shows."""
    if renderer == "final_run":
        return None
    asked = film_seconds(config.film.length)
    return training if asked is None else asked
