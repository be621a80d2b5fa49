"""Proximal Policy Optimization, https://arxiv.org/abs/1707.06347, in the order in which one would explain it.

    settings   `PPOConfig` in ppo_config.py, with the source of each default
    network    `ActorCritic` in networks.py: one trunk, a policy head, a value head
    rollout    `Rollout` in rollout.py: T steps of B games and their advantages
    loss       `JointPPO.losses`
    update     `JointPPO.learn`: epochs of shuffled minibatches
    algorithm  `PPO`: when to play, when to learn, what to report, what to remember

Built on Tianshou's PPO (its policy, its loss conventions, its optimizer seam). Replaced, and why:

- `_update_with_batch` runs the shared trunk twice a minibatch, once for the actor and once for the critic, and reads four
  numbers back from the device each time. `learn` runs it once and reads at the end; the gradient is the same.
- Collector, Batch and ReplayBuffer cost more time on a fast environment than the environment itself, and recompute values
  and log-probabilities three times. The core's loop writes uint8 pictures straight into preallocated buffers instead.
- Trainer and learning-rate scheduler know no budget in time and no pause. The core drives; schedules follow its fraction.

Deviations from the paper, all from Huang et al. 2022 (see docs/algorithms/ppo.md): 4 epochs, clipped value loss, advantages
normalised by minibatch, global gradient clipping, orthogonal initialisation, Adam epsilon 1e-5, a constant clip range.

Shapes: B samples of a minibatch, A actions, N samples of a rollout.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, cast

import gymnasium
import torch
from tianshou.algorithm.modelfree import ppo as tianshou_ppo
from torch import Tensor

from retroml_tianshou.actor_critic import ActorCriticTrainable
from retroml_tianshou.gradients import Gradients
from retroml_tianshou.optimizer import FusedAdam, MeteredOptimizer
from retroml_tianshou.sanity import Bounds, bounds
from retroml_tianshou.snapshots import load_optimizer, optimizer_state
from retroml_tianshou.views import Actor, Critic, UncompiledPolicy

if TYPE_CHECKING:
    import numpy as np

    from retroml_core.algorithm import Build, Control
    from retroml_core.tree import Tree
    from retroml_tianshou.networks import ActorCritic
    from retroml_tianshou.ppo_config import PPOConfig
    from retroml_tianshou.rollout import Samples

__all__ = ["PPO", "JointPPO", "Live", "build"]


@dataclass
class Live:
    """The settings that may change while training."""

    learning_rate: float
    clip_range: float
    entropy_coefficient: float


class JointPPO(tianshou_ppo.PPO):
    """Tianshou's PPO with one pass through the network a minibatch."""

    bounds = Bounds()
    Optimizer = MeteredOptimizer  # the seam: a class attribute Tianshou instantiates
    optim: MeteredOptimizer

    def __init__(
        self, config: PPOConfig, network: ActorCritic, actions: int, gradients: Gradients[ActorCritic] | None = None
    ) -> None:
        policy = UncompiledPolicy(actor=cast(Any, Actor(network)), action_space=gymnasium.spaces.Discrete(actions))
        super().__init__(
            policy=policy,
            critic=Critic(network),
            optim=FusedAdam(learning_rate=config.learning_rate, epsilon=config.adam_epsilon),
            eps_clip=config.clip_range,
            value_clip=config.clip_value,
            advantage_normalization=config.normalize_advantage,
            vf_coef=config.value_coefficient,
            ent_coef=config.entropy_coefficient,
            max_grad_norm=config.max_grad_norm,
            gae_lambda=config.gae_lambda,
            gamma=config.gamma,
        )
        self.network = network
        self.gradients = gradients if gradients is not None else Gradients(network)

    def losses(self, batch: Samples) -> dict[str, Tensor]:
        """The loss of a minibatch and what it consists of, by metric name; each a scalar tensor."""
        return self.terms(self.network, self.normalized(batch))

    def normalized(self, batch: Samples) -> Samples:
        """The minibatch with the advantages that its loss takes."""
        if not self.advantage_normalization:
            return batch
        advantages_B = (batch.advantages - batch.advantages.mean()) / (batch.advantages.std() + self._eps)
        return replace(batch, advantages=advantages_B)

    def terms(self, network: ActorCritic, batch: Samples) -> dict[str, Tensor]:
        """`losses` of a minibatch or a part of one, of which the advantages are normalised; means over its samples."""
        logits_BA, values_B = network(batch.seen())
        all_log_probs_BA = logits_BA.log_softmax(1)
        log_probs_B = all_log_probs_BA.gather(1, batch.actions[:, None]).squeeze(1)
        log_ratios_B = log_probs_B - batch.log_probs
        ratios_B = log_ratios_B.exp()

        clipped_B = ratios_B.clamp(1 - self.eps_clip, 1 + self.eps_clip)
        policy_loss = -torch.min(ratios_B * batch.advantages, clipped_B * batch.advantages).mean()

        errors_B = (values_B - batch.returns).square()
        if self.value_clip:
            near_B = batch.values + (values_B - batch.values).clamp(-self.eps_clip, self.eps_clip)
            errors_B = torch.max(errors_B, (near_B - batch.returns).square())
        value_loss = errors_B.mean()

        entropy = -(all_log_probs_BA.exp() * all_log_probs_BA).sum(1).mean()
        return {
            "loss/policy": policy_loss,
            "loss/value": value_loss,
            "policy/entropy": entropy,
            "policy/approx_kl": (ratios_B - 1 - log_ratios_B).mean(),
            "policy/clip_fraction": ((ratios_B - 1).abs() > self.eps_clip).float().mean(),
            "loss/total": policy_loss + self.vf_coef * value_loss - self.ent_coef * entropy,
        }

    def learn(
        self,
        samples: Samples,
        *,
        epochs: int,
        minibatches: int,
        order: np.random.Generator,
        target_kl: float | None = None,
        tick: Callable[[], None] = lambda: None,
    ) -> dict[str, float]:
        """Learn from a rollout; means over all minibatches by metric name. `tick` is called between minibatches.

        With `target_kl` no further epoch begins once the mean KL divergence of the last one was larger. Raises
        TrainingFault when a loss or gradient was not finite; the parameters are then those of the last finite step.
        """
        rows: list[Tensor] = []
        names: list[str] = []
        for _ in range(epochs):
            parts = torch.from_numpy(order.permutation(len(samples))).to(samples.actions.device).chunk(minibatches)
            for part in parts:
                tick()
                self.optim.forget()
                losses = self.gradients.backward(self.terms, self.normalized(samples.take(part)))
                self.optim.apply(losses["loss/total"], measure_ratio=part is parts[-1])
                names = list(losses)
                rows.append(torch.stack(list(losses.values())))
            if target_kl is not None:
                moved = torch.stack(rows[-minibatches:]).mean(0)[names.index("policy/approx_kl")]
                if float(moved) > target_kl:
                    break
        means = dict(zip(names, torch.stack(rows).mean(0).tolist(), strict=True))
        metrics = means | self.optim.read().metrics()
        self.bounds.refuse(metrics)
        return metrics


