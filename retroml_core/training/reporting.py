"""What is said about training: events, state and metrics, often at first, at most once a second in a long run.

Chunks between two reports are merged: steps and episodes add up, metrics are averaged.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from retroml_core.algorithm import Report, TrainingFault
from retroml_core.events import EpisodeFinished, HistogramTaken, RewardUpdate, TimestepUpdate, UpdateFinished
from retroml_core.faults import told
from retroml_core.metrics import CUSTOM, Metric, UpdateBatch
from retroml_core.plugins.registry import resolve
from retroml_core.training.clock import Throughput

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.environment import EnvInfo, EpisodeEnd
    from retroml_core.training.attempt import Attempt
    from retroml_core.tree import Tree

__all__ = ["Reporter", "check_finite", "open_metrics"]

MUST_BE_FINITE = ("loss/", "grad/")
HISTOGRAM_SECONDS = 5.0

Result = TypeVar("Result")


def check_finite(metrics: Mapping[str, float]) -> None:
    """Raise TrainingFault naming the first loss or gradient that is not a number."""
    for name, value in metrics.items():
        if name.startswith(MUST_BE_FINITE) and not math.isfinite(value):
            raise TrainingFault(f"{name} is {value}", metric=name, value=value, hint="a lower learning rate often helps")


def open_metrics(attempt: Attempt) -> dict[str, Metric]:
    """The metrics the config names, made by their plugins; one that cannot be made is reported and left out."""
    made: dict[str, Metric] = {}
    custom = attempt.config.custom_metrics
    for name in [name for name in attempt.config.metrics if name != CUSTOM] + [CUSTOM] * bool(custom):
        settings = {"definitions": custom} if name == CUSTOM else {}
        try:
            spec = attempt.app.registry.metrics[name]
            with attempt.app.registry.blaming("metric", name):
                made[name] = resolve(spec.factory)(spec.config(**settings))
        except Exception as error:  # noqa: BLE001  # a plugin may fail in any way
            attempt.problem(f"metric {name} cannot be computed: {told(error)}", hint="training goes on without it")
    return made


class Reporter:
    """Takes in the report of each chunk."""

    def __init__(self, attempt: Attempt, info: EnvInfo, metrics: dict[str, Metric]) -> None:
        self._attempt = attempt
        self._info = info
        self._metrics = metrics
        self._speed = Throughput()
        self._said_at = self._drawn_at = -math.inf
        self._said_step = 0
        self._updates = 0
        self._sums: dict[str, list[float]] = {}
        self._episodes: list[EpisodeEnd] = []
        self._samples: Mapping[str, NDArray[Any]] = {}

    def start(self) -> None:
        """Begin at where the tally and the clock stand; with a budget in time, say which share of it schedules begin with."""
        seconds, steps = self._attempt.clock.seconds(), self._attempt.tally.steps
        self._speed.add(seconds, steps)
        self._said_at, self._said_step = seconds, steps
        self.show()
        if self._attempt.allowance.seconds is not None:
            self._say_progress(seconds)

    def take(self, report: Report) -> None:
        """Count a chunk and say so when it is time. Raises TrainingFault when a loss is not a number."""
        attempt, tally = self._attempt, self._attempt.tally
        tally.steps += report.steps
        tally.updates += report.updates
        attempt.bus.step = tally.steps
        for number, episode in enumerate(report.episodes, start=tally.episodes + 1):
            attempt.bus.say(_finished(number, episode, attempt.clock.seconds()))
        tally.count(report.episodes)
        check_finite(report.metrics)
        for name, value in report.metrics.items():
            self._sums.setdefault(name, []).append(float(value))
        self._updates += report.updates
        self._episodes += report.episodes
        self._samples = report.samples or self._samples
        if attempt.clock.seconds() - self._said_at >= self._interval():
            self.say()

    def say(self) -> None:
        """Say what happened since the last time."""
        attempt, tally = self._attempt, self._attempt.tally
        seconds = attempt.clock.seconds()
        if tally.steps == self._said_step and not self._updates:
            return
        self._speed.add(seconds, tally.steps)
        batch, metrics = self._measure(seconds)
        attempt.bus.say(UpdateFinished(update=tally.updates, seconds=seconds, metrics=metrics))
        self._say_histograms(batch)
        mean = tally.mean()
        if self._episodes and mean is not None and tally.last is not None and tally.best is not None:
            attempt.bus.say(RewardUpdate(mean=mean, last=tally.last, best=tally.best, window=len(tally.recent)))
        self.show()
        self._say_progress(seconds)
        self._said_at, self._said_step, self._updates = seconds, tally.steps, 0
        self._sums, self._episodes, self._samples = {}, [], {}

    def show(self) -> None:
        """Put the counters into the state."""
        tally, seconds = self._attempt.tally, self._attempt.clock.seconds()
        progress = self._progress(seconds)
        self._attempt.state.set(
            step=tally.steps,
            frames=progress.frames,
            episodes=tally.episodes,
            fraction=progress.fraction,
            seconds=seconds,
            seconds_left=progress.seconds_left,
            steps_per_second=progress.steps_per_second,
            mean_score=tally.mean(),
            best_score=tally.best,
            last_score=tally.last,
        )

    def metric_states(self) -> Tree:
        """What the metrics must keep over a pause."""
        return {name: metric.state() for name, metric in self._metrics.items()}

    def restore_metrics(self, states: Tree) -> None:
        """Take up `metric_states()`; a metric that is new since then begins afresh."""
        for name, state in states.items():
            if name in self._metrics:
                self._guard(name, partial(self._metrics[name].restore, state))

    def _say_progress(self, seconds: float) -> None:
        progress = self._progress(seconds)
        self._attempt.control.share = progress.fraction
        self._attempt.bus.say(progress)

    def _interval(self) -> float:
        return min(1.0, 0.02 + self._attempt.clock.seconds() / 60.0)

    def _progress(self, seconds: float) -> TimestepUpdate:
        tally, allowance, rate = self._attempt.tally, self._attempt.allowance, self._speed.rate()
        return TimestepUpdate(
            steps=tally.steps,
            frames=tally.steps * self._info.frames_per_step,
            episodes=tally.episodes,
            fraction=allowance.fraction(tally.steps, seconds),
            steps_per_second=rate,
            seconds=seconds,
            seconds_left=allowance.seconds_left(tally.steps, seconds, rate),
        )

    def _measure(self, seconds: float) -> tuple[UpdateBatch, dict[str, float]]:
        """What metric plugins see, and all numbers: the algorithm's own, then theirs."""
        tally = self._attempt.tally
        metrics = {name: sum(values) / len(values) for name, values in self._sums.items()}
        metrics.setdefault("time/steps_per_second", self._speed.rate())
        batch = UpdateBatch(
            step=tally.steps,
            update=tally.updates,
            seconds=seconds,
            chunk_seconds=seconds - self._said_at,
            chunk_steps=tally.steps - self._said_step,
            frames_per_step=self._info.frames_per_step,
            action_count=self._info.action_count,
            metrics=MappingProxyType(metrics),
            episodes=tuple(self._episodes),
            samples=self._samples,
        )
        for name, metric in list(self._metrics.items()):
            metrics.update(self._guard(name, partial(_numbers, metric, batch)) or {})
        return batch, metrics

    def _say_histograms(self, batch: UpdateBatch) -> None:
        if batch.seconds - self._drawn_at < HISTOGRAM_SECONDS:
            return
        self._drawn_at = batch.seconds
        for name, metric in list(self._metrics.items()):
            for title, found in (self._guard(name, partial(metric.histograms, batch)) or {}).items():
                spread = HistogramTaken(name=title, update=batch.update, low=found.low, high=found.high, counts=found.counts)
                self._attempt.bus.say(spread)

    def _guard(self, name: str, work: Callable[[], Result]) -> Result | None:
        try:
            with self._attempt.app.registry.blaming("metric", name):
                return work()
        except Exception as error:  # noqa: BLE001  # a plugin may fail in any way
            self._metrics.pop(name, None)
            self._attempt.problem(f"metric {name} failed: {told(error)}", hint="training goes on without it")
            return None


def _numbers(metric: Metric, batch: UpdateBatch) -> dict[str, float]:
    """What `metric` says of `batch`; raises where that is not numbers by name."""
    return {name: float(value) for name, value in (metric.on_update(batch) or {}).items()}


def _finished(number: int, episode: EpisodeEnd, seconds: float) -> EpisodeFinished:
    return EpisodeFinished(
        number=number,
        environment=episode.environment,
        score=episode.score,
        length=episode.length,
        first_step=episode.first_step,
        seconds=seconds,
        truncated=episode.truncated,
    )
