"""QR-DQN, distributional reinforcement learning with quantile regression: https://arxiv.org/abs/1710.10044

    settings   `QRDQNConfig` in qrdqn_config.py and what it shares (distribution_config.py, off_policy_config.py)
    network    a trunk and a `DistributionHead` (heads.py): for each action K quantiles of its return
    loss       `QRDQNLearner.losses`: quantile Huber loss (quantiles.py)
    algorithm  `QRDQN`: what the core drives; how it plays and explores is `OffPolicyTrainable` in off_policy.py

Why this is no subclass of Tianshou's QRDQN says q_learner.py; a test holds its loss and gradient against it. Deviations from
the paper: docs/algorithms/qrdqn.md.

Shapes: N drawn steps, B observations, A actions, K quantiles.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from retroml_tianshou.q_learner import DistributionTrainable, Losses, QLearner
from retroml_tianshou.quantiles import quantile_huber_loss, quantile_metrics

if TYPE_CHECKING:
    from retroml_core.algorithm import Build
    from retroml_tianshou.learning import Minibatch
    from retroml_tianshou.q_network import QNetwork
    from retroml_tianshou.qrdqn_config import QRDQNConfig

__all__ = ["QRDQN", "QRDQNLearner", "build"]


class QRDQNLearner(QLearner):
    """Learns quantiles of the return of each action at fixed, evenly spread fractions."""

    def __init__(self, config: QRDQNConfig, network: QNetwork, draws: torch.Generator) -> None:
        super().__init__(config, network, draws)
        self.double = config.double
        device = next(network.parameters()).device
        self.fractions_1K = ((torch.arange(config.quantiles, device=device) + 0.5) / config.quantiles).unsqueeze(0)

    def values(self, obs: Tensor) -> Tensor:
        """The mean of each action's quantiles (B, A); see `Learner.values`."""
        quantiles_BAK: Tensor = self.network(obs)
        return quantiles_BAK.mean(2)

    @torch.no_grad()
    def following(self, batch: Minibatch) -> Tensor:
        """The quantiles (N, A, K) of the target network where the steps led."""
        quantiles_NAK: Tensor = self.target(batch.next_obs)
        return quantiles_NAK

    @torch.no_grad()
    def goals(self, batch: Minibatch, next_quantiles_NAK: Tensor) -> Tensor:
        """Samples (N, K) of what the return of each step should be, from what is `following`."""
        choosing_NAK = self.network(batch.next_obs) if self.double else next_quantiles_NAK
        best_NK = next_quantiles_NAK[torch.arange(len(batch)), choosing_NAK.mean(2).argmax(1)]
        goals_NK: Tensor = batch.returns.unsqueeze(1) + batch.discounts.unsqueeze(1) * best_NK
        return goals_NK

    def losses(self, batch: Minibatch) -> Losses:
        """Quantile Huber loss; the surprise is the mean absolute error of the quantiles."""
        following = self.beside.begin(lambda: self.following(batch))
        quantiles_NK = self.network(batch.obs)[torch.arange(len(batch)), batch.actions]
        losses_N, surprise_N = quantile_huber_loss(quantiles_NK, self.fractions_1K, self.goals(batch, following()))
        loss = (losses_N * batch.weights).mean()
        return Losses(loss=loss, metrics=quantile_metrics(loss, quantiles_NK), surprise=surprise_N)


class QRDQN(DistributionTrainable):
    """QR-DQN as the core drives it."""

    def make_learner(self, generator: torch.Generator) -> QRDQNLearner:
        """See `OffPolicyTrainable.make_learner`."""
        config: QRDQNConfig = self.build.config
        return QRDQNLearner(config, self.make_network(generator, config.quantiles, dueling=config.dueling), self.draws)


def build(build: Build) -> QRDQN:
    """The factory of this algorithm."""
    return QRDQN(build)
