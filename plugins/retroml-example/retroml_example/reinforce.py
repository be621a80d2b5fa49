"""REINFORCE (Williams 1992, https://doi.org/10.1007/BF00992696) with a linear policy on a small picture.

It plays a stretch of steps, then makes the actions likelier that were followed by more reward than usual. Deviations from
the paper: rewards count to the end of the stretch, not of the episode; what is usual is the mean over the stretch;
every update moves the weights equally far.

Shapes: T steps, B environments, N = T * B samples, A actions, F features, H height, W width.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from retroml_core.array_trainable import ArrayTrainable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.algorithm import Build, Control
    from retroml_core.environment import Transition

STRETCH, DISCOUNT, CELLS = 16, 0.9, 12


class Reinforce(ArrayTrainable):
    """The algorithm: `parameters` is what it learns, `memory` what it saw since the last update."""

    def __init__(self, build: Build) -> None:
        super().__init__(build)
        blank_BCHW = np.zeros((1, *build.env.observation_shape), np.uint8)
        self.parameters = {"weights": np.zeros((features(blank_BCHW).shape[1], build.env.action_count))}
        self.memory = {"features": [], "actions": [], "rewards": [], "goes_on": []}
        self.shown: dict[str, NDArray[Any]] = {}

    def probabilities(self, obs: NDArray[np.uint8]) -> NDArray[np.float64]:
        """How likely each action is (B, A)."""
        return softmax(features(obs) @ self.parameters["weights"])

    def store(self, obs: NDArray[np.uint8], actions: NDArray[np.int64]) -> None:
        """Keep what was seen and done."""
        self.memory["features"].append(features(obs))
        self.memory["actions"].append(actions)

    def observe(self, transition: Transition) -> None:
        """Keep what came of it."""
        self.memory["rewards"].append(transition.rewards)
        self.memory["goes_on"].append(~(transition.terminated | transition.truncated))

    def ready(self) -> bool:
        """Whether the stretch is complete."""
        return len(self.memory["rewards"]) == STRETCH

    def update(self, control: Control) -> dict[str, float]:
        """One step along the policy gradient; the memory is empty afterwards."""
        features_NF, actions_N = np.concatenate(self.memory["features"]), np.concatenate(self.memory["actions"])
        returns_N = discounted(np.stack(self.memory["rewards"]), np.stack(self.memory["goes_on"])).ravel()
        advantages_N = (returns_N - returns_N.mean()) / (returns_N.std() + 1e-8)
        chances_NA = softmax(features_NF @ self.parameters["weights"])
        taken_NA = np.eye(chances_NA.shape[1])[actions_N]
        gradient_FA = features_NF.T @ (advantages_N[:, None] * (taken_NA - chances_NA))
        step_FA = self.config.learning_rate * gradient_FA / (np.linalg.norm(gradient_FA) + 1e-8)
        self.parameters = {"weights": self.parameters["weights"] + step_FA}
        self.memory = {name: [] for name in self.memory}
        self.shown = {"actions": actions_N, "returns": returns_N, "advantages": advantages_N}
        control.tick()
        logs_NA = np.log(chances_NA + 1e-12)
        return {
            "loss/policy": -float((advantages_N * logs_NA[np.arange(len(actions_N)), actions_N]).mean()),
            "policy/entropy": -float((chances_NA * logs_NA).sum(axis=1).mean()),
        }

    def samples(self) -> dict[str, NDArray[Any]]:
        """What metric plugins may look at after an update."""
        return self.shown


def features(obs: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The newest picture averaged to about CELLS x CELLS numbers of 0 to 1, and a constant (B, F)."""
    newest_BHW = obs[:, -1]
    cell = max(1, newest_BHW.shape[1] // CELLS)
    rows, columns = newest_BHW.shape[1] // cell, newest_BHW.shape[2] // cell
    cells = newest_BHW[:, : rows * cell, : columns * cell].reshape(len(obs), rows, cell, columns, cell)
    return np.pad(cells.mean(axis=(2, 4)).reshape(len(obs), -1) / 255, ((0, 0), (0, 1)), constant_values=1.0)


def softmax(scores_NA: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities whose logarithms differ as the scores do."""
    weights_NA: NDArray[np.float64] = np.exp(scores_NA - scores_NA.max(axis=1, keepdims=True))
    weights_NA /= weights_NA.sum(axis=1, keepdims=True)
    return weights_NA


def discounted(rewards_TB: NDArray[np.float32], goes_on_TB: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The sum of what follows each step (T, B), later rewards counting less, up to the end of the game."""
    returns_TB = rewards_TB.astype(np.float64)
    for t in reversed(range(len(returns_TB) - 1)):
        returns_TB[t] += DISCOUNT * goes_on_TB[t] * returns_TB[t + 1]
    return returns_TB
