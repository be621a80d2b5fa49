"""RMSprop as Mnih et al. 2016 define it and TensorFlow computes it, which is not what torch's does.

    g <- decay * g + (1 - decay) * gradient^2        starting from 1
    parameter <- parameter - learning rate * gradient / sqrt(g + epsilon)

torch adds epsilon outside of the square root and starts from 0, so that its steps are much longer at first and where gradients
are tiny; A2C learns less steadily with it (https://github.com/DLR-RM/stable-baselines3/pull/110).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from tianshou.algorithm.optim import OptimizerFactory, ParamsType

from retroml_tianshou.uncompiled import Optimizer

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["RMSprop", "TensorFlowRMSprop"]


class TensorFlowRMSprop(Optimizer):
    """See the module. No step is made while `found_inf` is 1, see `MeteredOptimizer`."""

    found_inf: Tensor | None = None

    def __init__(self, params: ParamsType, *, lr: float, decay: float, epsilon: float) -> None:
        super().__init__(params, {"lr": lr, "decay": decay, "epsilon": epsilon})

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]  # no closure is ever given
        """Move every parameter that has a gradient."""
        # Reading the flag waits for the device: once a rollout, whose losses are read right afterwards anyway.
        if self.found_inf is not None and bool(self.found_inf):
            return
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(parameter, parameter.grad, group["lr"], group["decay"], group["epsilon"])

    def _move(self, parameter: Tensor, gradient: Tensor, rate: float, decay: float, epsilon: float) -> None:
        state = self.state[parameter]
        if not state:
            state["mean_square"] = torch.ones_like(parameter)
        mean_square = state["mean_square"].mul_(decay).addcmul_(gradient, gradient, value=1 - decay)
        parameter.addcdiv_(gradient, (mean_square + epsilon).sqrt_(), value=-rate)


class RMSprop(OptimizerFactory):
    """Makes a `TensorFlowRMSprop`."""

    def __init__(self, *, learning_rate: float, decay: float, epsilon: float) -> None:
        super().__init__()
        self.learning_rate = learning_rate
        self.decay = decay
        self.epsilon = epsilon

    def _create_optimizer_for_params(self, params: ParamsType) -> torch.optim.Optimizer:
        return TensorFlowRMSprop(params, lr=self.learning_rate, decay=self.decay, epsilon=self.epsilon)
