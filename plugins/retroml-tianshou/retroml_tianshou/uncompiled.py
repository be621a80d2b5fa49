"""torch's optimizers without what it wraps around them for its compiler, whose import takes longer than the rest of the start.

No optimizer is compiled here, so nothing of it is needed; the numbers are the same. What torch does not wrap stays as it is.
"""

from __future__ import annotations

import inspect
from typing import Any

import torch

__all__ = ["Adam", "Optimizer"]

_Base: Any = torch.optim.Optimizer


class Optimizer(torch.optim.Optimizer):
    """A base for optimizers whose `step` is their own."""

    add_param_group = inspect.unwrap(_Base.add_param_group)
    zero_grad = inspect.unwrap(_Base.zero_grad)


class Adam(Optimizer, torch.optim.Adam):
    """torch's Adam."""

    step = torch.no_grad()(inspect.unwrap(torch.optim.Adam.step))
