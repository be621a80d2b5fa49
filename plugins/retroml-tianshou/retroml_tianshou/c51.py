"""C51, a distributional perspective on reinforcement learning: https://arxiv.org/abs/1707.06887

    settings   `C51Config` in c51_config.py and what it shares (distribution_config.py, off_policy_config.py)
    network    a trunk and a `DistributionHead` (heads.py): for each action the logits of K atoms
    target     `project`: the distribution of r + gamma Z, brought back onto the atoms (algorithm 1)
    loss       `C51Learner.losses`: cross entropy to it
    algorithm  `C51`: what the core drives; how it plays and explores is `OffPolicyTrainable` in off_policy.py

Why this is no subclass of Tianshou's C51 says q_learner.py; a test holds its loss and gradient against it. Deviations from the
paper: docs/algorithms/c51.md.

Shapes: N drawn steps, B observations, A actions, K atoms.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from retroml_tianshou.q_learner import DistributionTrainable, Losses, QLearner

if TYPE_CHECKING:
    from retroml_core.algorithm import Build
    from retroml_tianshou.c51_config import C51Config
    from retroml_tianshou.learning import Minibatch
    from retroml_tianshou.q_network import QNetwork

__all__ = ["C51", "C51Learner", "build", "project"]


def project(goals_NK: Tensor, probabilities_NK: Tensor, atoms_K: Tensor) -> Tensor:
    """Probabilities (N, K) of the evenly spaced atoms when values `goals_NK` have `probabilities_NK`.

    Each value is first brought within the range of the atoms, then gives to the two atoms beside it, the more the nearer.
    """
    spacing = atoms_K[1] - atoms_K[0]
    within_N1K = goals_NK.clamp(atoms_K[0], atoms_K[-1]).unsqueeze(1)
    shares_NKK = (1 - (within_N1K - atoms_K.view(1, -1, 1)).abs() / spacing).clamp(0, 1)
    return (shares_NKK * probabilities_NK.unsqueeze(1)).sum(2)


class C51Learner(QLearner):
    """Learns the distribution of the return of each action over fixed atoms."""

    def __init__(self, config: C51Config, network: QNetwork, draws: torch.Generator) -> None:
        super().__init__(config, network, draws)
        self.double = config.double
        device = next(network.parameters()).device
        self.atoms_K = torch.linspace(config.lowest_return, config.highest_return, config.atoms, device=device)

    def values(self, obs: Tensor) -> Tensor:
        """The mean of each action's distribution (B, A); see `Learner.values`."""
        return self.means(self.network(obs))

    def means(self, logits_BAK: Tensor) -> Tensor:
        """The mean (B, A) of distributions with these logits."""
        return logits_BAK.softmax(2) @ self.atoms_K

    @torch.no_grad()
    def following(self, batch: Minibatch) -> Tensor:
        """The logits (N, A, K) of the target network where the steps led."""
        logits_NAK: Tensor = self.target(batch.next_obs)
        return logits_NAK

    @torch.no_grad()
    def goals(self, batch: Minibatch, next_logits_NAK: Tensor) -> Tensor:
        """The distribution (N, K) that the one of each action taken should be, from what is `following`."""
        choosing_NAK = self.network(batch.next_obs) if self.double else next_logits_NAK
        best_N = self.means(choosing_NAK).argmax(1)
        best_NK = next_logits_NAK[torch.arange(len(batch)), best_N].softmax(1)
        goals_NK = batch.returns.unsqueeze(1) + batch.discounts.unsqueeze(1) * self.atoms_K
        return project(goals_NK, best_NK, self.atoms_K)

    def losses(self, batch: Minibatch) -> Losses:
        """Cross entropy to the goal; the surprise is the Kullback-Leibler divergence, as in Rainbow."""
        following = self.beside.begin(lambda: self.following(batch))
        logits_NK = self.network(batch.obs)[torch.arange(len(batch)), batch.actions]
        log_probabilities_NK = logits_NK.log_softmax(1)
        goals_NK = self.goals(batch, following())
        losses_N = -(goals_NK * log_probabilities_NK).sum(1)
        loss = (losses_N * batch.weights).mean()
        surprise_N = losses_N.detach() + torch.xlogy(goals_NK, goals_NK).sum(1)
        return Losses(
            loss=loss, metrics={"loss/value": loss, **self._about(log_probabilities_NK.detach().exp())}, surprise=surprise_N
        )

    def _about(self, probabilities_NK: Tensor) -> dict[str, Tensor]:
        """Mean and spread of the returns expected, and how much of them lies on the two outermost atoms."""
        means_N = probabilities_NK @ self.atoms_K
        variances_N = probabilities_NK @ self.atoms_K.square() - means_N.square()
        return {
            "value/q_mean": means_N.mean(),
            "value/spread": variances_N.clamp_min(0).sqrt().mean(),
            "value/at_limits": (probabilities_NK[:, 0] + probabilities_NK[:, -1]).mean(),
        }


class C51(DistributionTrainable):
    """C51 as the core drives it."""

    def make_learner(self, generator: torch.Generator) -> C51Learner:
        """See `OffPolicyTrainable.make_learner`."""
        config: C51Config = self.build.config
        return C51Learner(config, self.make_network(generator, config.atoms, dueling=config.dueling), self.draws)


def build(build: Build) -> C51:
    """The factory of this algorithm."""
    return C51(build)
