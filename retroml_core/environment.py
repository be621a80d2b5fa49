"""What an environment owes to the core: many copies of one game, stepped together.

Words. A **step** is one decision of the agent (several emulator frames). An **episode** is a whole game, never one life.
**Raw** rewards are the game's own points; **learning** rewards are what the algorithm is shown (clipped or scaled).
The **score** of an episode is the sum of its raw rewards.

Shapes: B environments, C stacked frames, H height, W width.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.tree import Tree

__all__ = ["DividedEnvironment", "EnvInfo", "EnvironmentBuild", "EpisodeEnd", "Stream", "Transition", "VectorEnvironment"]

Stream = str
"""Which play is recorded: `"training"` or `"evaluation"`."""


@dataclass(frozen=True, kw_only=True)
class EnvInfo:
    """The shape of a game as the agent meets it: uint8 observations of `observation_shape` (C, H, W), discrete actions.

    `reward_limit` is the largest reward of a step, of either sign, that learning is shown; None: not known. `stacked` says
    that an observation is a stack of single pictures, the oldest first, which moves on by one picture a step within an episode.
    """

    game: str
    observation_shape: tuple[int, int, int]
    actions: tuple[str, ...]
    frames_per_step: int
    lives: int = 0
    reward_limit: float | None = None
    stacked: bool = False

    @property
    def action_count(self) -> int:
        """How many actions there are."""
        return len(self.actions)


@dataclass(frozen=True, kw_only=True)
class EpisodeEnd:
    """A whole game that ended: raw `score`, `length` in steps, the first step's number `first_step`, whether cut short."""

    environment: int
    number: int
    score: float
    length: int
    first_step: int
    truncated: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Transition:
    """What one vector step led to. The arrays belong to the receiver; the environment does not write to them again.

    `obs` uint8 (B, C, H, W) is the next observation: after an end, the first of the new episode. `actions` int64 (B,) are
    those executed (an environment may press FIRE by itself). `rewards` float32 (B,) are learning rewards, `raw_rewards`
    float32 (B,) the game's points. `terminated` bool (B,) ends bootstrapping: game over, or a life lost where the config
    says so. `truncated` bool (B,) is the time limit; `final_obs` holds the last observation (C, H, W) of each environment
    index whose game ended. `episodes` are the whole games that ended at this step.
    """

    obs: NDArray[np.uint8]
    actions: NDArray[np.int64]
    rewards: NDArray[np.float32]
    raw_rewards: NDArray[np.float32]
    terminated: NDArray[np.bool_]
    truncated: NDArray[np.bool_]
    final_obs: Mapping[int, NDArray[np.uint8]]
    episodes: tuple[EpisodeEnd, ...] = ()


class VectorEnvironment(Protocol):
    """`count` copies of a game. Used from one thread.

    `send` starts a step and returns at once, `recv` waits for it: work in between costs nothing. Everything played is
    recorded on the tape when `EnvironmentBuild.tape_folder` was given.

    It may also have `open_games() -> tuple[scores, lengths]`, for the live view: the raw points so far float64 (B,) and the
    steps so far int64 (B,) of each open game; between `send` and `recv` the step under way may count already.
    """

    info: EnvInfo
    count: int

    def reset(self) -> NDArray[np.uint8]:
        """Begin an episode everywhere; the first observations (B, C, H, W). Called once, or not at all after `restore`."""

    def send(self, actions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Start a step with one action an environment (B,); returns the actions that are executed (B,)."""

    def recv(self) -> Transition:
        """Wait for the step started by `send`."""

    def state(self) -> Tree:
        """All that `restore` needs to go on exactly here, as a plain tree. Not between `send` and `recv`."""

    def restore(self, state: Tree) -> NDArray[np.uint8]:
        """Take up `state` of an environment of the same config; the observations (B, C, H, W) the agent saw last."""

    def note_policy(self, version: int) -> None:
        """Say that from now on actions come from policy `version` (the number of updates so far); goes on the tape."""

    def flush(self) -> str:
        """Write what is recorded so far to disk; the head of the hash chain over observations, actions and rewards."""

    def close(self) -> None:
        """Flush and release everything. May be called twice."""


class DividedEnvironment(VectorEnvironment, Protocol):
    """An environment whose copies step in two parts, so that an algorithm can think about one while the other works.

    A step is begun by `send_part(0, ...)`, then `send_part(1, ...)`, or by `send` for both; it ends with `recv`.
    """

    parts: tuple[int, ...]
    """How many copies each part has, in order; one part when it is not divided after all."""

    def send_part(self, number: int, actions: NDArray[np.int64]) -> NDArray[np.int64]:
        """Start the step of part `number` with its actions; returns those that are executed. Part 0 comes first."""

    def first_part(self) -> NDArray[np.uint8] | None:
        """Wait for part 0 alone: its observations after the step that both parts have begun.

        None when they are not settled before `recv`, because an episode of it ended.
        """


@dataclass(frozen=True, kw_only=True)
class EnvironmentBuild:
    """What an environment factory is given.

    `game` is a game name, `config` the instance of the spec's config dataclass, `count` how many copies, `seed` a 63-bit
    number all randomness derives from, `threads` how many threads may step (0: as many as cores). With `tape_folder` the
    play is recorded there in stream `stream`, by attempt `attempt` of the run, from step `first_step` on; `clock` tells the
    seconds of training so far.
    """

    game: str
    config: Any
    count: int
    seed: int
    threads: int = 0
    stream: Stream = "training"
    tape_folder: Path | None = None
    attempt: int = 1
    first_step: int = 0
    clock: Callable[[], float] = field(default=lambda: 0.0)
