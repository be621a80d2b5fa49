"""Whether our updates are those of Stable-Baselines3: run by benchmarks.learning_lockstep.

    python benchmarks/trainers/sb3_lockstep.py 60 game=catch environment=catch algorithm=a2c network=small seed=1

After the number of updates, the words are those of `retroml train`; further cases follow after `--`. Both sides begin with the
same weights, are given the same pictures, actions, rewards and ends, and learn from them. Actions are random, and the same for
both. Printed is the largest difference between any two parameters that should be equal, at any time, and how far the furthest
one has moved meanwhile.

Nothing is left to chance: PPO's minibatches are drawn in the same order, and DQN must play one game, so that a step has the
same index in both replays; both then learn from the same indices. Stable-Baselines3 moves its target before the gradient steps
of the same moment and we after them: here it is moved after them on both sides.

Shapes: T steps, B games.
"""

from __future__ import annotations

import json
import sys
from abc import ABC, abstractmethod
from importlib.metadata import version
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from sb3_learning import CPU, PACKAGES, Games, reference, require

from retroml_core.app import App
from retroml_core.config.composing import compose
from retroml_core.training.building import Workshop

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from retroml_core.environment import Transition

ENVIRONMENT_SEED = 5


class Share:
    """How much of the budget is used, as a `Control`."""

    def __init__(self) -> None:
        self.used = 0.0

    def fraction(self) -> float:
        """The share."""
        return self.used

    def tick(self) -> None:
        """Nothing waits."""


class SameOrder:
    """Draws our minibatches in the order of the reference, whose rollouts lie game by game (B, T) where ours lie (T, B)."""

    def __init__(self, steps: int, games: int) -> None:
        self.steps, self.games = steps, games
        self.seed = 0
        self.random = np.random.RandomState(self.seed)

    def begin(self) -> int:
        """Begin an update: the seed that both draw from."""
        self.seed += 1
        self.random = np.random.RandomState(self.seed)
        return self.seed

    def permutation(self, count: int) -> NDArray[np.int64]:
        """The next order of all samples."""
        games, steps = np.divmod(self.random.permutation(count), self.steps)
        order: NDArray[np.int64] = steps * self.games + games
        return order


class Pair(ABC):
    """Both sides in the same game."""

    def __init__(self, workshop: Workshop) -> None:
        self.config = workshop.config
        self.settings: Any = self.config.algorithm
        self.random = np.random.default_rng(self.config.seed)
        self.count = self.settings.environments
        self.environment = workshop.environment(self.count, seed=ENVIRONMENT_SEED)
        self.games = Games(workshop.environment(self.count, seed=ENVIRONMENT_SEED))
        self.theirs: Any = reference(self.config, self.games)
        self.theirs._setup_learn(self.config.budget.steps)
        self.ours: Any = workshop.trainable(self.environment.info, CPU, lambda _: self.environment)
        self.obs = self.environment.reset()
        self.steps = 0
        with torch.no_grad():
            for mine, other in self.parameters():
                mine.copy_(other)

    def run(self, updates: int) -> dict[str, Any]:
        """Learn so often; the largest `difference` there was, and the largest distance `moved`."""
        before = [other.detach().clone() for _, other in self.parameters()]
        difference = 0.0
        for _ in range(updates):
            self.update()
            difference = max(difference, *(largest(mine, other) for mine, other in self.parameters()))
        moved = max(largest(old, other) for old, (_, other) in zip(before, self.parameters(), strict=True))
        return {"updates": updates, "difference": difference, "moved": moved}

    def play(self) -> tuple[NDArray[np.int64], Transition, Any]:
        """One step of both with the same random actions (B,): those, what it led to for us, and for the reference."""
        actions = self.random.integers(self.environment.info.action_count, size=self.count)
        self.environment.send(actions)
        self.steps += self.count
        return actions, self.environment.recv(), self.games.step(actions)

    def parameters(self) -> list[tuple[Tensor, Tensor]]:
        """Ours beside the reference's."""
        return [both for mine, other in self.modules() for both in zip(mine.parameters(), other.parameters(), strict=True)]

    @abstractmethod
    def modules(self) -> list[tuple[nn.Module, nn.Module]]:
        """The networks."""

    @abstractmethod
    def update(self) -> None:
        """Play what an update needs, and make it on both sides."""


