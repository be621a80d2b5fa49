"""Advantage actor-critic, the synchronous form of https://arxiv.org/abs/1602.01783, in the order in which one would explain it.

    settings   `A2CConfig` in a2c_config.py, with the source of each default
    network    `ActorCritic` in networks.py: one trunk, a policy head, a value head
    rollout    `Rollout` in rollout.py: T steps of B games and their advantages
    loss       `JointA2C.losses`
    update     `JointA2C.learn`: one gradient step on the whole rollout
    algorithm  `A2C`: when to play, when to learn, what to report, what to remember

Built on Tianshou's A2C (its policy, its loss conventions, its optimizer seam). Replaced, and why: as for PPO, see ppo.py; one
pass through the trunk instead of two, the core's loop instead of Collector, Batch and Trainer.

Deviations from the paper (see docs/algorithms/a2c.md): all games step together and their gradients are averaged, which is
what the second A stood for; the gradient is clipped; orthogonal initialisation.

Shapes: A actions, N = T * B samples of a rollout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import gymnasium
from tianshou.algorithm.modelfree import a2c as tianshou_a2c

from retroml_tianshou.actor_critic import ActorCriticTrainable
from retroml_tianshou.optimizer import FusedAdam, MeteredOptimizer
from retroml_tianshou.rmsprop import RMSprop
from retroml_tianshou.sanity import Bounds, bounds
from retroml_tianshou.schedules import share_left
from retroml_tianshou.snapshots import load_optimizer, optimizer_state
from retroml_tianshou.views import Actor, Critic, UncompiledPolicy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tianshou.algorithm.optim import OptimizerFactory
    from torch import Tensor

    from retroml_core.algorithm import Build, Control
    from retroml_core.tree import Tree
    from retroml_tianshou.a2c_config import A2CConfig
    from retroml_tianshou.networks import ActorCritic
    from retroml_tianshou.rollout import Samples

__all__ = ["A2C", "JointA2C", "Live", "build"]

MEASURED_EVERY = 16
"""Updates between two measurements of the step's size, which costs a copy of all parameters."""


@dataclass
class Live:
    """The settings that may change while training."""

    learning_rate: float
    entropy_coefficient: float


class JointA2C(tianshou_a2c.A2C):
    """Tianshou's A2C with one pass through the network an update."""

    bounds = Bounds()
    Optimizer = MeteredOptimizer  # the seam: a class attribute Tianshou instantiates
    optim: MeteredOptimizer

    def __init__(self, config: A2CConfig, network: ActorCritic, actions: int) -> None:
        policy = UncompiledPolicy(actor=cast(Any, Actor(network)), action_space=gymnasium.spaces.Discrete(actions))
        super().__init__(
            policy=policy,
            critic=Critic(network),
            optim=_optimizer(config),
            vf_coef=config.value_coefficient,
            ent_coef=config.entropy_coefficient,
            max_grad_norm=config.max_grad_norm,
            gae_lambda=config.gae_lambda,
            gamma=config.gamma,
        )
        self.network = network
        self.advantage_normalization = config.normalize_advantage

    def losses(self, batch: Samples) -> dict[str, Tensor]:
        """The loss of a rollout and what it consists of, by metric name; each a scalar tensor."""
        logits_NA, values_N = self.network(batch.seen())
        all_log_probs_NA = logits_NA.log_softmax(1)
        log_probs_N = all_log_probs_NA.gather(1, batch.actions[:, None]).squeeze(1)

        advantages_N = batch.advantages
        if self.advantage_normalization:
            advantages_N = (advantages_N - advantages_N.mean()) / (advantages_N.std() + self._eps)
        policy_loss = -(log_probs_N * advantages_N).mean()
        value_loss = (values_N - batch.returns).square().mean()
        entropy = -(all_log_probs_NA.exp() * all_log_probs_NA).sum(1).mean()
        return {
            "loss/policy": policy_loss,
            "loss/value": value_loss,
            "policy/entropy": entropy,
            "loss/total": policy_loss + self.vf_coef * value_loss - self.ent_coef * entropy,
        }

    def learn(self, samples: Samples, *, measure_ratio: bool = False) -> dict[str, float]:
        """One gradient step on a rollout; what it was, by metric name, with `measure_ratio` also the size of the step.

        Raises TrainingFault when a loss or gradient was not finite; the parameters are then those before the step.
        """
        losses = self.losses(samples)
        self.optim.step(losses["loss/total"], measure_ratio=measure_ratio)
        metrics = {name: value.item() for name, value in losses.items()} | self.optim.read().metrics()
        self.bounds.refuse(metrics)
        return metrics


class A2C(ActorCriticTrainable):
    """A2C as the core drives it: play a short rollout, learn from it once, report."""

    def __init__(self, build: Build) -> None:
        super().__init__(build)
        config: A2CConfig = build.config
        self.config = config
        self.live = Live(config.learning_rate, config.entropy_coefficient)
        self.algorithm = JointA2C(config, self.network, build.env.action_count)
        self.algorithm.bounds = bounds(config.gamma, build.env.reward_limit)

    def update(self, control: Control) -> Mapping[str, float]:
        """Learn from the full rollout; see docs/algorithms/a2c.md for each metric."""
        control.tick()
        schedule = self._schedule(control.fraction())
        samples = self.played()
        self.compute.use_threads(self.compute.threads)
        learned = self.algorithm.learn(samples, measure_ratio=self.updates % MEASURED_EVERY == 0)
        self.rollout.restart()
        return learned | schedule | self.about_rollout()

    def _schedule(self, fraction: float) -> dict[str, float]:
        """Set what changes over the budget, of which `fraction` is used, and report it."""
        rate = self.live.learning_rate * share_left(self.config.learning_rate_schedule, fraction)
        self.algorithm.optim.learning_rate = rate
        self.algorithm.ent_coef = self.live.entropy_coefficient
        return {"schedule/learning_rate": rate, "schedule/entropy_coefficient": self.live.entropy_coefficient}

    def learning_state(self) -> Tree:
        """The optimizer."""
        return super().learning_state() | {"optimizer": optimizer_state(self.algorithm.optim)}

    def restore_learning(self, state: Tree) -> None:
        """Take up `learning_state()`."""
        super().restore_learning(state)
        load_optimizer(self.algorithm.optim, state["optimizer"])


def build(build: Build) -> A2C:
    """The factory of this algorithm."""
    return A2C(build)


def _optimizer(config: A2CConfig) -> OptimizerFactory:
    if config.optimizer == "adam":
        return FusedAdam(learning_rate=config.learning_rate, epsilon=config.epsilon)
    return RMSprop(learning_rate=config.learning_rate, decay=config.rmsprop_decay, epsilon=config.epsilon)
