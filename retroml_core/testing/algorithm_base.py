"""How the contract suite of algorithms makes and trains one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pytest

from retroml_core.algorithm import Build, Report, Trainable
from retroml_core.plugins.spec_checks import resolve
from retroml_core.schema import NetworkConfig
from retroml_core.seeding import Seeds
from retroml_core.testing.checks import require
from retroml_core.testing.control import FakeControl
from retroml_core.testing.tiny import TinyConfig, TinyEnvironment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core import AlgorithmSpec

__all__ = ["AlgorithmBase", "Make"]

Make = Callable[..., Trainable]


class AlgorithmBase:
    """See `retroml_core.testing.algorithm.AlgorithmContract`."""

    spec: ClassVar[AlgorithmSpec]
    settings: ClassVar[Mapping[str, Any]] = {}
    network: ClassVar[NetworkConfig] = NetworkConfig()
    game: ClassVar[TinyConfig] = TinyConfig()
    chunks: ClassVar[int] = 2
    threads: ClassVar[int] = 1
    played: list[TinyEnvironment]
    """The environment that the algorithm made last has made, when it has made one."""

    @pytest.fixture
    def make(self) -> Iterator[Make]:
        """`make(seed=1, playable=True)` builds the algorithm; with `playable=False` asking for an environment fails."""
        made: list[Trainable] = []

        def make(seed: int = 1, playable: bool = True) -> Trainable:
            made.append(self._build(seed, playable))
            return made[-1]

        yield make
        for trainable in made:
            trainable.close()

    def _build(self, seed: int, playable: bool) -> Trainable:
        seeds = Seeds(seed)
        played = self.played = []

        def make_environment(count: int) -> TinyEnvironment:
            require(playable, "make_environment was called by a mere player: make the environment in `advance` or `state`")
            require(not played, "make_environment was called twice: keep the environment it returned")
            played.append(TinyEnvironment(self.game, count, seeds.integer("environment")))
            return played[0]

        build = Build(
            env=TinyEnvironment(self.game, 1, 0).info,
            config=self.spec.config(**self.settings),
            network=self.network,
            seeds=seeds,
            deterministic=True,
            threads=self.threads,
            make_environment=make_environment,
        )
        trainable: Trainable = resolve(self.spec.factory)(build)
        return trainable

    def _train(self, trainable: Trainable, chunks: int | None = None) -> list[Report]:
        return [trainable.advance(FakeControl()) for _ in range(self.chunks if chunks is None else chunks)]

    def _obs(self, count: int) -> NDArray[np.uint8]:
        shape = (count, self.game.stack, self.game.size, self.game.size)
        return np.random.default_rng(5).integers(0, 256, shape).astype(np.uint8)