class Rollouts(Pair):
    """PPO and A2C."""

    def __init__(self, workshop: Workshop) -> None:
        super().__init__(workshop)
        self.ours.order = self.order = SameOrder(self.settings.rollout_steps, self.count)
        self.share = Share()
        self.begun_B = np.ones(self.count, np.bool_)

    def modules(self) -> list[tuple[nn.Module, nn.Module]]:
        """The actor-critics."""
        return [(self.ours.network, self.theirs.policy)]

    @torch.no_grad()
    def play_rollout(self) -> None:
        """Fill both rollouts."""
        policy, buffer = self.theirs.policy, self.theirs.rollout_buffer
        buffer.reset()
        for _ in range(self.settings.rollout_steps):
            seen = self.obs
            self.ours.choose(seen)
            actions, transition, (obs, rewards, ended_B, _) = self.play()
            self.ours.store(seen, actions)
            self.ours.observe(transition)
            values_B, log_probs_B, _ = policy.evaluate_actions(torch.from_numpy(seen), torch.from_numpy(actions))
            buffer.add(seen, actions[:, None], rewards, self.begun_B, values_B, log_probs_B)
            self.obs = self.ours.obs = obs
            self.begun_B = ended_B
        buffer.compute_returns_and_advantage(policy.predict_values(torch.from_numpy(self.obs)), self.begun_B)

    def update(self) -> None:
        """A rollout and its update."""
        self.play_rollout()
        self.share.used = self.steps / self.config.budget.steps
        self.theirs._current_progress_remaining = 1.0 - self.share.used
        np.random.seed(self.order.begin())  # it is what Stable-Baselines3 draws from
        self.ours.update(self.share)
        self.theirs.train()


class Replays(Pair):
    """DQN."""

    def __init__(self, workshop: Workshop) -> None:
        super().__init__(workshop)
        require(self.settings, environments=1)
        replay = self.theirs.replay_buffer
        self.drawn = np.zeros(0, np.int64)
        self.ours.replay.sampler.sample = lambda count: (self.drawn, np.ones(count, np.float32))
        replay.sample = lambda _, env: replay._get_samples(self.drawn, env)
        for _ in range(self.settings.learning_starts):
            self.play_step()

    def modules(self) -> list[tuple[nn.Module, nn.Module]]:
        """The networks and their targets."""
        ours = self.ours.learner
        return [(ours.network, self.theirs.q_net), (ours.target, self.theirs.q_net_target)]

    def play_step(self) -> None:
        """A step into both replays."""
        seen = self.obs
        actions, transition, (obs, rewards, ended_B, infos) = self.play()
        self.ours.store(seen, actions)
        self.ours.observe(transition)
        self.theirs._last_obs = seen
        self.theirs._store_transition(self.theirs.replay_buffer, actions[:, None], obs, rewards, ended_B, infos)
        self.obs = obs

    def update(self) -> None:
        """The steps between two updates, and one update of the same steps; then the targets follow, if it is time."""
        for _ in range(self.settings.update_every):
            self.play_step()
        self.drawn = self.random.integers(self.steps - self.settings.n_step, size=self.settings.batch_size)
        self.ours._learn()
        self.theirs.train(1, self.settings.batch_size)
        for _ in range(self.settings.update_every):
            self.theirs._on_step()


PAIRS = {"ppo": Rollouts, "a2c": Rollouts, "dqn": Replays}


def largest(one: Tensor, other: Tensor) -> float:
    """The largest difference between two numbers in the same place."""
    return float((one.detach() - other.detach()).abs().max())


def main() -> None:
    """Print one line of JSON."""
    updates, *words = sys.argv[1:]
    cases = [list(case) for between, case in groupby(words, lambda word: word == "--") if not between]
    with App.open() as app:
        results = [follow(Workshop(app, compose(app, case)), int(updates)) for case in cases]
    print(json.dumps({"cases": results, "versions": {name: version(name) for name in PACKAGES}}))


def follow(workshop: Workshop, updates: int) -> dict[str, Any]:
    """One case."""
    torch.set_num_threads(workshop.threads)
    return PAIRS[workshop.config.algorithm.name](workshop).run(updates)


if __name__ == "__main__":
    main()
