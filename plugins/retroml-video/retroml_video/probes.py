"""Listening to the layers of a network while it decides.

Networks are found through `Trainable.modules()`. They are torch modules, but nothing here imports torch: a probe is a forward
hook (https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html), and what it hears becomes a numpy array.

Shapes: B samples, C channels, H height, W width, U units.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Probes"]

_MOST_MAPS = 3
_LEAST_UNITS = 16


class Probes:
    """Probes in the convolutions and the last hidden layer of `trainable`; `why_none` says why there are none."""

    def __init__(self, trainable: object | None) -> None:
        self._heard: dict[str, Any] = {}
        self._hooks: list[Any] = []
        self.why_none = ""
        modules = getattr(trainable, "modules", None)
        if modules is None:
            self.why_none = "the algorithm does not show its network"
            return
        layers = [layer for network in modules().values() for layer in _layers(network)]
        for name, layer in _chosen(layers):
            self._hooks.append(layer.register_forward_hook(self._hook(name)))
        if not layers:
            self.why_none = "its network has no layers that can be drawn"

    def close(self) -> None:
        """Listen no longer. May be called twice."""
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()

    def _hook(self, name: str) -> Any:
        def hear(_module: Any, _inputs: Any, output: Any) -> None:
            self._heard[name] = output

        return hear

    def answers(self) -> Mapping[str, NDArray[np.float32]]:
        """What the layers answered last: feature maps float32 (C, H, W), hidden units float32 (U,), by name."""
        heard = {name: output[0].detach().float().cpu().numpy() for name, output in self._heard.items()}
        return {name: answer for name, answer in heard.items() if answer.ndim in (1, 3)}


def _layers(network: Any) -> list[Any]:
    """Convolutions and fully connected layers in order of definition; networks that are not torch's have none."""
    if not hasattr(network, "register_forward_hook"):
        return []
    return [module for module in network.modules() if _dimensions(module) in (2, 4) and not list(module.children())]


def _dimensions(module: Any) -> int:
    weight = getattr(module, "weight", None)
    return int(weight.dim()) if weight is not None and hasattr(weight, "dim") else 0


def _chosen(layers: list[Any]) -> list[tuple[str, Any]]:
    """At most three convolutions, spread from first to last, and the widest fully connected layer."""
    maps = [layer for layer in layers if _dimensions(layer) == 4]
    units = [layer for layer in layers if _dimensions(layer) == 2 and layer.weight.shape[0] >= _LEAST_UNITS]
    places = sorted({round(i * (len(maps) - 1) / max(_MOST_MAPS - 1, 1)) for i in range(_MOST_MAPS)}) if maps else []
    chosen = [(f"convolution {place + 1}", maps[place]) for place in places]
    if units:
        chosen.append(("hidden", max(units, key=lambda layer: int(layer.weight.shape[0]))))
    return chosen
