"""Quantile regression, what QR-DQN, IQN and FQF learn by.

Shapes: N drawn steps, Q quantiles learned, G samples of the goal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["quantile_huber_loss", "quantile_metrics"]


def quantile_huber_loss(quantiles_NQ: Tensor, fractions_NQ: Tensor, goals_NG: Tensor) -> tuple[Tensor, Tensor]:
    """The loss of each step (N,), https://arxiv.org/abs/1806.06923 eq. 3 with kappa = 1, and its mean absolute error (N,).

    Summed over the quantiles learned, averaged over the samples of the goal. `fractions_NQ` may be (1, Q).
    """
    goals_NQG = goals_NG.unsqueeze(1).expand(-1, quantiles_NQ.shape[1], -1)
    learned_NQG = quantiles_NQ.unsqueeze(2).expand_as(goals_NQG)
    huber_NQG = functional.huber_loss(learned_NQG, goals_NQG, reduction="none")
    errors_NQG = (goals_NQG - learned_NQG).detach()
    asymmetry_NQG = (fractions_NQ.unsqueeze(2) - (errors_NQG < 0).float()).abs()
    return (asymmetry_NQG * huber_NQG).sum(1).mean(1), errors_NQG.abs().mean((1, 2))


def quantile_metrics(loss: Tensor, quantiles_NQ: Tensor) -> dict[str, Tensor]:
    """Loss, and mean and spread of the returns expected, by metric name."""
    quantiles_NQ = quantiles_NQ.detach()
    return {"loss/value": loss, "value/q_mean": quantiles_NQ.mean(), "value/spread": quantiles_NQ.std(1).mean()}
