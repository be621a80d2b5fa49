"""FQF, fully parameterized quantile function: https://arxiv.org/abs/1911.02140. IQN that learns which fractions to look at.

    settings   `FQFConfig` in fqf_config.py and what it shares (distribution_config.py, off_policy_config.py)
    network    `ProposingNetwork`: that of IQN and a `FractionHead` (heads.py) that proposes fractions for a picture
    loss       `FQFLearner.losses`: quantile Huber loss (quantiles.py), and `proposal_gradient` for the proposals
    algorithm  `FQF`: what the core drives; how it plays and explores is `OffPolicyTrainable` in off_policy.py

Why this is no subclass of Tianshou's FQF says q_learner.py; tests hold its losses and gradients against it. Deviations from the
paper: docs/algorithms/fqf.md.

Shapes: N drawn steps, B observations, A actions, Q fractions, F features.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from retroml_tianshou.heads import FractionHead, ImplicitQuantileHead
from retroml_tianshou.networks import in_precision, initialise
from retroml_tianshou.optimizer import MeteredOptimizer
from retroml_tianshou.q_learner import DistributionTrainable, Losses, QLearner, adam, fused_adam
from retroml_tianshou.q_network import QNetwork
from retroml_tianshou.quantiles import quantile_huber_loss, quantile_metrics

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retroml_core.algorithm import Build
    from retroml_tianshou.fqf_config import FQFConfig
    from retroml_tianshou.learning import Learned, Minibatch

__all__ = ["FQF", "FQFLearner", "ProposingNetwork", "build", "proposal_gradient"]


class ProposingNetwork(QNetwork):
    """Trunk, quantiles at any fractions, and the proposals, which learn apart from both."""

    head: ImplicitQuantileHead

    def __init__(self, trunk: nn.Module, head: ImplicitQuantileHead, proposal: FractionHead) -> None:
        super().__init__(trunk, head)
        self.proposal = proposal

    def features(self, obs_BCHW: Tensor) -> Tensor:
        """Features (B, F), float32, of uint8 observations."""
        return in_precision(self.trunk, obs_BCHW, self.precision)

    def forward(self, obs_BCHW: Tensor) -> Tensor:
        """The mean of each action's return (B, A)."""
        features_BF = self.features(obs_BCHW)
        borders_BP, _ = self.proposal(features_BF)
        return self.means(borders_BP, self.head(features_BF, middles(borders_BP)))

    @staticmethod
    def means(borders_BP: Tensor, quantiles_BQA: Tensor) -> Tensor:
        """The means (B, A) of quantiles in the middle between borders (B, Q + 1), each counted by its width."""
        return (borders_BP.diff(dim=1).unsqueeze(2) * quantiles_BQA).sum(1)


def middles(borders_BP: Tensor) -> Tensor:
    """The fractions (B, Q) half-way between borders (B, Q + 1); nothing is learned through them."""
    return ((borders_BP[:, 1:] + borders_BP[:, :-1]) / 2).detach()


def proposal_gradient(at_borders_NP: Tensor, at_middles_NQ: Tensor) -> Tensor:
    """How the error of the steps' distribution grows with each inner border (N, Q - 1), equation 3 of the paper.

    `at_borders_NP` are the quantiles at the inner borders, `at_middles_NQ` those at the middles. Where quantiles do not rise as
    they should, the signs are turned, as in Tianshou.
    """
    below = torch.cat((at_middles_NQ[:, :1], at_borders_NP[:, :-1]), 1)
    above = torch.cat((at_borders_NP[:, 1:], at_middles_NQ[:, -1:]), 1)
    left, right = at_borders_NP - at_middles_NQ[:, :-1], at_borders_NP - at_middles_NQ[:, 1:]
    return torch.where(at_borders_NP > below, left, -left) + torch.where(at_borders_NP < above, right, -right)


class ProposalOptimizer(MeteredOptimizer):
    """Steps `share` times as long as its learning rate says."""

    share = 1.0
    _whole = 0.0

    @property
    def learning_rate(self) -> float:
        """The learning rate of the network, of which a share is used."""
        return self._whole

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        self._whole = value
        for group in self._optim.param_groups:
            group["lr"] = value * self.share


