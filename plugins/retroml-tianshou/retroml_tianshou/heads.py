"""Heads of the algorithms that learn whole distributions of returns, on top of a trunk of `networks.build_trunk`.

Shapes: B observations, A actions, K numbers an action (atoms or quantiles), Q quantile fractions, F features.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from retroml_tianshou.noisy import NoisyLinear

__all__ = ["DistributionHead", "EvenLinear", "FractionHead", "ImplicitQuantileHead", "OutputLinear"]


class OutputLinear(nn.Linear):
    """A linear layer that ends a network: no activation follows, so weights start with gain 1."""

    initial_gain = 1.0


class EvenLinear(nn.Linear):
    """A linear layer whose outputs are all nearly 0 at first."""

    initial_gain = 0.01


class DistributionHead(nn.Module):
    """K numbers for each action, (B, F) to (B, A, K): logits of atoms, or quantiles.

    With `dueling` they are those of the state plus each action's over their mean (https://arxiv.org/abs/1710.02298, "the
    integrated agent"); each stream has hidden layers of its own.
    """

    def __init__(
        self,
        features: int,
        hidden: tuple[int, ...],
        actions: int,
        numbers: int,
        *,
        dueling: bool = False,
        sigma: float | None = None,
    ) -> None:
        super().__init__()
        self.shape = (actions, numbers)
        self.advantage = _stream(features, hidden, actions * numbers, sigma)
        self.value = _stream(features, hidden, numbers, sigma) if dueling else None

    def forward(self, features_BF: Tensor) -> Tensor:
        """(B, A, K), float32."""
        advantages_BAK: Tensor = self.advantage(features_BF).unflatten(1, self.shape)
        if self.value is None:
            return advantages_BAK
        value_B1K: Tensor = self.value(features_BF).unsqueeze(1)
        return value_B1K + advantages_BAK - advantages_BAK.mean(1, keepdim=True)


class ImplicitQuantileHead(nn.Module):
    """The quantiles of each action's return at any fractions, https://arxiv.org/abs/1806.06923 eq. 4.

    A fraction becomes `cosines` cosines, these F numbers, and these multiply the features; the hidden layers come after.
    """

    def __init__(self, features: int, hidden: tuple[int, ...], actions: int, cosines: int) -> None:
        super().__init__()
        self.embedding = nn.Sequential(nn.Linear(cosines, features), nn.ReLU(inplace=True))
        self.quantiles = _stream(features, hidden, actions, None)
        self.multiples: Tensor
        self.register_buffer("multiples", math.pi * torch.arange(cosines), persistent=False)

    def forward(self, features_BF: Tensor, fractions_BQ: Tensor) -> Tensor:
        """Quantiles (B, Q, A), float32, at fractions between 0 and 1."""
        embedded_BQF = self.embedding(torch.cos(fractions_BQ.unsqueeze(2) * self.multiples))
        quantiles_BQA: Tensor = self.quantiles(features_BF.unsqueeze(1) * embedded_BQF)
        return quantiles_BQA


class FractionHead(nn.Module):
    """Proposes Q ascending fractions for a state, https://arxiv.org/abs/1911.02140 section 3.1; nearly even at first."""

    def __init__(self, features: int, fractions: int) -> None:
        super().__init__()
        self.logits = EvenLinear(features, fractions)
        self.sums: Tensor
        self.register_buffer("sums", torch.ones(fractions, fractions).triu(), persistent=False)

    def forward(self, features_BF: Tensor) -> tuple[Tensor, Tensor]:
        """The borders (B, Q + 1) from 0 to 1, and the entropy (B,) of the steps between them."""
        log_steps_BQ = self.logits(features_BF).log_softmax(1)
        steps_BQ = log_steps_BQ.exp()
        # A product instead of a running sum, which CUDA cannot repeat exactly.
        borders_BQ = nn.functional.pad(steps_BQ @ self.sums, (1, 0))
        return borders_BQ, -(steps_BQ * log_steps_BQ).sum(1)


def _stream(features: int, hidden: tuple[int, ...], outputs: int, sigma: float | None) -> nn.Sequential:
    """Linear layers with ReLU between them; noisy ones that begin at `sigma` unless it is None."""
    layers: list[nn.Module] = []
    for units in hidden:
        inner = nn.Linear(features, units) if sigma is None else NoisyLinear(features, units, sigma)
        layers += [inner, nn.ReLU(inplace=True)]
        features = units
    last = OutputLinear(features, outputs) if sigma is None else NoisyLinear(features, outputs, sigma)
    return nn.Sequential(*layers, last)
