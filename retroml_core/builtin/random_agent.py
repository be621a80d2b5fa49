"""The random agent: acts at random and learns nothing. The baseline every agent has to beat, and the shortest algorithm."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.algorithm import Build, Control, Decision
from retroml_core.online import OnlineTrainable
from retroml_core.tree import digest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.environment import Transition
    from retroml_core.tree import Tree

__all__ = ["RandomAgent", "build"]

VECTOR_STEPS = 64
"""How many vector steps make one chunk."""


class RandomAgent(OnlineTrainable):
    """Draws every action evenly."""

    def __init__(self, build: Build) -> None:
        super().__init__(build)
        self._actions = build.env.action_count
        self._random = build.seeds.generator("actions")
        self._acting = build.seeds.generator("acting")
        self._seen = 0

    def choose(self, obs: NDArray[np.uint8]) -> NDArray[np.int64]:
        """An even draw for each environment."""
        return self._random.integers(0, self._actions, len(obs))

    def act(self, obs: NDArray[np.uint8], *, greedy: bool) -> Decision:
        """An even draw; nothing is likelier, so `greedy` changes nothing."""
        probabilities = np.full((len(obs), self._actions), 1 / self._actions, np.float32)
        return Decision(actions=self._acting.integers(0, self._actions, len(obs)), probabilities=probabilities)

    def decided(self, actions: NDArray[np.int64]) -> Decision:
        """`actions`, each as likely as any other."""
        return Decision(actions=actions, probabilities=np.full((len(actions), self._actions), 1 / self._actions, np.float32))

    def observe(self, transition: Transition) -> None:
        """Count."""
        self._seen += 1

    def ready(self) -> bool:
        """After a fixed number of vector steps."""
        return self._seen == VECTOR_STEPS

    def update(self, control: Control) -> Mapping[str, float]:
        """Learn nothing."""
        self._seen = 0
        return {"policy/entropy": float(np.log(self._actions))}

    def learner_state(self) -> Tree:
        """The generator and the count."""
        return {"random": self._random.bit_generator.state, "seen": self._seen}

    def restore_learner(self, state: Tree) -> None:
        """Take up `learner_state()`."""
        self._random.bit_generator.state = state["random"]
        self._seen = int(state["seen"])

    def seed_acting(self, seed: int) -> None:
        """Seed the draws of `act`."""
        self._acting = np.random.Generator(np.random.PCG64(seed))

    def policy(self) -> Tree:
        """How many actions there are: all it knows."""
        return {"actions": self._actions}

    def load_policy(self, policy: Tree) -> None:
        """Take up `policy()`."""
        self._actions = int(policy["actions"])

    def fingerprint(self) -> str:
        """A digest of the generator, which is all that changes."""
        return digest(self.learner_state())


def build(build: Build) -> RandomAgent:
    """The factory of the algorithm."""
    return RandomAgent(build)
