"""Deep Q-learning, https://doi.org/10.1038/nature14236, with double and dueling Q-learning as settings.

    settings   `DQNConfig` in dqn_config.py and what it shares in off_policy_config.py, with the source of each default
    network    `QNetwork` in q_network.py
    replay     `ReplayBuffer` in replay/
    loss       `LeanDQN.losses`
    algorithm  `DQN`: `OffPolicyTrainable` in off_policy.py plays, explores, decides when to learn; here is only what learns

Built on Tianshou's DQN (its target network, its conventions, its optimizer seam). Replaced, and why:

- `_preprocess_batch` and `_update_with_batch` pass pictures through numpy and back for each of three passes, and read the
  loss from the device after every step. `learn` computes the same on tensors that are there already; a test compares them.
- Its replay buffer commits its memory at once, looks up each frame of a stack in turn, and checks all of itself after each
  collect; its Huber loss ignores the weights of a prioritised replay (reports of both: docs/algorithms/dqn.md).

Shapes: N drawn steps, A actions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import gymnasium
import torch
from tianshou.algorithm.modelfree import dqn as tianshou_dqn
from torch import Tensor, nn
from torch.nn import functional

from retroml_tianshou.architectures import collect
from retroml_tianshou.beside import Beside
from retroml_tianshou.learning import Learned, Minibatch
from retroml_tianshou.off_policy import OffPolicyTrainable
from retroml_tianshou.optimizer import FusedAdam, MeteredOptimizer
from retroml_tianshou.q_network import QNetwork, build_q_network

if TYPE_CHECKING:
    from tianshou.algorithm.algorithm_base import Algorithm
    from tianshou.algorithm.optim import OptimizerFactory

    from retroml_core.algorithm import Build
    from retroml_tianshou.dqn_config import DQNConfig

__all__ = ["DQN", "LeanDQN", "build"]


class Model(nn.Module):
    """A network as Tianshou's Q-learning policies call it."""

    def __init__(self, network: QNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(self, obs: Tensor, state: Any = None, info: Any = None) -> tuple[Tensor, Any]:
        """Values (B, A), and the state passed through."""
        return self.network(obs), state


class UncompiledQPolicy(tianshou_dqn.DiscreteQLearningPolicy[Model]):
    """Tianshou's policy without its six seconds of numba compilation in each process: those functions are not used."""

    @staticmethod
    def _compile() -> None:
        """Compile nothing."""


class LeanDQN(tianshou_dqn.DQN[UncompiledQPolicy]):
    """Tianshou's DQN on tensors."""

    Optimizer = MeteredOptimizer  # the seam: a class attribute Tianshou instantiates
    optim: MeteredOptimizer

    def __init__(self, config: DQNConfig, network: QNetwork, actions: int) -> None:
        self.max_grad_norm = config.max_grad_norm
        super().__init__(
            policy=UncompiledQPolicy(model=Model(network), action_space=gymnasium.spaces.Discrete(actions)),
            optim=FusedAdam(learning_rate=config.learning_rate, epsilon=config.adam_epsilon),
            gamma=config.gamma,
            n_step_return_horizon=config.n_step,
            target_update_freq=config.target_every,
            is_double=config.double,
            huber_loss_delta=config.huber_delta,
        )
        self.network = network
        self.beside = Beside()
        self.target = cast(QNetwork, cast(Any, self.model_old).module.network)

    def _create_policy_optimizer(self, optim: OptimizerFactory) -> Algorithm.Optimizer:
        return self._create_optimizer(self.policy, optim, max_grad_norm=self.max_grad_norm)

    def values(self, obs: Tensor) -> Tensor:
        """See `Learner.values`."""
        values_BA: Tensor = self.network(obs)
        return values_BA

    @torch.no_grad()
    def following(self, batch: Minibatch) -> Tensor:
        """What the target network takes each action to be worth (N, A) where the steps led."""
        values_NA: Tensor = self.target(batch.next_obs)
        return values_NA

    @torch.no_grad()
    def goals(self, batch: Minibatch, next_values_NA: Tensor) -> Tensor:
        """What the value of each step should be (N,): its return and the discounted value of what is `following`."""
        if self.is_double:
            best_N = self.network(batch.next_obs).argmax(1, keepdim=True)
            next_values_N = next_values_NA.gather(1, best_N).squeeze(1)
        else:
            next_values_N = next_values_NA.max(1).values
        goals_N: Tensor = batch.returns + batch.discounts * next_values_N
        return goals_N

    def losses(self, batch: Minibatch) -> tuple[Tensor, dict[str, Tensor], Tensor]:
        """The loss, what to report by metric name, and the error of each step (N,)."""
        following = self.beside.begin(lambda: self.following(batch))
        values_N = self.network(batch.obs).gather(1, batch.actions[:, None]).squeeze(1)
        goals_N = self.goals(batch, following())
        if self.huber_loss_delta is None:
            losses_N = (values_N - goals_N).square()
        else:
            losses_N = functional.huber_loss(values_N, goals_N, delta=self.huber_loss_delta, reduction="none")
        loss = (losses_N * batch.weights).mean()
        return loss, {"loss/value": loss, "value/q_mean": values_N.mean()}, (goals_N - values_N).detach()

    def learn(self, batch: Minibatch, *, measure_ratio: bool) -> Learned:
        """See `Learner.learn`."""
        loss, metrics, td_errors_N = self.losses(batch)
        self.optim.step(loss, measure_ratio=measure_ratio)
        return Learned(metrics=metrics, td_errors=td_errors_N)

    def modules_by_name(self) -> Mapping[str, nn.Module]:
        """See `Learner.modules_by_name`."""
        return {"network": self.network, "target": self.target}

    def optimizers(self) -> Mapping[str, MeteredOptimizer]:
        """See `Learner.optimizers`."""
        return {"network": self.optim}

    def targets(self) -> Sequence[tuple[nn.Module, nn.Module]]:
        """See `Learner.targets`."""
        return [(self.target, self.network)]


class DQN(OffPolicyTrainable):
    """DQN as the core drives it."""

    def make_learner(self, generator: torch.Generator) -> LeanDQN:
        """See `OffPolicyTrainable.make_learner`."""
        build, config = self.build, self.build.config
        network = build_q_network(
            build.network,
            build.env.observation_shape,
            build.env.action_count,
            generator,
            collect(build.offers),
            dueling=config.dueling,
        )
        network.precision = self.compute.precision
        return LeanDQN(config, network.to(self.compute.device), build.env.action_count)


def build(build: Build) -> DQN:
    """The factory of this algorithm."""
    return DQN(build)
