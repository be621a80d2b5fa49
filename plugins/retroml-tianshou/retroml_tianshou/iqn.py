"""IQN, implicit quantile networks for distributional reinforcement learning: https://arxiv.org/abs/1806.06923

    settings   `IQNConfig` in iqn_config.py and what it shares (distribution_config.py, off_policy_config.py)
    network    `ImplicitNetwork`: a trunk and an `ImplicitQuantileHead` (heads.py), which gives quantiles at any fractions
    loss       `IQNLearner.losses`: quantile Huber loss (quantiles.py) at fractions drawn anew each time
    algorithm  `IQN`: what the core drives; how it plays and explores is `OffPolicyTrainable` in off_policy.py

Why this is no subclass of Tianshou's IQN says q_learner.py; a test holds its loss and gradient against it. Deviations from the
paper: docs/algorithms/iqn.md.

Shapes: N drawn steps, B observations, A actions, Q fractions, G fractions of the goal, F features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from retroml_tianshou.heads import ImplicitQuantileHead
from retroml_tianshou.networks import in_precision
from retroml_tianshou.q_learner import DistributionTrainable, Losses, QLearner
from retroml_tianshou.q_network import QNetwork
from retroml_tianshou.quantiles import quantile_huber_loss, quantile_metrics

if TYPE_CHECKING:
    from retroml_core.algorithm import Build
    from retroml_tianshou.iqn_config import IQNConfig
    from retroml_tianshou.learning import Minibatch

__all__ = ["IQN", "IQNLearner", "ImplicitNetwork", "build"]


class ImplicitNetwork(QNetwork):
    """`trunk` computes in `precision`; parameters and head are always float32."""

    def forward(self, obs_BCHW: Tensor, fractions_BQ: Tensor) -> Tensor:  # type: ignore[override]  # needs the fractions
        """Quantiles (B, Q, A), float32, of uint8 observations at these fractions; `fractions_BQ` may be (1, Q)."""
        quantiles_BQA: Tensor = self.head(self.features(obs_BCHW), fractions_BQ)
        return quantiles_BQA

    def features(self, obs_BCHW: Tensor) -> Tensor:
        """Features (B, F), float32, of uint8 observations."""
        return in_precision(self.trunk, obs_BCHW, self.precision)


class IQNLearner(QLearner):
    """Learns quantiles of the return of each action at fractions drawn from `draws`."""

    network: ImplicitNetwork
    target: ImplicitNetwork

    def __init__(self, config: IQNConfig, network: ImplicitNetwork, draws: torch.Generator) -> None:
        super().__init__(config, network, draws)
        self.double = config.double
        self.fractions, self.goal_fractions = config.fractions, config.goal_fractions
        device = next(network.parameters()).device
        # Evenly spread instead of drawn: the same mean, and one decision for one picture.
        self.choosing_1Q = ((torch.arange(config.choosing_fractions, device=device) + 0.5) / config.choosing_fractions)[None]

    def values(self, obs: Tensor) -> Tensor:
        """The mean of each action's quantiles (B, A); see `Learner.values`."""
        quantiles_BQA: Tensor = self.network(obs, self.choosing_1Q)
        return quantiles_BQA.mean(1)

    def draw(self, rows: int, count: int) -> Tensor:
        """Fractions (rows, count) drawn evenly from 0 to 1."""
        return torch.rand((rows, count), generator=self.draws, device=self.draws.device)

    @torch.no_grad()
    def following(self, batch: Minibatch) -> Tensor:
        """The features (N, F) of the target network where the steps led."""
        return self.target.features(batch.next_obs)

    @torch.no_grad()
    def goals(self, batch: Minibatch, features_NF: Tensor) -> Tensor:
        """Samples (N, G) of what the return of each step should be, from what is `following`."""
        if self.double:
            choosing_NQA = self.network(batch.next_obs, self.choosing_1Q)
        else:
            choosing_NQA = self.target.head(features_NF, self.choosing_1Q)
        best_N = choosing_NQA.mean(1).argmax(1)
        next_quantiles_NGA = self.target.head(features_NF, self.draw(len(batch), self.goal_fractions))
        next_quantiles_NG = next_quantiles_NGA[torch.arange(len(batch)), :, best_N]
        goals_NG: Tensor = batch.returns.unsqueeze(1) + batch.discounts.unsqueeze(1) * next_quantiles_NG
        return goals_NG

    def losses(self, batch: Minibatch) -> Losses:
        """Quantile Huber loss; the surprise is the mean absolute error of the quantiles."""
        following = self.beside.begin(lambda: self.following(batch))
        fractions_NQ = self.draw(len(batch), self.fractions)
        quantiles_NQ = self.network(batch.obs, fractions_NQ)[torch.arange(len(batch)), :, batch.actions]
        losses_N, surprise_N = quantile_huber_loss(quantiles_NQ, fractions_NQ, self.goals(batch, following()))
        loss = (losses_N * batch.weights).mean()
        return Losses(loss=loss, metrics=quantile_metrics(loss, quantiles_NQ), surprise=surprise_N)


class IQN(DistributionTrainable):
    """IQN as the core drives it."""

    def make_learner(self, generator: torch.Generator) -> IQNLearner:
        """See `OffPolicyTrainable.make_learner`."""
        config: IQNConfig = self.build.config
        trunk, features, hidden = self.make_trunk(generator, hidden=False)
        head = ImplicitQuantileHead(features, hidden, self.build.env.action_count, config.cosines)
        return IQNLearner(config, self.placed(ImplicitNetwork(trunk, head), generator), self.draws)


def build(build: Build) -> IQN:
    """The factory of this algorithm."""
    return IQN(build)