class PPO(ActorCriticTrainable):
    """PPO as the core drives it: play a rollout, learn from it, report."""

    def __init__(self, build: Build) -> None:
        super().__init__(build)
        config: PPOConfig = build.config
        self.config = config
        self.live = Live(config.learning_rate, config.clip_range, config.entropy_coefficient)
        self.order = build.seeds.generator("minibatches", build.rank)
        self.gradients = self.parallel_gradients(self.minibatch())
        self.algorithm = JointPPO(config, self.network, build.env.action_count, self.gradients)
        self.algorithm.bounds = bounds(config.gamma, build.env.reward_limit)

    def minibatch(self) -> int:
        """How many samples are learned from at a time."""
        return super().minibatch() // int(self.build.config.minibatches)

    def update(self, control: Control) -> Mapping[str, float]:
        """Learn from the full rollout; see docs/algorithms/ppo.md for each metric."""
        schedule = self.schedule(control.fraction())
        learned = self.learn_from(self.played(), control.tick)
        self.rollout.restart()
        return learned | schedule | self.about_rollout()

    def learn_from(self, samples: Samples, tick: Callable[[], None]) -> dict[str, float]:
        """One update, by metric name."""
        config = self.config
        self.compute.use_threads(self.compute.threads)
        return self.algorithm.learn(
            samples,
            epochs=config.epochs,
            minibatches=config.minibatches,
            order=self.order,
            target_kl=config.target_kl,
            tick=tick,
        )

    def schedule(self, fraction: float) -> dict[str, float]:
        """Set what changes over the budget, of which `fraction` is used, and report it."""
        left = 1.0 - min(max(fraction, 0.0), 1.0)
        rate = self.live.learning_rate * (left if self.config.anneal_learning_rate else 1.0)
        clip = self.live.clip_range * (left if self.config.anneal_clip else 1.0)
        self.algorithm.optim.learning_rate = rate
        self.algorithm.eps_clip = clip
        self.algorithm.ent_coef = self.live.entropy_coefficient
        return {
            "schedule/learning_rate": rate,
            "schedule/clip_range": clip,
            "schedule/entropy_coefficient": self.live.entropy_coefficient,
        }

    def learning_state(self) -> Tree:
        """Optimizer and order of minibatches."""
        return super().learning_state() | {
            "optimizer": optimizer_state(self.algorithm.optim),
            "order": self.order.bit_generator.state,
        }

    def restore_learning(self, state: Tree) -> None:
        """Take up `learning_state()`."""
        super().restore_learning(state)
        load_optimizer(self.algorithm.optim, state["optimizer"])
        self.order.bit_generator.state = state["order"]

    def close(self) -> None:
        """Release threads, environment and device."""
        self.gradients.close()
        super().close()


def build(build: Build) -> PPO:
    """The factory of this algorithm; with `overlap` the one that learns while it plays."""
    if build.config.overlap:
        from retroml_tianshou.ppo_overlap import OverlappedPPO

        return OverlappedPPO(build)
    return PPO(build)