class FQFLearner(QLearner):
    """Learns quantiles of the return of each action at fractions that it proposes itself."""

    network: ProposingNetwork
    target: ProposingNetwork

    def __init__(self, config: FQFConfig, network: ProposingNetwork, draws: torch.Generator) -> None:
        super().__init__(config, network, draws)
        self.double = config.double
        self.entropy_weight = config.proposal_entropy
        self.optimizer = adam(config, nn.ModuleDict({"trunk": network.trunk, "head": network.head}))
        proposal = network.proposal
        self.proposal_optimizer = ProposalOptimizer(fused_adam(config, proposal), proposal, config.max_grad_norm)
        self.proposal_optimizer.share = config.proposal_rate
        self.proposal_optimizer.learning_rate = config.learning_rate

    def values(self, obs: Tensor) -> Tensor:
        """The mean of each action's return (B, A); see `Learner.values`."""
        values_BA: Tensor = self.network(obs)
        return values_BA

    @torch.no_grad()
    def following(self, batch: Minibatch) -> Tensor:
        """The features (N, F) of the target network where the steps led."""
        return self.target.features(batch.next_obs)

    @torch.no_grad()
    def goals(self, batch: Minibatch, target_features_NF: Tensor) -> Tensor:
        """Samples (N, Q) of what the return of each step should be, from what is `following`, at the fractions proposed."""
        borders_NP, _ = self.network.proposal(self.network.features(batch.next_obs))
        next_quantiles_NQA = self.target.head(target_features_NF, middles(borders_NP))
        means_NA = self.network(batch.next_obs) if self.double else self.network.means(borders_NP, next_quantiles_NQA)
        next_quantiles_NQ = next_quantiles_NQA[torch.arange(len(batch)), :, means_NA.argmax(1)]
        goals_NQ: Tensor = batch.returns.unsqueeze(1) + batch.discounts.unsqueeze(1) * next_quantiles_NQ
        return goals_NQ

    def losses(self, batch: Minibatch) -> Losses:
        """Quantile Huber loss of the network; that of the proposals is the metric `loss/proposal`."""
        following = self.beside.begin(lambda: self.following(batch))
        features_NF = self.network.features(batch.obs)
        borders_NP, entropy_N = self.network.proposal(features_NF.detach())
        fractions_NQ = middles(borders_NP)
        taken = torch.arange(len(batch)), slice(None), batch.actions
        quantiles_NQ = self.network.head(features_NF, fractions_NQ)[taken]
        losses_N, surprise_N = quantile_huber_loss(quantiles_NQ, fractions_NQ, self.goals(batch, following()))
        loss = (losses_N * batch.weights).mean()
        with torch.no_grad():
            at_borders_NP = self.network.head(features_NF, borders_NP[:, 1:-1])[taken]
            gradient_NP = proposal_gradient(at_borders_NP, quantiles_NQ)
        proposal_loss = (gradient_NP * borders_NP[:, 1:-1]).sum(1).mean() - self.entropy_weight * entropy_N.mean()
        metrics = quantile_metrics(loss, quantiles_NQ)
        metrics |= {"loss/proposal": proposal_loss, "value/fraction_entropy": entropy_N.mean()}
        return Losses(loss=loss, metrics=metrics, surprise=surprise_N)

    def learn(self, batch: Minibatch, *, measure_ratio: bool) -> Learned:
        """See `Learner.learn`."""
        learned = super().learn(batch, measure_ratio=measure_ratio)
        self.proposal_optimizer.step(learned.metrics["loss/proposal"])
        return learned

    def optimizers(self) -> Mapping[str, MeteredOptimizer]:
        """See `Learner.optimizers`."""
        return {"network": self.optimizer, "proposal": self.proposal_optimizer}


class FQF(DistributionTrainable):
    """FQF as the core drives it."""

    def make_learner(self, generator: torch.Generator) -> FQFLearner:
        """See `OffPolicyTrainable.make_learner`."""
        config: FQFConfig = self.build.config
        trunk, features, hidden = self.make_trunk(generator, hidden=False)
        head = ImplicitQuantileHead(features, hidden, self.build.env.action_count, config.cosines)
        proposal = FractionHead(features, config.fractions)
        initialise(proposal, generator)
        return FQFLearner(config, self.placed(ProposingNetwork(trunk, head, proposal), generator), self.draws)


def build(build: Build) -> FQF:
    """The factory of this algorithm."""
    return FQF(build)
