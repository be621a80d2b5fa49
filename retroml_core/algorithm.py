"""The contract between the core and a learning algorithm. It knows no torch.

        Session (core): budget, control, checkpoints, evaluation, events
                 |  trainable.advance(control) -> Report, one bounded chunk at a time
        Trainable (plugin): an online algorithm, an evolution strategy, offline learning ...

Most algorithms learn online and are written as an `OnlineTrainable` (see `retroml_core.online`): `act`, `observe`, `ready`,
`update`, about 50 lines.

Shapes: B environments, A actions, C stacked frames, H height, W width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.environment import EnvInfo, EpisodeEnd, VectorEnvironment
    from retroml_core.schema import NetworkConfig
    from retroml_core.seeding import Seeds
    from retroml_core.tree import Tree

__all__ = ["Build", "Control", "Decision", "Report", "StopTraining", "Trainable", "TrainingFault", "Watcher"]


class StopTraining(Exception):
    """Raised by `Control.tick` when the run must end at once; let it pass through."""


class TrainingFault(Exception):
    """Training cannot go on: names what went wrong (a metric that is not a number), `metric` and its `value`."""

    def __init__(self, message: str, *, metric: str = "", value: float | None = None, hint: str = "") -> None:
        super().__init__(message)
        self.metric = metric
        self.value = value
        self.hint = hint


class Control(Protocol):
    """The core's word to an algorithm at work."""

    def tick(self) -> None:
        """Call at least every second or so (each vector step, each minibatch). Raises `StopTraining` in an emergency stop."""

    def wants_return(self) -> bool:
        """Whether `advance` should return at its next safe point (a pause, a stop or a checkpoint waits).

        A safe point is any moment at which `state()` holds everything needed to go on exactly.
        """

    def fraction(self) -> float:
        """The share of the budget used, 0 to 1: drives schedules. By steps when the budget is in steps, else by time."""

    def remaining_steps(self) -> int | None:
        """How many more steps the budget allows, or None when it has no limit in steps."""


class Watcher(Protocol):
    """Somebody who may want to see the play of training, such as the live view."""

    on: bool
    """Whether anybody looks now: asked each vector step; only then is `show` called."""

    def show(
        self,
        step: int,
        obs: NDArray[np.uint8],
        actions: NDArray[np.int64],
        decided: Callable[[NDArray[np.int64]], Decision],
        environment: VectorEnvironment,
    ) -> None:
        """At `step` the agents saw `obs` (B, C, H, W) and `actions` (B,) are being executed; `decided(actions)` tells more.

        Called between `send` and `recv`, while the environment works. Never raises.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What the policy chose: `actions` int64 (B,), optionally `probabilities` float32 (B, A) and `values` float32 (B,)."""

    actions: NDArray[np.int64]
    probabilities: NDArray[np.float32] | None = None
    values: NDArray[np.float32] | None = None


@dataclass(frozen=True, kw_only=True)
class Report:
    """What a chunk did: `steps` taken over all environments, `updates` made, `metrics` by standard name, `episodes` ended.

    `samples` holds arrays that metric plugins may look at (`"advantages"`, `"values"`, `"returns"`, `"actions"`), each (n,).
    """

    steps: int
    updates: int = 0
    metrics: Mapping[str, float] = field(default_factory=dict)
    episodes: tuple[EpisodeEnd, ...] = ()
    samples: Mapping[str, NDArray[Any]] = field(default_factory=dict)


def _no_offers(_hook: str, _kind: type[Any]) -> Iterable[tuple[str, Any]]:
    return ()


@dataclass(frozen=True, kw_only=True)
class Build:
    """What an algorithm's factory is given.

    `config` is the instance of the spec's config dataclass. `make_environment(count)` makes the training environment; it is
    called at most once, and not at all when only a player is wanted. `total_steps` is the budget in steps, None when it is
    in time. `device` is "cpu" or "cuda:0"; `deterministic` asks for bitwise repeatable work; `threads` is for the learner.
    `offers(hook, kind)` gives what plugins return from a hook that a plugin declared, as (plugin, spec).
    `watcher`, where there is one, wants to be shown the play of training.
    """

    env: EnvInfo
    config: Any
    network: NetworkConfig
    seeds: Seeds
    device: str = "cpu"
    deterministic: bool = False
    threads: int = 0
    total_steps: int | None = None
    make_environment: Callable[[int], VectorEnvironment]
    rank: int = 0
    world_size: int = 1
    offers: Callable[[str, type[Any]], Iterable[tuple[str, Any]]] = _no_offers
    watcher: Watcher | None = None


@runtime_checkable
class Trainable(Protocol):
    """An algorithm at work. Used from one thread.

    It may also have `tune(name: str, value: float) -> None`, which changes a setting declared `live`, and
    `modules() -> Mapping[str, object]`, a view of its networks for diagnostics.
    """

    def advance(self, control: Control) -> Report:
        """Train for one bounded chunk (a rollout and its update, a generation); return at a safe point.

        Raises `TrainingFault` when a loss or a parameter is not finite.
        """

    def act(self, obs: NDArray[np.uint8], *, greedy: bool) -> Decision:
        """Decide for observations (B, C, H, W), for evaluation, films and the live view. Must not change what is learned.

        With `greedy` the likeliest action is taken; otherwise actions are drawn from the generator set by `seed_acting`.
        """

    def seed_acting(self, seed: int) -> None:
        """Seed the draws of `act`, apart from the draws of training."""

    def state(self) -> Tree:
        """Everything needed to continue exactly, the environment's state included, as a plain tree (`retroml_core.tree`).

        The arrays may be live: the caller copies or writes them before the next `advance`. Settings are not part of it: they
        come from the config, and the core calls `tune` again for those changed while training.
        What never changes again, such as a full segment of a replay, may be a `retroml_core.tree.Part`: it is written once.
        """

    def restore(self, state: Tree) -> None:
        """Take up a `state()` of the same config. Afterwards training goes on bit for bit as if never interrupted."""

    def policy(self) -> Tree:
        """Only what `act` needs: small, for play, films and sharing."""

    def load_policy(self, policy: Tree) -> None:
        """Take up a `policy()`; `act` then decides as its maker did."""

    def fingerprint(self) -> str:
        """A digest of all parameters: equal if and only if they are equal bit for bit."""

    def flush(self) -> str:
        """Flush the tape; the head of its hash chain ("" without an environment)."""

    def close(self) -> None:
        """Release the environment and the device. May be called twice."""
