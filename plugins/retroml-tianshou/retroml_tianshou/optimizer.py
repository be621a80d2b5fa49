"""The optimizer of every algorithm here: one that meters what it does, clips, and never applies a number that is not finite.

It takes the place of Tianshou's `Algorithm.Optimizer` through the class attribute of that name, so it serves any of its
algorithms. No value is read back from the device while minibatches run: the meters are tensors until `read` is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from tianshou.algorithm.algorithm_base import Algorithm
from tianshou.algorithm.optim import OptimizerFactory, ParamsType
from torch import Tensor, nn

from retroml_tianshou.layers import Layers
from retroml_tianshou.uncompiled import Adam

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["FusedAdam", "MeteredOptimizer", "Meters"]

_LEAST = 1e-12
"""Stands in for the norm of parameters that are all 0."""


class FusedAdam(OptimizerFactory):
    """Makes a fused Adam: one kernel for all parameters, the same numbers as the plain one up to rounding."""

    def __init__(self, *, learning_rate: float, epsilon: float) -> None:
        super().__init__()
        self.learning_rate = learning_rate
        self.epsilon = epsilon

    def _create_optimizer_for_params(self, params: ParamsType) -> torch.optim.Optimizer:
        return Adam(params, lr=self.learning_rate, eps=self.epsilon, fused=True)


@dataclass(frozen=True, kw_only=True)
class Meters:
    """What an update did: mean gradient norm before clipping, share of steps clipped, size of a step over that of the
    parameters (None: no step was measured), the same by layer, and whether every gradient was finite."""

    grad_norm: float
    clip_share: float
    update_ratio: float | None
    layers: Mapping[str, float]
    finite: bool

    def metrics(self) -> dict[str, float]:
        """All of it by metric name."""
        ratio = {} if self.update_ratio is None else {"update/ratio": self.update_ratio}
        return {"grad/norm": self.grad_norm, "grad/clip_share": self.clip_share, **ratio, **self.layers}


class MeteredOptimizer(Algorithm.Optimizer):
    """Backward, reduce, clip, step; a step whose loss or gradient is not finite leaves the parameters as they were.

    `optim` must not step while its attribute `found_inf` is 1, as torch's fused optimizers do not.
    """

    def __init__(self, optim: torch.optim.Optimizer, module: nn.Module, max_grad_norm: float | None = None) -> None:
        super().__init__(optim, module, max_grad_norm)
        self._layers = Layers(module)
        self.parameters = self._layers.parameters
        self.norms: list[Tensor] = []
        self.measured: list[Tensor] = []

    @property
    def learning_rate(self) -> float:
        """The step size of all parameters."""
        return float(self._optim.param_groups[0]["lr"])

    @learning_rate.setter
    def learning_rate(self, value: float) -> None:
        for group in self._optim.param_groups:
            group["lr"] = value

    def reduce_gradients(self) -> None:
        """Called between backward and clipping: the one place to average gradients over processes. Alone: nothing to do."""

    def step(
        self, loss: Tensor, retain_graph: bool | None = None, create_graph: bool = False, *, measure_ratio: bool = False
    ) -> None:
        """One gradient step on `loss`; with `measure_ratio` the size of the step and each layer's part in it are metered too,
        at the cost of a copy of the parameters."""
        self.forget()
        torch.autograd.backward(loss, retain_graph=retain_graph, create_graph=create_graph)
        self.apply(loss, measure_ratio=measure_ratio)

    def forget(self) -> None:
        """Drop the gradients."""
        self._optim.zero_grad()

    def apply(self, loss: Tensor, *, measure_ratio: bool = False) -> None:
        """Step by the gradients that are there, those of `loss`."""
        self.reduce_gradients()
        norm = nn.utils.get_total_norm([p.grad for p in self.parameters if p.grad is not None])
        gradients_L = self._layers.norms([p.grad for p in self.parameters]) if measure_ratio else None
        if self._max_grad_norm is not None:
            nn.utils.clip_grads_with_norm_(self.parameters, self._max_grad_norm, norm)
        self.norms.append(norm)
        before = [parameter.detach().clone() for parameter in self.parameters] if measure_ratio else []
        # Fused Adam skips the step on the device itself when `found_inf` is 1, as it does for torch.amp.GradScaler.
        self._optim.found_inf = 1.0 - torch.isfinite(norm + loss.detach()).float()  # type: ignore[attr-defined]  # as torch.amp
        self._optim.step()
        if gradients_L is not None:
            self.measured.append(torch.cat([gradients_L, *self._moved(before)]))

    def _moved(self, before: list[Tensor]) -> tuple[Tensor, Tensor]:
        """How far the parameters of each layer moved, over their norm (L,), and all parameters together (1,)."""
        moved_L = self._layers.norms(torch._foreach_sub([p.detach() for p in self.parameters], before))
        size_L = self._layers.norms(before)
        whole = moved_L.norm() / size_L.norm().clamp_min(_LEAST)
        return moved_L / size_L.clamp_min(_LEAST), whole.unsqueeze(0)

    def read(self) -> Meters:
        """The meters since the last call; then they start anew. Waits for the device."""
        norms = torch.stack(self.norms).cpu()
        measured = torch.stack(self.measured).mean(0).tolist() if self.measured else []
        half = len(measured) // 2
        limit = self._max_grad_norm if self._max_grad_norm is not None else float("inf")
        self.norms, self.measured = [], []
        return Meters(
            grad_norm=float(norms.mean()),
            clip_share=float((norms > limit).float().mean()),
            update_ratio=measured[-1] if measured else None,
            layers=self._layers.metrics(measured[:half], measured[half:-1]) if measured else {},
            finite=bool(torch.isfinite(norms).all()),
        )

    def moments(self) -> Mapping[str, list[Tensor]]:
        """What the optimizer remembers of each parameter, live, in their order, by the optimizer's own name for it (Adam:
        `exp_avg`, `exp_avg_sq`, `step`); empty before the first step."""
        states: list[dict[str, Any]] = [self._optim.state.get(parameter, {}) for parameter in self.parameters]
        if not all(states):
            return {}
        return {name: [state[name] for state in states] for name in states[0]}

    def set_moments(self, moments: Mapping[str, list[Tensor]]) -> None:
        """Take up `moments()`: values are copied, layouts stay those of the parameters."""
        self._optim.state.clear()
        if not moments:
            return
        for index, parameter in enumerate(self.parameters):
            self._optim.state[parameter] = {name: _like(parameter, values[index]) for name, values in moments.items()}


def _like(parameter: nn.Parameter, values: Tensor) -> Tensor:
    """A copy of `values`, laid out in memory as `parameter` where it is of its shape; else a number about the parameter."""
    if values.shape != parameter.shape:
        return values.to(parameter.device, torch.float32, copy=True)
    return torch.zeros_like(parameter).copy_(values)
