"""Soft actor-critic for discrete actions: https://arxiv.org/abs/1910.07207

    settings   `SACConfig` in sac_config.py and what it shares (off_policy_config.py)
    network    an actor and two critics, each a `QNetwork` of its own (q_network.py), and a target for each critic
    loss       `SACLearner.learn`: both critics, then the actor, then the temperature (equations 4, 10 to 12)
    algorithm  `SAC`: what the core drives; how it fills its replay is `OffPolicyTrainable` in off_policy.py

Written on plain tensors instead of subclassing Tianshou's DiscreteSAC, which passes every batch through numpy and reads five
numbers from the device at each step, in methods that are not public; a test holds all losses and gradients against it. The
second critic is initialised by itself: Tianshou copies the first one unless it is given two, and equal critics stay equal, so
that the smaller of both means nothing. Deviations from the paper: docs/algorithms/sac.md.

Shapes: N drawn steps, B observations, A actions, C stacked frames, H height, W width.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor, nn

from retroml_core.algorithm import Decision
from retroml_tianshou.architectures import collect
from retroml_tianshou.beside import Beside
from retroml_tianshou.exploration import epsilon_greedy
from retroml_tianshou.heads import EvenLinear, OutputLinear
from retroml_tianshou.learning import Learned, Minibatch
from retroml_tianshou.networks import build_trunk, initialise
from retroml_tianshou.off_policy import OffPolicyTrainable
from retroml_tianshou.q_learner import adam
from retroml_tianshou.q_network import QNetwork
from retroml_tianshou.sanity import Bounds

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.algorithm import Build
    from retroml_tianshou.optimizer import MeteredOptimizer
    from retroml_tianshou.sac_config import SACConfig

__all__ = ["SAC", "SACLearner", "Temperature", "build"]


class Temperature(nn.Module):
    """What entropy is worth beside points: fixed, or learned so that the policy keeps a certain entropy.

    A fixed one is kept as a logarithm too: training that goes on from it with a learned one begins there.
    """

    def __init__(self, fixed: float | None) -> None:
        super().__init__()
        self.learned = fixed is None
        self.logarithm = nn.Parameter(torch.tensor(math.log(fixed) if fixed else 0.0), requires_grad=self.learned)
        self.fixed = fixed

    def forward(self) -> Tensor:
        """The temperature; nothing is learned through it."""
        return self.logarithm.detach().exp() if self.fixed is None else torch.full_like(self.logarithm, self.fixed)


class SACLearner:
    """An actor that is paid for points and for entropy, as two critics judge both; see `learning.Learner`."""

    def __init__(self, config: SACConfig, actor: QNetwork, critics: Sequence[QNetwork], actions: int) -> None:
        self.network = actor
        self.beside = Beside()
        self.critics = tuple(critics)
        self.target_critics = tuple(copy.deepcopy(critic).requires_grad_(False) for critic in self.critics)
        self.temperature = Temperature(config.temperature).to(next(actor.parameters()).device)
        self.target_entropy = config.target_entropy * math.log(actions)
        self.actor_optimizer = adam(config, actor)
        self.critic_optimizers = [adam(config, critic) for critic in self.critics]
        self.temperature_optimizer = adam(config, self.temperature) if self.temperature.learned else None

    def values(self, obs: Tensor) -> Tensor:
        """The logits of the policy (B, A); see `Learner.values`."""
        logits_BA: Tensor = self.network(obs)
        return logits_BA

    @torch.no_grad()
    def following(self, batch: Minibatch) -> Tensor:
        """The logits (N, A) of the policy where the steps led."""
        return self.values(batch.next_obs)

    @torch.no_grad()
    def goals(self, batch: Minibatch) -> Tensor:
        """What the value of each step should be (N,): points, and points and entropy of what may follow."""
        following = self.beside.begin(lambda: self.following(batch))
        judged_NA = _lower(self.target_critics, batch.next_obs)
        log_policy_NA = following().log_softmax(1)
        following_N = (log_policy_NA.exp() * (judged_NA - self.temperature() * log_policy_NA)).sum(1)
        goals_N: Tensor = batch.returns + batch.discounts * following_N
        return goals_N

    def learn(self, batch: Minibatch, *, measure_ratio: bool) -> Learned:
        """See `Learner.learn`."""
        goals_N = self.goals(batch)
        values, losses, errors = [], [], []
        for critic, optimizer in zip(self.critics, self.critic_optimizers, strict=True):
            values_N = critic(batch.obs).gather(1, batch.actions[:, None]).squeeze(1)
            loss = ((values_N - goals_N).square() * batch.weights).mean()
            optimizer.step(loss)
            values.append(values_N.detach())
            losses.append(loss.detach())
            errors.append((goals_N - values_N).detach())
        metrics = {"loss/value": torch.stack(losses).mean(), "value/q_mean": torch.stack(values).mean()}
        metrics |= self._learn_policy(batch.obs, measure_ratio=measure_ratio)
        return Learned(metrics=metrics, td_errors=torch.stack(errors).mean(0))

    def _learn_policy(self, obs: Tensor, *, measure_ratio: bool) -> dict[str, Tensor]:
        log_policy_NA = self.network(obs).log_softmax(1)
        policy_NA = log_policy_NA.exp()
        temperature = self.temperature()
        with torch.no_grad():
            judged_NA = _lower(self.critics, obs)
        loss = (policy_NA * (temperature * log_policy_NA - judged_NA)).sum(1).mean()
        self.actor_optimizer.step(loss, measure_ratio=measure_ratio)
        entropy = -(policy_NA * log_policy_NA).sum(1).mean().detach()
        if self.temperature_optimizer is not None:
            self.temperature_optimizer.step(self.temperature.logarithm * (entropy - self.target_entropy))
        return {"loss/policy": loss, "policy/entropy": entropy, "policy/temperature": temperature}

    def modules_by_name(self) -> Mapping[str, nn.Module]:
        """See `Learner.modules_by_name`."""
        critics = {f"critic_{number}": critic for number, critic in enumerate(self.critics, start=1)}
        targets = {f"target_{number}": critic for number, critic in enumerate(self.target_critics, start=1)}
        return {"network": self.network, **critics, **targets, "temperature": self.temperature}

    def optimizers(self) -> Mapping[str, MeteredOptimizer]:
        """See `Learner.optimizers`."""
        critics = {f"critic_{number}": optimizer for number, optimizer in enumerate(self.critic_optimizers, start=1)}
        temperature = {} if self.temperature_optimizer is None else {"temperature": self.temperature_optimizer}
        return {"network": self.actor_optimizer, **critics, **temperature}

    def targets(self) -> Sequence[tuple[nn.Module, nn.Module]]:
        """See `Learner.targets`."""
        return list(zip(self.target_critics, self.critics, strict=True))


class SAC(OffPolicyTrainable):
    """Discrete SAC as the core drives it: actions are drawn from the policy, in training as in evaluations."""

    learner: SACLearner

    def make_learner(self, generator: torch.Generator) -> SACLearner:
        """See `OffPolicyTrainable.make_learner`."""
        config: SACConfig = self.build.config
        actor = self._network(EvenLinear, generator)
        critics = [self._network(OutputLinear, generator) for _ in range(2)]
        return SACLearner(config, actor, critics, self.build.env.action_count)

    def make_bounds(self) -> Bounds:
        """Those of rewards without a limit: it is paid for keeping its choices open as well."""
        return Bounds()

    def _network(self, last: type[nn.Linear], generator: torch.Generator) -> QNetwork:
        build = self.build
        trunk, features = build_trunk(build.network, build.env.observation_shape, generator, collect(build.offers))
        network = QNetwork(trunk, last(features, build.env.action_count))
        initialise(network.head, generator)
        network.precision = self.compute.precision
        return network.to(self.compute.device)

    def choose(self, obs: NDArray[np.uint8]) -> NDArray[np.int64]:
        """Actions (B,) drawn from the policy; random with chance epsilon."""
        epsilon = self.epsilon.at(self.steps, self._budget_used)
        actions = self.build.env.action_count
        return epsilon_greedy(epsilon, lambda: _drawn(self.values(obs), self.exploring), len(obs), actions, self.exploring)

    def act(self, obs: NDArray[np.uint8], *, greedy: bool) -> Decision:
        """Decide for observations (B, C, H, W), with the probabilities of the policy; see `Trainable.act`."""
        logits_BA = self.values(obs)
        count, actions = logits_BA.shape
        epsilon = 0.0 if greedy else self.settings.epsilon_acting
        policy_BA = np.exp(logits_BA - logits_BA.max(1, keepdims=True))
        policy_BA /= policy_BA.sum(1, keepdims=True)
        if greedy:
            chosen_B = logits_BA.argmax(1)
        else:
            chosen_B = epsilon_greedy(epsilon, lambda: _drawn(logits_BA, self.acting), count, actions, self.acting)
        chances_BA = (1 - epsilon) * policy_BA + epsilon / actions
        return Decision(actions=chosen_B.astype(np.int64), probabilities=chances_BA.astype(np.float32))


def _lower(critics: Sequence[nn.Module], obs: Tensor) -> Tensor:
    """The more careful judgement of each action (B, A)."""
    first, second = (critic(obs) for critic in critics)
    return torch.minimum(first, second)


def _drawn(logits_BA: NDArray[np.float32], random: np.random.Generator) -> NDArray[np.int64]:
    """Actions (B,) drawn in proportion to exp(logits), by the largest of logits with Gumbel noise."""
    drawn_B: NDArray[np.int64] = (logits_BA + random.gumbel(size=logits_BA.shape)).argmax(1)
    return drawn_B


def build(build: Build) -> SAC:
    """The factory of this algorithm."""
    return SAC(build)
