"""What algorithms with a replay share: playing, exploring, when to learn, targets, reports, state. The rest is a `Learner`.

    obs -> choose (epsilon-greedy) -> send ... store: see, learn from the replay ... recv -> observe

Gradient steps are made while the emulators work on the step just decided, on what was known before it: the order of things
is fixed, so nothing depends on who is faster. `update_every` steps are due `gradient_steps`; a chunk of `report_steps` ends
with a report of its means.

Shapes: B environments, N drawn steps, A actions, C stacked frames, H height, W width.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from tianshou.utils.lagged_network import polyak_parameter_update
from torch import Tensor

from retroml_core.algorithm import Build, Control, Decision, Report
from retroml_core.online import OnlineTrainable
from retroml_core.tree import digest
from retroml_tianshou.beside import Beside
from retroml_tianshou.compiling import compile_trunks
from retroml_tianshou.compute import prepare_for
from retroml_tianshou.exploration import EpsilonSchedule, epsilon_greedy, greedy_probabilities
from retroml_tianshou.learning import Learner, to_device, upload
from retroml_tianshou.pixels import channels_last
from retroml_tianshou.replay import capacity, make_replay
from retroml_tianshou.replay.sampling import Sampler, UniformSampler
from retroml_tianshou.sanity import Bounds, bounds
from retroml_tianshou.schedules import share_left
from retroml_tianshou.snapshots import load_optimizer, load_parameters, optimizer_state, parameters, stacked
from retroml_tianshou.tuning import Tunable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.environment import Transition
    from retroml_core.tree import Tree
    from retroml_tianshou.off_policy_config import OffPolicyConfig

__all__ = ["LiveSettings", "OffPolicyTrainable", "capacity"]

MEASURED_EVERY = 50
"""The size of one gradient step in so many is measured: it takes a copy of the parameters."""


@dataclass
class LiveSettings:
    """The settings that may change while training."""

    learning_rate: float


class OffPolicyTrainable(Tunable, OnlineTrainable):
    """Plays epsilon-greedily into a replay and learns from it. A subclass says what learns in `make_learner`.

    It may also choose the `make_sampler`, and explore in another way by its own `choose`.
    """

    def __init__(self, build: Build) -> None:
        super().__init__(build)
        config: OffPolicyConfig = build.config
        seeds = build.seeds
        self.settings = config
        self.live = LiveSettings(config.learning_rate)
        self.bounds = self.make_bounds()
        self.compute = prepare_for(build)
        self.learner = self.make_learner(torch.Generator().manual_seed(seeds.integer("network")))
        self.learner.beside = Beside(self.compute.threads if self.compute.device.type == "cpu" else 1)
        networks, shape = self.learner.modules_by_name().values(), build.env.observation_shape
        compile_trunks(networks, self.compute, shape, learning=[config.batch_size], acting=[config.environments])
        self.exploring = seeds.generator("exploration", build.rank)
        self.acting = seeds.generator("acting")
        self.epsilon = EpsilonSchedule(
            start=config.epsilon_start,
            end=config.epsilon_end,
            fraction=config.epsilon_fraction,
            steps=config.epsilon_steps,
        )
        self.replay = make_replay(
            config, build.env.observation_shape, self.make_sampler(config, seeds.generator("replay", build.rank))
        )
        self.gradient_steps = 0
        self._due_elsewhere = 0
        self._starts = max(config.learning_starts, self._least())
        self._tick: Callable[[], None] = _nothing
        self._budget_used = 0.0
        self._unreported = 0
        self._asked: NDArray[np.float32] | None = None
        self._rows: list[Tensor] = []
        self._names: list[str] = []
        self._learning_seconds = 0.0

    # --- what an algorithm says ---------------------------------------------------------------------------------------

    @abstractmethod
    def make_learner(self, generator: torch.Generator) -> Learner:
        """The networks, on the device of `self.compute` and in its precision, initialised from `generator`."""

    def make_sampler(self, config: OffPolicyConfig, random: np.random.Generator) -> Sampler:
        """What draws from the replay, of `capacity(config)` steps; uniform unless said otherwise."""
        return UniformSampler(capacity(config), random)

    def make_bounds(self) -> Bounds:
        """What no estimate of a return comes to."""
        return bounds(self.settings.gamma, self.build.env.reward_limit)

    # --- playing ------------------------------------------------------------------------------------------------------

    def advance(self, control: Control) -> Report:
        """Play and learn for a chunk; see `Trainable.advance`."""
        self._budget_used, self._tick = control.fraction(), control.tick
        self._schedule()
        begun, learning = time.perf_counter(), self._learning_seconds
        report = super().advance(control)
        if not report.updates:
            return report
        share = 1.0 - (self._learning_seconds - learning) / (time.perf_counter() - begun)
        return replace(report, metrics={**report.metrics, "time/collect_share": share})

    def _schedule(self) -> None:
        rate = self.live.learning_rate * share_left(self.settings.learning_rate_schedule, self._budget_used)
        for optimizer in self.learner.optimizers().values():
            optimizer.learning_rate = rate
        self.replay.sampler.schedule(self._budget_used)

    def choose(self, obs: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Actions (B,): random with chance epsilon, else those worth most."""
        self._asked = None
        epsilon = self.epsilon.at(self.steps, self._budget_used)
        return epsilon_greedy(epsilon, lambda: self._ask(obs), len(obs), self.build.env.action_count, self.exploring)

    def _ask(self, obs: NDArray[np.uint8]) -> NDArray[np.int64]:
        self._asked = self.values(obs)
        best_B: NDArray[np.int64] = self._asked.argmax(1)
        return best_B

    def decided(self, actions: NDArray[np.int64]) -> Decision:
        """See `OnlineTrainable.decided`; nothing is at hand when all actions were random."""
        if self._asked is None:
            return Decision(actions=actions)
        epsilon = self.epsilon.at(self.steps, self._budget_used)
        return Decision(actions=actions, probabilities=greedy_probabilities(self._asked, epsilon), values=self._asked.max(1))

    @torch.inference_mode()
    def values(self, obs: NDArray[np.uint8]) -> NDArray[np.float32]:
        """What the network takes each action (B, A) to be worth for observations (B, C, H, W)."""
        self.compute.use_threads(self.compute.threads_for(len(obs)))
        pixels_BHWC = to_device(channels_last(obs), self.compute.device)
        values_BA: NDArray[np.float32] = self.learner.values(pixels_BHWC.permute(0, 3, 1, 2)).cpu().numpy()
        return values_BA

    def store(self, obs: NDArray[np.uint8], actions: NDArray[np.int64]) -> None:
        """Keep what was seen, and learn while the emulators work."""
        self.replay.see(obs)
        due = self._due() - self.gradient_steps
        if due > 0:
            begun = time.perf_counter()
            self.compute.use_threads(self.compute.threads)
            for _ in range(due):
                self._learn()
                self._tick()
            self._learning_seconds += time.perf_counter() - begun

    def _least(self) -> int:
        """How many steps there must be to learn from."""
        return self.settings.environments * self.settings.n_step

    def _due(self) -> int:
        """How many gradient steps belong to the steps played so far."""
        config = self.settings
        share = config.learning_starts_share
        if share is not None and self._budget_used >= share and self._least() <= self.steps < self._starts:
            self._starts = self.steps
        beyond = self.steps - self._starts
        updates = 0 if beyond < 0 else beyond // config.update_every + 1
        return updates * config.gradient_steps + self._due_elsewhere

    def _pace(self) -> list[int]:
        """The settings that say how many gradient steps are due."""
        config = self.settings
        return [config.learning_starts, config.update_every, config.gradient_steps]

    def _learn(self) -> None:
        drawn = self.replay.sample(self.settings.batch_size)
        measured = self.gradient_steps % MEASURED_EVERY == 0
        learned = self.learner.learn(upload(drawn, self.compute.device), measure_ratio=measured)
        self.gradient_steps += 1
        if self.replay.sampler.wants_errors:
            self.replay.sampler.update(drawn.indices, learned.td_errors.cpu().numpy())
        self._names = list(learned.metrics)
        self._rows.append(torch.stack([value.detach() for value in learned.metrics.values()]))
        if self.gradient_steps % self.settings.target_every == 0:
            for target, source in self.learner.targets():
                polyak_parameter_update(target, source, self.settings.target_tau)

    def observe(self, transition: Transition) -> None:
        """Keep what the actions led to."""
        self.replay.learn(transition)
        self._unreported += len(transition.rewards)

    # --- reporting ----------------------------------------------------------------------------------------------------

    def ready(self) -> bool:
        """Whether a chunk is complete."""
        return self._unreported >= self.settings.report_steps

    def update(self, control: Control) -> Mapping[str, float]:
        """The means of the chunk; see docs/algorithms/dqn.md for each metric. Learning happened while it was played."""
        metrics = self._about_learning() if self._rows else {}
        self.bounds.refuse(metrics)
        self._unreported = 0
        return {
            **metrics,
            **self.about_exploration(),
            "schedule/learning_rate": next(iter(self.learner.optimizers().values())).learning_rate,
            "replay/size": float(self.replay.size),
            "replay/megabytes": self.replay.nbytes / 1e6,
            "update/gradient_steps": float(self.gradient_steps),
        }

    def about_exploration(self) -> dict[str, float]:
        """How it explores now, by metric name."""
        return {"policy/epsilon": self.epsilon.at(self.steps, self._budget_used)}

    def _about_learning(self) -> dict[str, float]:
        metrics = dict(zip(self._names, torch.stack(self._rows).mean(0).tolist(), strict=True))
        metrics["loss/total"] = sum(value for name, value in metrics.items() if name.startswith("loss/"))
        self._rows = []
        first, *others = self.learner.optimizers().values()
        meters = first.read()
        for other in others:
            other.read()
        return metrics | meters.metrics()

    def samples(self) -> Mapping[str, NDArray[Any]]:
        """Actions and rewards of the last chunk, in order of time, each (n,)."""
        return self.replay.latest(self.settings.report_steps)

    # --- acting outside training --------------------------------------------------------------------------------------

    def act(self, obs: NDArray[np.uint8], *, greedy: bool) -> Decision:
        """Decide for observations (B, C, H, W), with probabilities and the value of the best action; see `Trainable.act`."""
        values_BA = self.values(obs)
        count, actions = values_BA.shape
        epsilon = 0.0 if greedy else self.settings.epsilon_acting
        return Decision(
            actions=epsilon_greedy(epsilon, lambda: values_BA.argmax(1), count, actions, self.acting).astype(np.int64),
            probabilities=greedy_probabilities(values_BA, epsilon),
            values=values_BA.max(1),
        )

    def seed_acting(self, seed: int) -> None:
        """Seed the draws of `act`."""
        self.acting = np.random.Generator(np.random.PCG64(seed))

    def policy(self) -> Tree:
        """The network: its config and its parameters."""
        return {"network": asdict(self.build.network), "parameters": parameters(self.learner.network)}

    def load_policy(self, policy: Tree) -> None:
        """Take up `policy()`. Raises ValueError when it is of another network."""
        load_parameters(self.learner.network, policy["parameters"])

    def fingerprint(self) -> str:
        """A digest of all parameters, targets included."""
        return digest(self._modules())

    def modules(self) -> Mapping[str, object]:
        """The networks, for diagnostics."""
        return self.learner.modules_by_name()

    # --- state --------------------------------------------------------------------------------------------------------

    def _modules(self) -> Tree:
        return {name: parameters(module) for name, module in self.learner.modules_by_name().items()}

    def learner_state(self) -> Tree:
        """Networks, optimizers, the replay, generators, counters, and what is not reported yet.

        Raises TrainingFault rather than hand out what a gradient that was no number has spoilt.
        """
        optimizers = self.learner.optimizers()
        self._refuse_spoilt()
        return {
            "modules": self._modules(),
            "optimizers": {name: optimizer_state(optimizer) for name, optimizer in optimizers.items()},
            "norms": {name: stacked(optimizer.norms) for name, optimizer in optimizers.items()},
            "measured": {name: stacked(optimizer.measured) for name, optimizer in optimizers.items()},
            "replay": self.replay.state(),
            "exploring": self.exploring.bit_generator.state,
            "gradient_steps": self.gradient_steps,
            "starts": self._starts,
            "due_elsewhere": self._due_elsewhere,
            "pace": self._pace(),
            "unreported": self._unreported,
            "names": self._names,
            "rows": stacked(self._rows),
        }

    def restore_learner(self, state: Tree) -> None:
        """Take up `learner_state()`."""
        for name, module in self.learner.modules_by_name().items():
            load_parameters(module, state["modules"][name])
        # One that a changed setting brought begins anew.
        optimizers = {name: one for name, one in self.learner.optimizers().items() if name in state["optimizers"]}
        for name, optimizer in optimizers.items():
            load_optimizer(optimizer, state["optimizers"][name])
            optimizer.norms = list(torch.from_numpy(np.array(state["norms"][name])))
            optimizer.measured = list(torch.from_numpy(np.array(state.get("measured", {}).get(name, []), np.float32)))
        self.replay.restore(state["replay"])
        self.exploring.bit_generator.state = state["exploring"]
        self.gradient_steps, self._unreported = int(state["gradient_steps"]), int(state["unreported"])
        self._due_elsewhere = int(state.get("due_elsewhere", 0))
        changed = list(state.get("pace", self._pace())) != self._pace()
        if not changed or self.gradient_steps:
            self._starts = int(state.get("starts", self._starts))
        if changed:
            # Steps played at another pace owe nothing at this one: neither a burst to catch up with nor a long rest.
            self._due_elsewhere += self.gradient_steps - self._due()
        self._names = list(state["names"])
        self._rows = list(torch.from_numpy(np.array(state["rows"])))

    def _refuse_spoilt(self) -> None:
        metrics = dict(zip(self._names, torch.stack(self._rows).mean(0).tolist(), strict=True)) if self._rows else {}
        norms = [norm for optimizer in self.learner.optimizers().values() for norm in optimizer.norms]
        self.bounds.refuse(metrics | ({"grad/norm": float(torch.stack(norms).mean())} if norms else {}))

    def close(self) -> None:
        """Close the environment, end the threads and give back the replay."""
        super().close()
        self.learner.beside.close()
        self.replay.close()


def _nothing() -> None:
    pass
