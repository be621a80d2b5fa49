"""Catch: a ball falls, the paddle below must be there. The smallest complete environment, in numpy, for tests and first steps.

The field is 8 by 8 cells, drawn 4 pixels each. A ball falls one cell a step; one that meets the paddle is a point. After
`balls` balls the game is over. B environments, C = 1 frame, H = W = 32.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.environment import EnvInfo, EnvironmentBuild, EpisodeEnd, Transition
from retroml_core.tree import copy_tree

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tree import Tree

__all__ = ["CatchEnvironment", "make"]

CELLS = 8
PIXELS = 4
ACTIONS = ("NOOP", "LEFT", "RIGHT")


@dataclass
class _Games:
    """One entry for each environment (B,)."""

    column: NDArray[np.int64]
    row: NDArray[np.int64]
    paddle: NDArray[np.int64]
    balls: NDArray[np.int64]
    score: NDArray[np.int64]
    length: NDArray[np.int64]
    number: NDArray[np.int64]
    first_step: NDArray[np.int64]


class CatchEnvironment:
    """`build.count` games of Catch stepped together."""

    def __init__(self, build: EnvironmentBuild) -> None:
        self.info = EnvInfo(
            game=build.game, observation_shape=(1, CELLS * PIXELS, CELLS * PIXELS), actions=ACTIONS, frames_per_step=1
        )
        self.count = build.count
        self._balls = int(build.config.balls)
        self._steps = build.first_step
        self._begun = 0
        self._random = np.random.Generator(np.random.PCG64(build.seed))
        self._games = _Games(*(np.zeros(build.count, np.int64) for _ in range(8)))
        self._actions = np.zeros(build.count, np.int64)
        self._chain = ""

    def reset(self) -> NDArray[np.uint8]:
        """Begin a game everywhere."""
        self._begin(np.arange(self.count))
        return self._draw()

    def send(self, actions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Take the actions (B,): 0 stays, 1 goes left, 2 goes right."""
        self._actions = np.asarray(actions, np.int64).copy()
        return self._actions

    def recv(self) -> Transition:
        """Let every ball fall by one cell."""
        games = self._games
        games.paddle = np.clip(games.paddle + np.array([0, -1, 1])[self._actions], 0, CELLS - 1)
        games.row += 1
        games.length += 1
        self._steps += self.count
        landed = games.row == CELLS - 1
        caught = landed & (games.column == games.paddle)
        games.score += caught
        games.balls -= landed
        over = landed & (games.balls == 0)
        ended = np.flatnonzero(over)
        final = self._draw() if ended.size else None
        episodes = tuple(self._ended(int(i)) for i in ended)
        if landed.any():
            self._drop(np.flatnonzero(landed & ~over))
            self._begin(ended)
        rewards = caught.astype(np.float32)
        played = self._chain.encode() + self._actions.tobytes() + rewards.tobytes() + over.tobytes()
        self._chain = hashlib.blake2b(played, digest_size=16).hexdigest()
        return Transition(
            obs=self._draw(),
            actions=self._actions,
            rewards=rewards,
            raw_rewards=rewards.copy(),
            terminated=over,
            truncated=np.zeros(self.count, np.bool_),
            final_obs={} if final is None else {int(i): final[i] for i in ended},
            episodes=episodes,
        )

    def state(self) -> Tree:
        """Every game, the generator, and the chain of what was played."""
        counters = {"steps": self._steps, "begun": self._begun, "chain": self._chain}
        return copy_tree({"games": vars(self._games), "random": self._random.bit_generator.state, **counters})

    def restore(self, state: Tree) -> NDArray[np.uint8]:
        """Take up `state()`."""
        self._games = _Games(**copy_tree(state["games"]))
        self._random.bit_generator.state = state["random"]
        self._steps, self._begun, self._chain = state["steps"], state["begun"], state["chain"]
        return self._draw()

    def open_games(self) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Points and steps of each open game."""
        return self._games.score.astype(np.float64), self._games.length.copy()

    def note_policy(self, version: int) -> None:
        """Catch keeps no tape."""

    def flush(self) -> str:
        """The head of the chain over actions, rewards and ends."""
        return self._chain

    def close(self) -> None:
        """Nothing to release."""

    def _begin(self, which: NDArray[np.intp]) -> None:
        games = self._games
        games.score[which] = games.length[which] = 0
        games.balls[which] = self._balls
        games.paddle[which] = CELLS // 2
        games.number[which] = self._begun + 1 + np.arange(which.size)
        games.first_step[which] = self._steps
        self._begun += which.size
        self._drop(which)

    def _drop(self, which: NDArray[np.intp]) -> None:
        self._games.row[which] = 0
        self._games.column[which] = self._random.integers(0, CELLS, which.size)

    def _ended(self, index: int) -> EpisodeEnd:
        games = self._games
        return EpisodeEnd(
            environment=index,
            number=int(games.number[index]),
            score=float(games.score[index]),
            length=int(games.length[index]),
            first_step=int(games.first_step[index]),
        )

    def _draw(self) -> NDArray[np.uint8]:
        field = np.zeros((self.count, 1, CELLS, CELLS), np.uint8)
        everywhere = np.arange(self.count)
        field[everywhere, 0, CELLS - 1, self._games.paddle] = 128
        field[everywhere, 0, self._games.row, self._games.column] = 255
        return field.repeat(PIXELS, axis=2).repeat(PIXELS, axis=3)


def make(build: EnvironmentBuild) -> CatchEnvironment:
    """The factory of the environment."""
    return CatchEnvironment(build)
