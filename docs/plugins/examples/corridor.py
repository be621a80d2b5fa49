"""A game: `retroml game=corridor algorithm=reinforce` learns to walk to the end of a corridor. No emulator, no tape.

Shapes: B environments, C = 1 frame, H = 4, W = one column a cell.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retroml_core import EnvironmentSpec, GameSpec, hookimpl, param
from retroml_core.environment import EnvInfo, EnvironmentBuild, EpisodeEnd, Transition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

ACTIONS = ("LEFT", "RIGHT")
COUNTERS = ("place", "length", "number", "first_step")


@dataclass
class CorridorConfig:
    """Settings of the corridor."""

    name: str = "corridor"
    cells: int = param(8, ge=2, le=84, help="How long the corridor is; a longer one is harder to find the end of.")
    patience: int = param(50, ge=1, le=10_000, unit="steps", help="After how many steps a game is cut short.")


class Corridor:
    """`build.count` corridors, walked through together; each counter has one entry for each of them (B,)."""

    def __init__(self, build: EnvironmentBuild) -> None:
        self.cells, self.patience = build.config.cells, build.config.patience
        self.info = EnvInfo(game=build.game, observation_shape=(1, 4, self.cells), actions=ACTIONS, frames_per_step=1)
        self.count = build.count
        self.random = np.random.default_rng(build.seed)
        self.place, self.length, self.number, self.first_step = (np.zeros(build.count, np.int64) for _ in COUNTERS)
        self.steps, self.begun = build.first_step, 0
        self.actions = np.zeros(build.count, np.int64)

    def reset(self) -> NDArray[np.uint8]:
        """Begin a game everywhere."""
        self._begin(np.arange(self.count))
        return self._draw()

    def send(self, actions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Take the actions (B,); all of them are executed as they are."""
        self.actions = np.array(actions, np.int64)
        return self.actions

    def recv(self) -> Transition:
        """Walk one step; where a game ends, the next one has begun in the observations returned."""
        self.place = np.maximum(self.place + np.where(self.actions == 1, 1, -1), 0)
        self.length += 1
        self.steps += self.count
        arrived = self.place == self.cells - 1
        cut = (self.length == self.patience) & ~arrived
        ended, last = np.flatnonzero(arrived | cut), self._draw()
        episodes = tuple(self._end(int(i), bool(arrived[i])) for i in ended)
        self._begin(ended)
        return Transition(
            obs=self._draw(),
            actions=self.actions,
            rewards=arrived.astype(np.float32),
            raw_rewards=arrived.astype(np.float32),
            terminated=arrived,
            truncated=cut,
            final_obs={int(i): last[i] for i in ended},
            episodes=episodes,
        )

    def state(self) -> dict[str, Any]:
        """Everything that the play to come depends on."""
        counters = {name: getattr(self, name).copy() for name in COUNTERS}
        return {**counters, "steps": self.steps, "begun": self.begun, "random": self.random.bit_generator.state}

    def restore(self, state: Mapping[str, Any]) -> NDArray[np.uint8]:
        """Take up `state()`."""
        for name in COUNTERS:
            setattr(self, name, state[name].copy())
        self.steps, self.begun = state["steps"], state["begun"]
        self.random.bit_generator.state = state["random"]
        return self._draw()

    def note_policy(self, version: int) -> None:
        """There is no tape to note it on."""

    def flush(self) -> str:
        """There is no tape to flush."""
        return ""

    def close(self) -> None:
        """There is nothing to release."""

    def _begin(self, which: NDArray[np.intp]) -> None:
        self.place[which] = self.random.integers(0, self.cells - 1, which.size)
        self.length[which] = 0
        self.number[which] = self.begun + 1 + np.arange(which.size)
        self.first_step[which] = self.steps
        self.begun += which.size

    def _draw(self) -> NDArray[np.uint8]:
        """Who walks is a white column (B, C, H, W)."""
        obs = np.zeros((self.count, *self.info.observation_shape), np.uint8)
        obs[np.arange(self.count), 0, :, self.place] = 255
        return obs

    def _end(self, index: int, arrived: bool) -> EpisodeEnd:
        return EpisodeEnd(
            environment=index,
            number=int(self.number[index]),
            score=float(arrived),
            length=int(self.length[index]),
            first_step=int(self.first_step[index]),
            truncated=not arrived,
        )


@hookimpl
def retroml_environments() -> list[EnvironmentSpec]:
    """The kind of environment."""
    return [
        EnvironmentSpec(
            name="corridor",
            title="Corridor",
            summary="Walking to the end of a corridor.",
            config=CorridorConfig,
            factory="corridor:Corridor",
            no_tape="A corridor is not worth a film.",
        )
    ]


@hookimpl
def retroml_games() -> list[GameSpec]:
    """The game, which names the environment that plays it."""
    return [
        GameSpec(
            name="corridor",
            title="Corridor",
            summary="Walk to the end of a corridor.",
            environment="corridor",
            actions=ACTIONS,
        )
    ]
