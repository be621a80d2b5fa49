"""The process that makes the trials: `python -m retroml_tianshou.measuring.child SECONDS` with a config on its input.

It writes one line of JSON for each trial as it ends. A process of its own, since torch is set up once in each, and so that
a command or an app that wants to know stays light.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from retroml_core.algorithm import StopTraining
from retroml_core.app import App
from retroml_core.config.composing import from_tree
from retroml_core.plugins.registry import resolve
from retroml_core.training.building import Workshop, thread_count
from retroml_core.training.devices import choose_device
from retroml_core.training.measured import Choice, Trial
from retroml_tianshou.measuring.plan import NO_TIME, axes, configured, started, trials

if TYPE_CHECKING:
    from retroml_core.algorithm import Trainable
    from retroml_core.schema import ExperimentConfig

__all__ = ["Until", "attempt", "made", "main", "speed"]

TRIAL_SECONDS = 1.5


class Until:
    """The word of a core that wants training to go on until a deadline (of `time.monotonic`), and then to end at once."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline

    def tick(self) -> None:
        """Raises StopTraining after the deadline."""
        if time.monotonic() > self._deadline:
            raise StopTraining

    def wants_return(self) -> bool:
        """Never: chunks are short."""
        return False

    def fraction(self) -> float:
        """The beginning of a training."""
        return 0.0

    def remaining_steps(self) -> int | None:
        """No limit."""
        return None


def main() -> int:
    """Make the trials that fit into the seconds given, which begin once everything is loaded."""
    with App.open() as app:
        config = from_tree(json.load(sys.stdin), app)
        resolve(app.registry.algorithm(config.algorithm.name).factory)
        for trial in made(app, config, time.monotonic() + float(sys.argv[1])):
            sys.stdout.write(json.dumps(dataclasses.asdict(trial)) + "\n")
            sys.stdout.flush()
    return 0


def made(app: App, config: ExperimentConfig, deadline: float) -> Iterator[Trial]:
    """All trials for `config`; those for which no time is left say so."""
    import torch

    from retroml_tianshou.compute import has_bfloat16, has_compiler

    device = torch.device(choose_device(config.device).name)
    cores = thread_count(0)
    start = started(config, cores)
    ways = axes(start, cores=cores, bfloat16=has_bfloat16(device), compiler=has_compiler(device))
    yield from trials(start, ways, lambda choice: attempt(app, config, choice, deadline))


def attempt(app: App, config: ExperimentConfig, choice: Choice, deadline: float) -> Trial:
    """One trial; one that fails says why."""
    if time.monotonic() > deadline:
        return Trial(choice=choice, steps_per_second=None, problem=NO_TIME)
    try:
        shop = Workshop(app, configured(config, choice))
        seed = shop.seeds.integer("environment")
        device = choose_device(config.device)
        trainable = shop.trainable(shop.info(), device, lambda count: shop.environment(count, seed=seed))
        try:
            return Trial(choice=choice, steps_per_second=speed(trainable, deadline))
        finally:
            trainable.close()
    except StopTraining:
        return Trial(choice=choice, steps_per_second=None, problem=NO_TIME)
    except Exception as error:  # noqa: BLE001  # a choice that cannot be made is one not to make
        text = str(error).strip().partition("\n")[0]
        return Trial(choice=choice, steps_per_second=None, problem=f"{type(error).__name__}: {text}")


def speed(trainable: Trainable, deadline: float, seconds: float = TRIAL_SECONDS) -> float:
    """Steps a second of `trainable` over about so many seconds, after a first update. Raises StopTraining at the deadline."""
    control = Until(deadline)
    while not trainable.advance(control).updates:
        control.tick()
    steps, begun = 0, time.perf_counter()
    while not steps or time.perf_counter() - begun < seconds:
        steps += trainable.advance(control).steps
    return steps / (time.perf_counter() - begun)


if __name__ == "__main__":
    sys.exit(main())
