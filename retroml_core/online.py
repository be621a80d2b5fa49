"""The core's loop for algorithms that learn online: environments step while the algorithm stores what it just saw.

    obs -> act -> send ... store() ... recv -> observe -> (ready?) -> update -> metrics

Subclass `OnlineTrainable`, write `act`, `observe`, `ready` and `update`, and say what belongs to the state in
`learner_state` and `restore_learner`. Pausing, checkpoints, the tape, exact resume, films and evaluation then work.
"""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from retroml_core.algorithm import Build, Control, Decision, Report, TrainingFault
from retroml_core.hands import hands_for

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.environment import EpisodeEnd, Transition, VectorEnvironment
    from retroml_core.tree import Tree

__all__ = ["OnlineTrainable"]


Result = TypeVar("Result")


class _Spent:
    """What the seconds of a chunk were spent on, by part."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = {}

    def on(self, part: str, work: Callable[..., Result]) -> Callable[..., Result]:
        """`work` that counts its time for `part`."""
        self._seconds[part] = 0.0

        def timed(*arguments: Any) -> Result:
            begun = time.perf_counter()
            result = work(*arguments)
            self._seconds[part] += time.perf_counter() - begun
            return result

        return timed

    def shares(self, seconds: float) -> dict[str, float]:
        """The share of `seconds` that went into each part, by metric name."""
        return {f"time/{part}_share": spent / seconds for part, spent in self._seconds.items()}


class OnlineTrainable(ABC):
    """An online algorithm. `build.config.environments` says how many games are played at once (1 when it has no such field)."""

    def __init__(self, build: Build) -> None:
        self.build = build
        self.environment: VectorEnvironment | None = None
        self.obs: NDArray[np.uint8] | None = None
        self.steps = 0
        self.updates = 0
        self._episodes: list[EpisodeEnd] = []
        self._pending_steps = 0

    chooses_in_parts = False
    """Whether `choose` may be asked for a part of the environments, in order, before `store` is told of all of them: emulators
    then work while the network thinks. `last_before_update` must be right then."""

    # --- what an author writes ----------------------------------------------------------------------------------------

    @abstractmethod
    def choose(self, obs: NDArray[np.uint8]) -> NDArray[np.int64]:
        """The actions (B,) of training for observations (B, C, H, W), drawn from the training stream of randomness."""

    @abstractmethod
    def act(self, obs: NDArray[np.uint8], *, greedy: bool) -> Decision:
        """Decide outside training; see `Trainable.act`."""

    def store(self, obs: NDArray[np.uint8], actions: NDArray[np.int64]) -> None:  # noqa: B027  # optional by design
        """Keep what was seen and done (`actions` as executed). Runs while the emulators work, so it costs no time."""

    @abstractmethod
    def observe(self, transition: Transition) -> None:
        """Take in what the step led to."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether enough was observed for an update; no longer so after it."""

    @abstractmethod
    def update(self, control: Control) -> Mapping[str, float]:
        """Learn; numbers by standard metric name. Call `control.tick()` between minibatches."""

    @abstractmethod
    def learner_state(self) -> Tree:
        """Parameters, optimizer, buffers, counters and generators of the algorithm, as a plain tree."""

    @abstractmethod
    def restore_learner(self, state: Tree) -> None:
        """Take up `learner_state()`."""

    @abstractmethod
    def seed_acting(self, seed: int) -> None:
        """Seed the draws of `act`."""

    @abstractmethod
    def policy(self) -> Tree:
        """Only what `act` needs."""

    @abstractmethod
    def load_policy(self, policy: Tree) -> None:
        """Take up `policy()`."""

    @abstractmethod
    def fingerprint(self) -> str:
        """A digest of all parameters."""

    def last_before_update(self) -> bool:
        """Whether the step that is being played makes an update `ready`; asked between `store` and `observe`."""
        return False

    def decided(self, actions: NDArray[np.int64]) -> Decision:
        """`actions`, with the probabilities and values that `choose` came by last, where they are at hand at no cost."""
        return Decision(actions=actions)

    def samples(self) -> Mapping[str, NDArray[Any]]:
        """Arrays of the last update that metric plugins may look at; see `Report.samples`."""
        return {}

    # --- what the core does with it -----------------------------------------------------------------------------------

    def advance(self, control: Control) -> Report:
        """Play until `ready`, then update. Returns early, without an update, when the core wants to pause or stop."""
        environment, obs = self._playing()
        watcher, spent = self.build.watcher, _Spent()
        hands = hands_for(environment, spent.on("act", self.choose), in_parts=self.chooses_in_parts)
        recv = spent.on("emulate", environment.recv)
        show = spent.on("live", watcher.show) if watcher is not None else None
        begun, collecting = time.perf_counter(), self.steps
        while not self.ready():
            control.tick()
            if not hands.ahead and self._returns(control):
                return self._report(0, {})
            executed = hands.send(obs)
            self.store(obs, executed)
            if watcher is not None and show is not None and watcher.on:
                show(self.steps, obs, executed, self.decided, environment)
            if hands.looks_ahead and not self.last_before_update() and not self._returns(control, environment.count):
                hands.look_ahead()
            transition = recv()
            self.observe(transition)
            obs = self.obs = transition.obs
            self.steps += environment.count
            self._pending_steps += environment.count
            self._episodes += transition.episodes
        collected = time.perf_counter()
        metrics = dict(self.update(control))
        if self.ready():
            never = f"{type(self).__name__} is ready for another update right after one: it would never play again"
            raise TrainingFault(never, hint="ready() must be false after update(), until enough new steps were observed")
        self.updates += 1
        environment.note_policy(self.updates)
        learned = time.perf_counter()
        if self.steps > collecting:
            metrics["time/collect_share"] = (collected - begun) / (learned - begun)
            metrics |= spent.shares(learned - begun)
        return self._report(1, metrics)

    def _returns(self, control: Control, playing: int = 0) -> bool:
        """Whether to return once the steps that are `playing` have been played."""
        remaining = control.remaining_steps()
        return control.wants_return() or (remaining is not None and self._pending_steps + playing >= remaining)

    def _playing(self) -> tuple[VectorEnvironment, NDArray[np.uint8]]:
        if self.environment is None:
            self.environment = self.build.make_environment(getattr(self.build.config, "environments", 1))
        if self.obs is None:
            self.obs = self.environment.reset()
        return self.environment, self.obs

    def _report(self, updates: int, metrics: Mapping[str, float]) -> Report:
        report = Report(
            steps=self._pending_steps,
            updates=updates,
            metrics=metrics,
            episodes=tuple(self._episodes),
            samples=self.samples() if updates else {},
        )
        self._pending_steps, self._episodes = 0, []
        return report

    def state(self) -> Tree:
        """Learner, environment and counters; see `Trainable.state`."""
        environment, _ = self._playing()
        return {
            "steps": self.steps,
            "updates": self.updates,
            "learner": self.learner_state(),
            "environment": environment.state(),
        }

    def restore(self, state: Tree) -> None:
        """Take up `state()`: the environment re-simulates its open episodes."""
        self.steps, self.updates = int(state["steps"]), int(state["updates"])
        self.restore_learner(state["learner"])
        self.environment = self.build.make_environment(getattr(self.build.config, "environments", 1))
        self.obs = self.environment.restore(state["environment"])

    def flush(self) -> str:
        """Flush the tape; see `Trainable.flush`."""
        return self.environment.flush() if self.environment is not None else ""

    def close(self) -> None:
        """Close the environment."""
        if self.environment is not None:
            self.environment.close()
            self.environment = None
