from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from retroml_atari.environment import AtariEnvironment, make
from retroml_atari.settings import AtariConfig
from retroml_atari.tape import AtariTape, open_tape

from retroml_core.environment import EnvironmentBuild, EpisodeEnd, Transition


@dataclass
class Session:
    """An environment and everything it did, so that it can be held against its tape."""

    environment: AtariEnvironment
    generator: np.random.Generator
    obs: list[np.ndarray] = field(default_factory=list)
    actions: list[np.ndarray] = field(default_factory=list)
    transitions: list[Transition] = field(default_factory=list)

    def play(self, steps: int) -> Session:
        if not self.obs:
            self.obs.append(self.environment.reset())
        for _ in range(steps):
            chosen = self.generator.integers(0, self.environment.info.action_count, self.environment.count)
            self.actions.append(self.environment.send(chosen))
            self.transitions.append(self.environment.recv())
            self.obs.append(self.transitions[-1].obs)
        return self

    @property
    def ended(self) -> list[EpisodeEnd]:
        return [episode for transition in self.transitions for episode in transition.episodes]


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Callable[..., Session]]:
    """`session("pong", count=2, seed=1, tape=True, attempt=1, **settings)`: an environment that plays at random."""

    made: list[Session] = []

    def begin(
        game: str = "breakout",
        *,
        count: int = 2,
        seed: int = 1,
        tape: bool = True,
        attempt: int = 1,
        stream: str = "training",
        first_step: int = 0,
        threads: int = 1,
        **settings: Any,
    ) -> Session:
        build = EnvironmentBuild(
            game=game,
            config=AtariConfig(**settings),
            count=count,
            seed=seed,
            threads=threads,
            tape_folder=tmp_path / "tape" if tape else None,
            attempt=attempt,
            stream=stream,
            first_step=first_step,
        )
        made.append(Session(make(build), np.random.default_rng(seed)))
        return made[-1]

    yield begin
    for one in made:
        one.environment.close()


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The file of two environments that played Pong for 60 rows, in one block."""
    folder = tmp_path_factory.mktemp("recorded")
    build = EnvironmentBuild(game="pong", config=AtariConfig(), count=2, seed=1, threads=1, tape_folder=folder)
    one = Session(make(build), np.random.default_rng(1)).play(60)
    one.environment.close()
    return (folder / "0001-training.tape").read_bytes()


@pytest.fixture
def copy(recorded: bytes, file: Path) -> Path:
    """A copy of `recorded` as the run's tape, to be damaged."""
    file.parent.mkdir()
    file.write_bytes(recorded)
    return file


@pytest.fixture
def tape(tmp_path: Path) -> Callable[[], AtariTape]:
    """Open the tape of everything that `session` recorded."""
    return lambda: open_tape(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """The file of the first attempt's training."""
    return tmp_path / "tape" / "0001-training.tape"
