"""Linear layers whose weights are noisy, so that the network explores by itself: Fortunato et al. 2018, factorised noise.

https://arxiv.org/abs/1706.10295 eq. 9 to 11. A weight is mu + sigma * f(e_in) * f(e_out), f(x) = sign(x) sqrt(|x|), with one
normal number for each input and each output. Noise is never drawn in `forward`: whoever wants some calls `draw_noise` with a
generator of its own, which is then part of a checkpoint, and `silence` to compute with the means.

Nothing of the size of the weights is drawn or added: sum_j sigma_ij e_i e_j x_j = e_i * sum_j sigma_ij (e_j x_j), so the noisy
part is a second linear layer between two products. That also allows each row of a batch a noise of its own.

Shapes: B rows, I inputs, O outputs; noise of one row serves all rows.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

__all__ = ["NoisyLinear", "draw_noise", "silence"]


class NoisyLinear(nn.Module):
    """A linear layer from `features` to `units` whose noise begins at `sigma` / sqrt(features); silent until noise is drawn."""

    def __init__(self, features: int, units: int, sigma: float) -> None:
        super().__init__()
        self.sigma = sigma
        self.weight = nn.Parameter(torch.zeros(units, features))
        self.bias = nn.Parameter(torch.zeros(units))
        self.weight_sigma = nn.Parameter(torch.zeros(units, features))
        self.bias_sigma = nn.Parameter(torch.zeros(units))
        self.noise: tuple[Tensor, Tensor] | None = None

    def initialise(self, generator: torch.Generator) -> None:
        """Means uniform within 1 / sqrt(features), deviations constant (section 3.2)."""
        scale = 1 / math.sqrt(self.weight.shape[1])
        for mean in (self.weight, self.bias):
            nn.init.uniform_(mean, -scale, scale, generator)
        for deviation in (self.weight_sigma, self.bias_sigma):
            nn.init.constant_(deviation, self.sigma * scale)

    def forward(self, features_BI: Tensor) -> Tensor:
        """(B, O) with the noise last drawn."""
        units_BO = functional.linear(features_BI, self.weight, self.bias)
        if self.noise is None:
            return units_BO
        noise_BI, noise_BO = self.noise
        return units_BO + noise_BO * functional.linear(features_BI * noise_BI, self.weight_sigma, self.bias_sigma)


def draw_noise(module: nn.Module, generator: torch.Generator, rows: int = 1) -> None:
    """New noise for every noisy layer in `module`: one for all rows of a batch, or one for each of `rows`.

    The generator may be on the CPU while the module is on a device.
    """
    for layer in module.modules():
        if isinstance(layer, NoisyLinear):
            units, features = layer.weight.shape
            device = layer.weight.device
            layer.noise = _noise(rows, features, generator).to(device), _noise(rows, units, generator).to(device)


def silence(module: nn.Module) -> None:
    """Let every noisy layer in `module` compute with the means of its weights."""
    for layer in module.modules():
        if isinstance(layer, NoisyLinear):
            layer.noise = None


def _noise(rows: int, count: int, generator: torch.Generator) -> Tensor:
    normal = torch.randn((rows, count), generator=generator, device=generator.device)
    return normal.sign() * normal.abs().sqrt()
