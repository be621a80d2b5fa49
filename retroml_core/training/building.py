"""Making environments and algorithms out of a config and what the plugins offer."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.algorithm import Build, Trainable, Watcher
from retroml_core.environment import EnvInfo, EnvironmentBuild, VectorEnvironment
from retroml_core.plugins.registry import resolve
from retroml_core.seeding import Seeds

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig
    from retroml_core.training.devices import Device

__all__ = ["Workshop", "info_from_tree", "no_environment", "thread_count"]


class Workshop:
    """Makes what one run needs."""

    def __init__(self, app: App, config: ExperimentConfig) -> None:
        self.app = app
        self.config = config
        self.seeds = Seeds(config.seed or 0)
        self.threads = thread_count(config.threads)

    def environment(
        self,
        count: int,
        *,
        seed: int,
        stream: str = "training",
        tape_folder: Path | None = None,
        attempt: int = 1,
        first_step: int = 0,
        clock: Callable[[], float] = lambda: 0.0,
    ) -> VectorEnvironment:
        """An environment of the run. Raises ValueError or OSError when it cannot be made (a ROM is missing)."""
        spec = self.app.registry.environment(self.config.environment.name)
        build = EnvironmentBuild(
            game=self.config.game,
            config=self.config.environment,
            count=count,
            seed=seed,
            threads=self.threads,
            stream=stream,
            tape_folder=tape_folder,
            attempt=attempt,
            first_step=first_step,
            clock=clock,
        )
        with self.app.registry.blaming("environment", spec.name):
            environment: VectorEnvironment = resolve(spec.factory)(build)
        return environment

    def info(self) -> EnvInfo:
        """The shape of the game, from an environment made for a moment."""
        environment = self.environment(1, seed=self.seeds.integer("probe"))
        try:
            return environment.info
        finally:
            environment.close()

    def trainable(
        self,
        info: EnvInfo,
        device: Device,
        make_environment: Callable[[int], VectorEnvironment],
        watcher: Watcher | None = None,
    ) -> Trainable:
        """The algorithm, not yet restored."""
        spec = self.app.registry.algorithm(self.config.algorithm.name)
        build = Build(
            env=info,
            config=self.config.algorithm,
            network=self.config.network,
            seeds=self.seeds,
            device=device.name,
            deterministic=self.config.deterministic,
            threads=self.threads,
            total_steps=self.config.budget.steps if self.config.budget.limit_seconds() is None else None,
            make_environment=make_environment,
            offers=self.app.plugins.offers,
            watcher=watcher,
        )
        with self.app.registry.blaming("algorithm", spec.name):
            trainable: Trainable = resolve(spec.factory)(build)
        return trainable


def no_environment(count: int) -> VectorEnvironment:
    """The `make_environment` of a player, which has none."""
    raise RuntimeError(f"a player has no environment, but {count} copies were asked for")


def thread_count(asked: int) -> int:
    """The threads to use: those asked for, or as many as this process has cores."""
    if asked > 0:
        return asked
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def info_from_tree(tree: dict[str, Any]) -> EnvInfo:
    """The inverse of `dataclasses.asdict`, also when the tree was saved."""
    shape = tuple(int(n) for n in tree["observation_shape"])
    return EnvInfo(**{**tree, "observation_shape": shape, "actions": tuple(tree["actions"])})
