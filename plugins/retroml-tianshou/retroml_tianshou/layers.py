"""What a gradient step did to each layer of a network: the norm of its gradient, and how far its parameters moved.

A layer is a module with parameters of its own. It is named after the part of the network it belongs to, and numbered where the
part has several: `trunk_1`, `trunk_2`, `policy_head`. No number is read from the device here.

Shapes: P parameters, L layers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

__all__ = ["Layers"]

_WRAPPERS = frozenset({"actor", "critic", "model", "network", "policy"})
"""Modules that only hold the network, for somebody who calls it in another way."""


class Layers:
    """The layers of `module` that learn. `parameters` are theirs, in the order of `module.parameters()`."""

    def __init__(self, module: nn.Module) -> None:
        named = [(name, parameter) for name, parameter in module.named_parameters() if parameter.requires_grad]
        self.parameters = [parameter for _, parameter in named]
        paths = [tuple(name.split(".")[:-1]) for name, _ in named]
        self._names = _names(list(dict.fromkeys(paths)))
        places = {path: place for place, path in enumerate(dict.fromkeys(paths))}
        self._owners_P = torch.tensor([places[path] for path in paths], dtype=torch.int64)

    def norms(self, tensors: Sequence[Tensor | None]) -> Tensor:
        """The norm of what `tensors` hold for the parameters (None: nothing) over each layer (L,), in float32."""
        like = self.parameters[0]
        norms_P = torch.stack([norm.float() for norm in torch._foreach_norm([_some(tensor, like) for tensor in tensors])])
        squares_L = torch.zeros(len(self._names), device=norms_P.device)
        return squares_L.index_add_(0, self._owners_P.to(norms_P.device), norms_P.square()).sqrt()

    def metrics(self, gradients_L: Sequence[float], ratios_L: Sequence[float]) -> dict[str, float]:
        """The gradient norms and update ratios of the layers, by metric name."""
        gradients = {f"grad/norm_{name}": value for name, value in zip(self._names, gradients_L, strict=True)}
        return gradients | {f"update/ratio_{name}": value for name, value in zip(self._names, ratios_L, strict=True)}


def _some(tensor: Tensor | None, like: Tensor) -> Tensor:
    return tensor.detach() if tensor is not None else like.new_zeros(1)


def _names(paths: Sequence[tuple[str, ...]]) -> list[str]:
    """A name for each layer, the part it belongs to and its number there."""
    parts = [_part(path) for path in paths]
    counts: Mapping[str, int] = Counter(parts)
    met: Counter[str] = Counter()
    names = []
    for part in parts:
        met[part] += 1
        digits = len(str(counts[part]))
        names.append(f"{part}_{met[part]:0{digits}d}" if counts[part] > 1 else part)
    return names


def _part(path: tuple[str, ...]) -> str:
    inner = [step for step in path if step not in _WRAPPERS]
    return inner[0] if inner else "network"
