"""A replay buffer: what B environments saw, did and got, as rings of the last L steps each.

A **row** is one step of all environments; row r lies in **slot** r modulo L. A step is known by its index `slot * B +
environment`. It can be drawn from when the `horizon` steps after it are known until a picture of its stack is overwritten.
A game that only the clock ended goes on in the eyes of the learner, so its last observation is kept besides.

Shapes: L slots, B environments, N drawn steps, K steps ahead, C stacked pictures, H height, W width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from retroml_tianshou.replay.saving import Segments
from retroml_tianshou.replay.stacks import Stacks, StorageFactory

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.environment import Transition
    from retroml_core.tree import Tree
    from retroml_tianshou.replay.sampling import Sampler

__all__ = ["BYTES_BESIDE_PICTURES", "Drawn", "ReplayBuffer"]

BYTES_BESIDE_PICTURES = 9
"""What a step takes besides its picture: action, reward, two flags, age."""


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """Steps to learn from, each array (N, ...).

    `obs` and `next_obs` are uint8 (N, C, H, W), `actions` int64. `returns` float32 are the discounted rewards up to the
    horizon or the end of the episode; `discounts` float32 is what the value of `next_obs` counts for: 0 after an end.
    `weights` float32 is how much a step counts in the loss.
    """

    indices: NDArray[np.int64]
    weights: NDArray[np.float32]
    obs: NDArray[np.uint8]
    actions: NDArray[np.int64]
    returns: NDArray[np.float32]
    discounts: NDArray[np.float32]
    next_obs: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.indices)


class ReplayBuffer:
    """`see` takes in what the agent sees, `learn` what came of its actions. Sampling is right after `see`."""

    def __init__(
        self,
        *,
        slots: int,
        environments: int,
        observation_shape: tuple[int, int, int],
        horizon: int,
        gamma: float,
        sampler: Sampler,
        storage: StorageFactory,
    ) -> None:
        """Raises ValueError when `slots` do not hold a stack and the horizon."""
        if slots < observation_shape[0] + horizon + 1:
            raise ValueError(f"{slots} slots are too few for stacks of {observation_shape[0]} and a horizon of {horizon}")
        self.slots, self.environments, self.horizon = slots, environments, horizon
        self.sampler = sampler
        self.stacks = Stacks(slots, environments, observation_shape, storage)
        self.rows = 0
        self.begun_B = np.ones(environments, np.bool_)
        self.actions_LB = np.zeros((slots, environments), np.uint16)
        self.rewards_LB = np.zeros((slots, environments), np.float32)
        self.terminated_LB = np.zeros((slots, environments), np.bool_)
        self.truncated_LB = np.zeros((slots, environments), np.bool_)
        self.finals: dict[int, dict[int, NDArray[np.uint8]]] = {}
        """By slot and environment, the last observations (C, H, W) of games that the clock ended."""
        self._powers_K = gamma ** np.arange(horizon + 1)
        self._segments = Segments(self)

    @property
    def size(self) -> int:
        """How many steps are kept."""
        return min(self.rows, self.slots) * self.environments

    @property
    def nbytes(self) -> int:
        """What the steps kept now take, in memory or on disk."""
        pictures = self.stacks.frames.nbytes if self.stacks.frames is not None else 0
        finals = sum(obs.nbytes for games in self.finals.values() for obs in games.values())
        return pictures + finals + self.size * BYTES_BESIDE_PICTURES

    def see(self, obs_BCHW: NDArray[np.uint8]) -> None:
        """Begin a row with what the agent sees. The array must not be written to afterwards."""
        slot = self.rows % self.slots
        self.stacks.see(slot, obs_BCHW, self.begun_B)
        self.finals.pop(slot, None)
        leaving, ripe = self.rows - self.slots + self.stacks.history, self.rows - self.horizon
        if leaving >= 0:
            self.sampler.removed(self._indices(leaving))
        if ripe >= 0:
            self.sampler.added(self._indices(ripe))

    def _indices(self, row: int) -> NDArray[np.int64]:
        return row % self.slots * self.environments + np.arange(self.environments)

    def learn(self, transition: Transition) -> None:
        """Complete the row with what its actions led to."""
        slot = self.rows % self.slots
        cut_B = transition.truncated & ~transition.terminated
        self.actions_LB[slot] = transition.actions
        self.rewards_LB[slot] = transition.rewards
        self.terminated_LB[slot] = transition.terminated
        self.truncated_LB[slot] = cut_B
        self.begun_B = np.zeros(self.environments, np.bool_)
        self.begun_B[list(transition.final_obs)] = True
        if cut_B.any():
            self.finals[slot] = {int(i): transition.final_obs[int(i)].copy() for i in np.flatnonzero(cut_B)}
        self.rows += 1

    def sample(self, count: int) -> Drawn:
        """Draw `count` steps. Raises ValueError while there are none."""
        return self.look_up(*self.sampler.sample(count))

    def look_up(self, indices_N: NDArray[np.int64], weights_N: NDArray[np.float32]) -> Drawn:
        """These steps, ready to learn from."""
        slots_N, environments_N = np.divmod(indices_N, self.environments)
        ahead_NK = (slots_N[:, None] + np.arange(self.horizon)) % self.slots
        places = ahead_NK, environments_N[:, None]
        terminated_NK, truncated_NK = self.terminated_LB[places], self.truncated_LB[places]
        ended_NK = terminated_NK | truncated_NK
        # A reward counts as long as no earlier step of the row ended the episode.
        counts_NK: NDArray[np.bool_] = np.cumsum(ended_NK, axis=1) - ended_NK == 0
        returns_N = (self.rewards_LB[places] * counts_NK * self._powers_K[:-1]).sum(1)
        used_N: NDArray[np.int64] = counts_NK.sum(1)
        discounts_N = self._powers_K[used_N] * ~(terminated_NK & counts_NK).any(1)
        next_slots_N = (slots_N + self.horizon) % self.slots
        obs = self.stacks.take(np.concatenate([slots_N, next_slots_N]), np.tile(environments_N, 2))
        obs, next_obs = obs[: len(slots_N)], obs[len(slots_N) :]
        for n in np.flatnonzero((truncated_NK & counts_NK).any(1)).tolist():
            next_obs[n] = self.finals[int(ahead_NK[n, used_N[n] - 1])][int(environments_N[n])]
        return Drawn(
            indices=indices_N,
            weights=weights_N,
            obs=obs,
            actions=self.actions_LB[slots_N, environments_N].astype(np.int64),
            returns=returns_N.astype(np.float32),
            discounts=discounts_N.astype(np.float32),
            next_obs=next_obs,
        )

    def latest(self, steps: int) -> Mapping[str, NDArray[Any]]:
        """Actions and rewards of about the last `steps` steps, in order of time, each (n,)."""
        count = min(self.rows, self.slots, -(-steps // self.environments))
        slots = np.arange(self.rows - count, self.rows) % self.slots
        return {"actions": self.actions_LB[slots].ravel().astype(np.int64), "rewards": self.rewards_LB[slots].ravel()}

    def state(self) -> Tree:
        """Everything, as a tree whose rows are parts. Not between `see` and `learn`."""
        return {
            **self._shape(),
            "rows": self.rows,
            "begun": self.begun_B.copy(),
            "sampler": self.sampler.state(),
            "segments": self._segments.save(),
        }

    def _shape(self) -> dict[str, int]:
        return {"replay_size": self.slots * self.environments, "environments": self.environments, "n_step": self.horizon}

    def restore(self, state: Tree) -> None:
        """Take up `state()`. Raises ValueError when it is of a buffer of another shape, naming what differs."""
        for name, own in self._shape().items():
            if state[name] != own:
                raise ValueError(f"the saved replay has {name}={state[name]}, this one {own}; settings of a replay must stay")
        self.rows = int(state["rows"])
        self.begun_B = np.array(state["begun"])
        self.sampler.restore(state["sampler"])
        self._segments.load(state["segments"])

    def close(self) -> None:
        """Give back what the pictures take. May be called twice."""
        if self.stacks.frames is not None:
            self.stacks.frames.close()
