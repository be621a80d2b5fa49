"""A tiny game for tests: one band of the picture is lit, and the action of the same number scores.

It has all that trips up algorithms: games of different lengths that end at different moments, some cut short instead of
lost, raw rewards (2 points) that differ from learning rewards (1), and an exact state.

Shapes: B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retroml_core import EnvironmentSpec, GameSpec, param
from retroml_core.environment import EnvInfo, EnvironmentBuild, EpisodeEnd, Transition

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tree import Tree

__all__ = ["TINY_ENVIRONMENT", "TINY_GAME", "TinyConfig", "TinyEnvironment", "make_tiny_environment"]

LIT = 255
POINTS = 2.0
CUT_SHORT_EVERY = 4


@dataclass
class TinyConfig:
    """The shape of the tiny game."""

    name: str = "tiny"
    stack: int = param(2, ge=1, le=8, help="Frames in an observation.")
    size: int = param(12, ge=4, le=256, unit="px", help="Height and width of an observation.")
    actions: int = param(3, ge=2, le=18, help="How many actions and bands there are.")


class TinyEnvironment:
    """See the module; `make_tiny_environment` makes it from an EnvironmentBuild."""

    def __init__(self, config: TinyConfig, count: int, seed: int, first_step: int = 0) -> None:
        self.count = count
        self.info = EnvInfo(
            game="tiny",
            observation_shape=(config.stack, config.size, config.size),
            actions=tuple(f"BAND {band}" for band in range(config.actions)),
            frames_per_step=4,
        )
        self.steps = first_step
        self.episodes = 0
        self.policy_version = 0
        self.flushed = self.closed = 0
        self._random = np.random.Generator(np.random.PCG64(seed))
        self._sent: NDArray[np.int64] | None = None
        self._lit = np.zeros(count, np.int64)
        self._left = np.zeros(count, np.int64)
        self._played = np.zeros(count, np.int64)
        self._score = np.zeros(count, np.float64)
        self._number = np.zeros(count, np.int64)
        self._begun = np.zeros(count, np.int64)

    def reset(self) -> NDArray[np.uint8]:
        """Begin a game everywhere."""
        for index in range(self.count):
            self._begin(index)
        return self._observe()

    def _begin(self, index: int) -> None:
        self.episodes += 1
        self._number[index] = self.episodes
        self._lit[index] = self._random.integers(self.info.action_count)
        self._left[index] = self._random.integers(4, 9)
        self._played[index] = self._score[index] = 0
        self._begun[index] = self.steps

    def _observe(self) -> NDArray[np.uint8]:
        obs_BCHW = np.zeros((self.count, *self.info.observation_shape), np.uint8)
        bands = np.array_split(np.arange(self.info.observation_shape[2]), self.info.action_count)
        for index, lit in enumerate(self._lit):
            obs_BCHW[index, :, :, bands[lit]] = LIT
        return obs_BCHW

    def send(self, actions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Every action is executed as given. Raises ValueError for a wrong shape, dtype or range."""
        if actions.shape != (self.count,) or actions.dtype != np.int64:
            raise ValueError(f"actions must be int64 ({self.count},), not {actions.dtype} {actions.shape}")
        if actions.min() < 0 or actions.max() >= self.info.action_count:
            raise ValueError(f"actions must be 0 to {self.info.action_count - 1}, not {actions}")
        if self._sent is not None:
            raise RuntimeError("send was called twice without recv")
        self._sent = actions.copy()
        return self._sent

    def recv(self) -> Transition:
        """Carry out the step. Raises RuntimeError without `send`."""
        if self._sent is None:
            raise RuntimeError("recv was called without send")
        actions, self._sent = self._sent, None
        hit_B = actions == self._lit
        self.steps += self.count
        self._score += np.where(hit_B, POINTS, 0.0)
        self._played += 1
        self._left -= 1
        self._lit[:] = self._random.integers(self.info.action_count, size=self.count)
        last_BCHW, over_B = self._observe(), self._left == 0
        cut_B = over_B & (self._number % CUT_SHORT_EVERY == 0)
        ends = tuple(self._end(index, bool(cut_B[index])) for index in np.flatnonzero(over_B).tolist())
        return Transition(
            obs=self._observe(),
            actions=actions,
            rewards=hit_B.astype(np.float32),
            raw_rewards=np.where(hit_B, POINTS, 0.0).astype(np.float32),
            terminated=over_B & ~cut_B,
            truncated=cut_B,
            final_obs={index: last_BCHW[index] for index in np.flatnonzero(over_B).tolist()},
            episodes=ends,
        )

    def _end(self, index: int, truncated: bool) -> EpisodeEnd:
        end = EpisodeEnd(
            environment=index,
            number=int(self._number[index]),
            score=float(self._score[index]),
            length=int(self._played[index]),
            first_step=int(self._begun[index]),
            truncated=truncated,
        )
        self._begin(index)
        return end

    def state(self) -> Tree:
        """Everything, generator included."""
        return {
            "steps": self.steps,
            "episodes": self.episodes,
            "random": self._random.bit_generator.state,
            **{name: array.copy() for name, array in self._arrays().items()},
        }

    def _arrays(self) -> dict[str, NDArray[Any]]:
        return {
            "lit": self._lit,
            "left": self._left,
            "played": self._played,
            "score": self._score,
            "number": self._number,
            "begun": self._begun,
        }

    def restore(self, state: Tree) -> NDArray[np.uint8]:
        """Take up `state()`."""
        self.steps, self.episodes = state["steps"], state["episodes"]
        self._random.bit_generator.state = state["random"]
        for name, array in self._arrays().items():
            array[:] = state[name]
        return self._observe()

    def note_policy(self, version: int) -> None:
        """Keep the version in `policy_version`."""
        self.policy_version = version

    def flush(self) -> str:
        """Count the call in `flushed`. Nothing is recorded: there is no hash chain."""
        self.flushed += 1
        return ""

    def close(self) -> None:
        """Count the call in `closed`."""
        self.closed += 1


def make_tiny_environment(build: EnvironmentBuild) -> TinyEnvironment:
    """The factory of `TINY_ENVIRONMENT`."""
    return TinyEnvironment(build.config, build.count, build.seed, build.first_step)


TINY_ENVIRONMENT = EnvironmentSpec(
    name="tiny",
    title="Tiny game",
    summary="A game for tests: choose the lit band.",
    config=TinyConfig,
    factory="retroml_core.testing.tiny:make_tiny_environment",
    no_tape="The tiny game for tests is not recorded.",
)

TINY_GAME = GameSpec(name="tiny", title="Tiny game", summary="Choose the lit band.", environment="tiny")
