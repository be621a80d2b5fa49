"""What was played since the last update: preallocated buffers, and the advantages worked out from them.

Shapes: T steps, B environments, N = T * B samples, H height, W width, C stacked frames.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from retroml_tianshou.pixels import channels_last, move_on, pack_stacks, unpack_stacks
from retroml_tianshou.snapshots import array

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tree import Tree

__all__ = ["Rollout", "Samples", "gae"]

_ARRAYS = ("actions_TB", "log_probs_TB", "values_TB", "rewards_TB", "bootstraps_TB", "ended_TB")


def gae(
    rewards_TB: NDArray[np.float32],
    values_TB: NDArray[np.float32],
    last_values_B: NDArray[np.float32],
    ended_TB: NDArray[np.bool_],
    *,
    gamma: float,
    gae_lambda: float,
) -> NDArray[np.float32]:
    """Generalized advantage estimates (T, B), https://arxiv.org/abs/1506.02438 eq. 16.

    `last_values_B` are the values of the observations after the last step. Nothing flows back over a step that `ended`
    an episode: what is worth bootstrapping there must already be in its reward.
    """
    advantages_TB = np.empty_like(rewards_TB)
    following_B = np.zeros_like(last_values_B)
    next_values_B = last_values_B
    discount, decay = np.float32(gamma), np.float32(gamma * gae_lambda)
    alive_TB = (~ended_TB).astype(np.float32)
    for t in range(len(rewards_TB) - 1, -1, -1):
        error_B = rewards_TB[t] + discount * next_values_B * alive_TB[t] - values_TB[t]
        following_B = error_B + decay * alive_TB[t] * following_B
        advantages_TB[t] = following_B
        next_values_B = values_TB[t]
    return advantages_TB


@dataclass(frozen=True, kw_only=True)
class Samples:
    """What an update learns from, each (N, ...) on the device of the network.

    `obs` is uint8 (N, H, W, C); `log_probs` and `values` are those of the policy that played.
    """

    obs: Tensor
    actions: Tensor
    log_probs: Tensor
    values: Tensor
    advantages: Tensor
    returns: Tensor

    def __len__(self) -> int:
        return len(self.actions)

    def take(self, index: Tensor) -> Samples:
        """The samples at `index`."""
        return Samples(
            obs=self.obs.index_select(0, index),
            actions=self.actions.index_select(0, index),
            log_probs=self.log_probs.index_select(0, index),
            values=self.values.index_select(0, index),
            advantages=self.advantages.index_select(0, index),
            returns=self.returns.index_select(0, index),
        )

    def chunk(self, parts: int) -> list[Samples]:
        """At most `parts` views of about the same size, in order."""
        columns = {field.name: getattr(self, field.name).chunk(parts) for field in fields(self)}
        return [Samples(**dict(zip(columns, cut, strict=True))) for cut in zip(*columns.values(), strict=True)]

    def seen(self) -> Tensor:
        """The observations (N, C, H, W) as a network takes them; a view that lies channels last in memory."""
        return self.obs.permute(0, 3, 1, 2)


class Rollout:
    """T steps of B environments. `position` steps are filled; observations lie on the device of the network.

    `stacked` says that observations are stacks of frames that move on by one a step; see `EnvInfo`.
    """

    def __init__(
        self,
        steps: int,
        environments: int,
        observation_shape: tuple[int, int, int],
        device: torch.device,
        *,
        stacked: bool = False,
    ) -> None:
        channels, height, width = observation_shape
        shape = (steps, environments)
        self.steps = steps
        self.position = 0
        self.obs_TBHWC = torch.zeros((*shape, height, width, channels), dtype=torch.uint8, device=device)
        self.actions_TB = np.zeros(shape, np.int64)
        self.log_probs_TB = np.zeros(shape, np.float32)
        self.values_TB = np.zeros(shape, np.float32)
        self.rewards_TB = np.zeros(shape, np.float32)
        self.bootstraps_TB = np.zeros(shape, np.float32)
        self.ended_TB = np.zeros(shape, np.bool_)
        self.stacked = stacked and channels > 1
        self._staging: Tensor | None = None
        if device.type == "cuda":
            self._staging = torch.zeros((1, *self.obs_TBHWC.shape[1:]), dtype=torch.uint8, pin_memory=True)
        self._room_TBHWC = (self.obs_TBHWC if self._staging is None else self._staging).numpy()
        self._looking_at, self._seen = 0, 0

    @property
    def full(self) -> bool:
        """Whether every step is filled."""
        return self.position == self.steps

    def see(self, obs_BCHW: NDArray[np.uint8]) -> Tensor:
        """Keep what is seen at the next step, by all environments or by part of them, in order; as it is kept (n, H, W, C).

        To a GPU it goes through pinned memory, without waiting: what came of the part before must have been read back.
        """
        step, part = self._looking_at, slice(self._seen, self._seen + len(obs_BCHW))
        self._seen = part.stop
        room_BHWC, before_BHWC = (self._room_TBHWC[at % len(self._room_TBHWC), part] for at in (step, step - 1))
        if self.stacked and step > 0:
            move_on(before_BHWC, obs_BCHW[:, -1], room_BHWC)
            for i in np.flatnonzero(self.ended_TB[step - 1, part]).tolist():
                channels_last(obs_BCHW[i : i + 1], room_BHWC[i : i + 1])
        else:
            channels_last(obs_BCHW, room_BHWC)
        if self._staging is None:
            return torch.from_numpy(room_BHWC)
        return self.obs_TBHWC[step, part].copy_(self._staging[0, part], non_blocking=True)

    def decide(self, actions_B: NDArray[np.int64], log_probs_B: NDArray[np.float32], values_B: NDArray[np.float32]) -> None:
        """Keep what was done about what was seen; from now on the step after it may be seen."""
        self.actions_TB[self.position] = actions_B
        self.log_probs_TB[self.position] = log_probs_B
        self.values_TB[self.position] = values_B
        # Who sees the next step before the outcome of this one is known is in the midst of an episode.
        self.ended_TB[self.position] = False
        self._look_at(self.position + 1)

    def _look_at(self, step: int) -> None:
        self._looking_at, self._seen = step, 0

    def outcome(
        self, rewards_B: NDArray[np.float32], ended_B: NDArray[np.bool_], bootstraps_B: NDArray[np.float32] | None = None
    ) -> None:
        """Keep what the current step led to and go on to the next one.

        `bootstraps_B` are the values of the last observations of episodes that only the clock ended, 0 elsewhere.
        """
        self.rewards_TB[self.position] = rewards_B
        self.ended_TB[self.position] = ended_B
        self.bootstraps_TB[self.position] = 0.0 if bootstraps_B is None else bootstraps_B
        self.position += 1

    def samples(self, last_values_B: Tensor, *, gamma: float, gae_lambda: float) -> Samples:
        """The whole rollout with its advantages and returns, in order of time; what is on the device is not copied."""
        advantages_TB = gae(
            self.rewards_TB + np.float32(gamma) * self.bootstraps_TB,
            self.values_TB,
            last_values_B.cpu().numpy(),
            self.ended_TB,
            gamma=gamma,
            gae_lambda=gae_lambda,
        )

        def flat(array_TB: NDArray[Any]) -> Tensor:
            return torch.from_numpy(array_TB.ravel()).to(self.obs_TBHWC.device)

        return Samples(
            obs=self.obs_TBHWC.flatten(0, 1),
            actions=flat(self.actions_TB),
            log_probs=flat(self.log_probs_TB),
            values=flat(self.values_TB),
            advantages=flat(advantages_TB),
            returns=flat(advantages_TB + self.values_TB),
        )

    def restart(self) -> None:
        """Begin to fill anew."""
        self.position = 0
        self._look_at(0)

    def state(self) -> Tree:
        """The filled part; stacks that move on, with each frame once."""
        filled = slice(self.position)
        tree: Tree = {name: getattr(self, name)[filled] for name in _ARRAYS}
        obs_TBHWC = array(self.obs_TBHWC[filled])
        return tree | {"obs_TBHWC": pack_stacks(obs_TBHWC) if self.stacked else obs_TBHWC, "position": self.position}

    def restore(self, state: Tree) -> None:
        """Take up `state()` of a rollout of as many environments.

        One that was begun and does not fit into fewer steps any more is left out: its last observation is not its own end.
        """
        position = int(state["position"])
        self.position = position if position <= self.steps else 0
        obs_TBHWC = unpack_stacks(state["obs_TBHWC"])
        self.obs_TBHWC[: self.position] = torch.from_numpy(obs_TBHWC[: self.position])
        for name in _ARRAYS:
            getattr(self, name)[: self.position] = state[name][: self.position]
        if self.position:
            self._room_TBHWC[(self.position - 1) % len(self._room_TBHWC)] = obs_TBHWC[self.position - 1]
        self._look_at(self.position)
