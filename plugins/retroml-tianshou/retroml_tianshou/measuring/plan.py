"""What is tried to find the fastest settings, and what is made of it. Imports no torch.

One setting is tried after the other, each with the best of those before it: a few trials find what dozens of combinations
would. The number of environments comes last and apart, since it also changes what is learned.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from retroml_core.training.measured import Choice, Measured, Trial

if TYPE_CHECKING:
    from retroml_core.schema import ExperimentConfig

__all__ = ["NO_TIME", "axes", "chosen", "configured", "shortened", "started", "trials"]

CLEARLY = 1.03
"""So many times as fast a trial must be for its choice to be taken: less may be chance."""

NO_TIME = "no time was left"
"""The problem of a trial that was not made."""

Value = int | str


def started(config: ExperimentConfig, cores: int) -> Choice:
    """What the settings of `config` come to on a machine with `cores`: the choice that all others are compared with."""
    algorithm = config.algorithm
    return Choice(
        threads=config.threads or cores,
        environments=int(getattr(algorithm, "environments", 1)),
        precision="float32" if hasattr(algorithm, "precision") else "",
        compile="off" if hasattr(algorithm, "compile") else "",
    )


def axes(start: Choice, *, cores: int, bfloat16: bool, compiler: bool) -> Mapping[str, Sequence[Value]]:
    """The values to try of each setting, in the order to try them in; those of `start` are among them or not."""
    return {
        "threads": sorted({cores, max(1, cores // 2), min(cores, 4)}, reverse=True),
        "precision": ("bfloat16",) if start.precision and bfloat16 else (),
        "compile": ("on",) if start.compile and compiler else (),
        "environments": [max(1, start.environments // 2), start.environments * 2, start.environments * 4],
    }


def trials(start: Choice, ways: Mapping[str, Sequence[Value]], attempt: Callable[[Choice], Trial]) -> Iterator[Trial]:
    """Try `start`, then each other value of each setting in turn, from the best choice so far."""
    best = attempt(start)
    yield best
    for setting, values in ways.items():
        for value in values:
            change: dict[str, Any] = {setting: value}
            choice = replace(best.choice, **change)
            if choice == best.choice or (setting != "environments" and value == getattr(start, setting)):
                continue
            trial = attempt(choice)
            yield trial
            if setting != "environments" and _faster(trial, best):
                best = trial


def chosen(made: Sequence[Trial], when: str) -> Measured:
    """What follows from the trials, the first of which is that of the settings as they were."""
    alike = [trial for trial in made if trial.choice.environments == made[0].choice.environments]
    best, most = alike[0], alike[0]
    for trial in alike[1:]:
        best = trial if _faster(trial, best) else best
    most = best
    for trial in made:
        most = trial if _faster(trial, most) else most
    return Measured(measured_at=when, best=best.choice, environments=most.choice.environments, trials=tuple(made))


def _faster(trial: Trial, other: Trial) -> bool:
    return (trial.steps_per_second or 0.0) > CLEARLY * (other.steps_per_second or 0.0)


def configured(config: ExperimentConfig, choice: Choice) -> ExperimentConfig:
    """`config` with the settings of `choice`, and with short chunks."""
    settings: dict[str, Any] = {
        name: value for name, value in dataclasses.asdict(choice).items() if value and hasattr(config.algorithm, name)
    }
    algorithm = shortened(replace(config.algorithm, **settings))
    return replace(config, algorithm=algorithm, threads=choice.threads, seed=config.seed or 0)


def shortened(algorithm: Any) -> Any:
    """The settings of an algorithm so that it begins to learn at once and reports soon, at the same work for each step."""
    names = {field.name for field in dataclasses.fields(algorithm)}
    changes: dict[str, Any] = {}
    if {"rollout_steps", "minibatches"} <= names:
        parts = algorithm.minibatches
        if algorithm.rollout_steps % parts == 0:
            changes = {"rollout_steps": algorithm.rollout_steps // parts, "minibatches": 1}
    if "learning_starts" in names:
        begins = max(2 * algorithm.batch_size, algorithm.environments * (algorithm.n_step + 1))
        changes |= {"learning_starts": begins, "learning_starts_share": None, "report_steps": 2 * begins}
        changes |= {"replay_size": 4 * begins, "epsilon_start": algorithm.epsilon_end, "replay_storage": "memory"}
    return replace(algorithm, **changes)
