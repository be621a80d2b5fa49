"""A finished run for tests, written by the code that writes real ones."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.events import (
    CheckpointSaved,
    EpisodeFinished,
    EvaluationFinished,
    RunState,
    RunStateChanged,
    TrainingComplete,
    UpdateFinished,
)
from retroml_core.testing.apps import tiny_app
from retroml_core.testing.tiny import TinyConfig

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.runs.run import Run
    from retroml_core.schema import ExperimentConfig
    from retroml_core.training.bus import MetricEventBus

__all__ = ["TinyRun", "tell_tiny_run", "tiny_config", "tiny_run"]

STEPS_AN_UPDATE = 128
EPISODES_AN_UPDATE = 2
SECONDS_AN_UPDATE = 0.5


@dataclass
class TinyRun:
    """What `tiny_run` writes: how many updates and which scores, which rise with some noise when none are given.

    `evaluation` is the score and the length of each evaluation episode at the end.
    """

    updates: int = 20
    seed: int = 7
    scores: list[float] = field(default_factory=list)
    evaluation: tuple[tuple[float, int], ...] = ((3.0, 40), (5.0, 44))

    def __post_init__(self) -> None:
        if not self.scores:
            noise = np.random.default_rng(self.seed).normal(0, 2, self.updates * EPISODES_AN_UPDATE)
            self.scores = [round(index / 2 + float(wobble), 2) for index, wobble in enumerate(noise)]


def tiny_config(seed: int = 7) -> ExperimentConfig:
    """The config of a short run of the random agent on the tiny game."""
    from retroml_core.builtin.configs import RandomConfig
    from retroml_core.schema import Budget, ExperimentConfig, FilmConfig

    return ExperimentConfig(
        game="tiny",
        environment=TinyConfig(),
        algorithm=RandomConfig(environments=2),
        budget=Budget(steps=20 * STEPS_AN_UPDATE),
        film=FilmConfig(renderers=[]),
        metrics=[],
        seed=seed,
    )


def tiny_run(
    folder: Path, content: TinyRun | None = None, *, app: App | None = None, config: ExperimentConfig | None = None
) -> Run:
    """A completed run under the data root `folder`: config, provenance, events, checkpoints, state; no tape, no films."""
    from retroml_core.files import write_json
    from retroml_core.runs.eventlog import EventLog
    from retroml_core.runs.run import create_run
    from retroml_core.training.bus import MetricEventBus

    content = content or TinyRun()
    run = create_run(app or tiny_app(folder), config or tiny_config(content.seed))
    write_json(run.folder / "provenance.json", {"python": "3.11", "packages": {"retroml-core": "0.1.0"}})
    log = EventLog(run.events_folder, 1)
    bus = MetricEventBus(log)
    try:
        tell_tiny_run(run, bus, content)
    finally:
        bus.close()
        log.close()
    return run


def tell_tiny_run(run: Run, bus: MetricEventBus, content: TinyRun) -> None:
    """Say on `bus` all that such a run says, and set its state; for tests of what follows a run while it trains."""
    from retroml_core.runs.state import StateFile

    state = StateFile(run.folder, 1)
    for word in (RunState.STARTING, RunState.RUNNING):
        state.move(word)
        bus.say(RunStateChanged(state=word), 0)
    for update in range(1, content.updates + 1):
        _tell_update(bus, content, update)
    _tell_end(run, bus, content)
    step, seconds = content.updates * STEPS_AN_UPDATE, content.updates * SECONDS_AN_UPDATE
    best, last = max(content.scores), content.scores[-1]
    state.set(step=step, frames=step * 4, episodes=len(content.scores), fraction=1.0, seconds=seconds)
    state.move(RunState.COMPLETED, mean_score=float(np.mean(content.scores[-100:])), best_score=best, last_score=last)


def _tell_update(bus: MetricEventBus, content: TinyRun, update: int) -> None:
    step, seconds = update * STEPS_AN_UPDATE, update * SECONDS_AN_UPDATE
    first = (update - 1) * EPISODES_AN_UPDATE
    for number, score in enumerate(content.scores[first : first + EPISODES_AN_UPDATE], first + 1):
        length = 40 + number % 7
        begun = max(0, step - STEPS_AN_UPDATE)
        episode = EpisodeFinished(
            number=number, environment=number % 2, score=score, length=length, first_step=begun, seconds=seconds
        )
        bus.say(episode, step)
    metrics = {
        "loss/policy": -0.1 / update,
        "loss/value": 1.0 / update,
        "policy/entropy": math.log(3) * (1 - update / (2 * content.updates)),
        "time/steps_per_second": STEPS_AN_UPDATE / SECONDS_AN_UPDATE,
    }
    bus.say(UpdateFinished(update=update, seconds=seconds, metrics=metrics), step)


def _tell_end(run: Run, bus: MetricEventBus, content: TinyRun) -> None:
    from retroml_core.runs.checkpoints import CheckpointStore

    step, seconds = content.updates * STEPS_AN_UPDATE, content.updates * SECONDS_AN_UPDATE
    store = CheckpointStore(run.checkpoints_folder)
    score = float(np.mean(content.scores[-100:]))
    made = store.save(step, {"weights": np.arange(6.0)}, {"weights": np.arange(6.0)}, {"score": score}, "end")
    bus.say(CheckpointSaved(name=made.name, why="end", size_bytes=made.size_bytes, score=score), step)
    scores, lengths = zip(*content.evaluation, strict=True)
    evaluation = EvaluationFinished(
        checkpoint_step=step,
        scores=scores,
        lengths=lengths,
        mean=float(np.mean(scores)),
        best=max(scores),
        greedy=False,
        seconds=seconds,
    )
    bus.say(evaluation, step)
    end = TrainingComplete(steps=step, episodes=len(content.scores), seconds=seconds, mean=score, best=max(content.scores))
    bus.say(end, step)
    bus.say(RunStateChanged(state=RunState.COMPLETED), step)
