"""A network that can show where it looks: convolutions, then self-attention between the places of the picture.

After Zambaldi et al. 2019 ("Deep reinforcement learning with relational inductive biases",
https://openreview.net/forum?id=HkxaFoC9KQ): every cell of the last convolution is a token that knows its position, and
tokens attend to each other. Deviations: one layer without the token-wise network, the tokens are flattened instead of
pooled, and the convolutions are those of the Nature CNN.

Shapes: B samples, H x W cells of the last convolution, N = H * W tokens, C channels, K heads, D = C / K.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional

from retroml_tianshou.network_sizes import feature_sizes
from retroml_tianshou.networks import convolution_layers

if TYPE_CHECKING:
    from retroml_tianshou.network_specs import Architecture

__all__ = ["AttentionEncoder", "encoder"]


def encoder(architecture: Architecture, observation_shape: tuple[int, int, int]) -> AttentionEncoder:
    """From uint8 (B, C, H, W) to features (B, N * C)."""
    return AttentionEncoder(architecture, observation_shape)


class Projection(nn.Linear):
    """A linear layer without an activation after it."""

    initial_gain = 1.0


class AttentionEncoder(nn.Module):
    """Convolutions and one layer of self-attention with a residual connection; `attention` tells the weights."""

    def __init__(self, architecture: Architecture, observation_shape: tuple[int, int, int]) -> None:
        super().__init__()
        incoming, height, width = observation_shape
        channels = architecture.channels[-1]
        self.heads = architecture.heads
        self.cells = feature_sizes(architecture, height, width)[-1]
        self.convolutions = nn.Sequential(*convolution_layers(architecture, incoming))
        self.queries_keys_values = Projection(channels + 2, 3 * channels)
        self.back = Projection(channels, channels)
        self.normalise = nn.LayerNorm(channels)
        self.positions_N2: Tensor
        self.register_buffer("positions_N2", _positions(*self.cells), persistent=False)

    def forward(self, obs_BCHW: Tensor) -> Tensor:
        """Features (B, N * C)."""
        tokens_BNC, queries, keys, values = self._tokens(obs_BCHW)
        mixed_BKND = functional.scaled_dot_product_attention(queries, keys, values)
        seen_BNC = self.back(mixed_BKND.transpose(1, 2).flatten(2))
        return functional.relu(self.normalise(tokens_BNC + seen_BNC)).flatten(1)

    def attention(self, obs_BCHW: Tensor) -> Tensor:
        """How much each cell is looked at, (B, K, H, W), averaged over those that look; each map sums to 1."""
        _, queries, keys, _ = self._tokens(obs_BCHW)
        weights_BKNN = (queries @ keys.transpose(2, 3) / queries.shape[3] ** 0.5).softmax(3)
        maps_BKHW: Tensor = weights_BKNN.mean(2).unflatten(2, self.cells)
        return maps_BKHW

    def _tokens(self, obs_BCHW: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Tokens (B, N, C); queries, keys and values, each (B, K, N, D)."""
        tokens_BNC = self.convolutions(obs_BCHW).flatten(2).transpose(1, 2)
        positions_BN2 = self.positions_N2.to(tokens_BNC.dtype).expand(len(tokens_BNC), -1, -1)
        joint_BNE = self.queries_keys_values(torch.cat((tokens_BNC, positions_BN2), 2))
        queries, keys, values = joint_BNE.unflatten(2, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return tokens_BNC, queries, keys, values


def _positions(height: int, width: int) -> Tensor:
    """Row and column of each cell, from -1 to 1, (N, 2)."""
    rows, columns = torch.meshgrid(torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij")
    return torch.stack((rows, columns), 2).flatten(0, 1)
