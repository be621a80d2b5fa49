"""Tensors, generators and optimizers as plain trees of numpy arrays (`retroml_core.tree`), exactly and back.

Values are stored in logical order whatever the memory layout; loading copies into the layout that is there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tree import Tree
    from retroml_tianshou.optimizer import MeteredOptimizer

__all__ = [
    "array",
    "generator_state",
    "load_generator",
    "load_optimizer",
    "load_parameters",
    "optimizer_state",
    "parameters",
    "stacked",
]


def array(tensor: Tensor) -> NDArray[Any]:
    """The values of a tensor as a contiguous array; live (not a copy) where it already is one on the CPU."""
    return tensor.detach().cpu().contiguous().numpy()


def stacked(rows: Sequence[Tensor]) -> NDArray[np.float32]:
    """Rows of numbers of one shape as one array; empty when there are none."""
    return array(torch.stack(list(rows))) if rows else np.zeros(0, np.float32)


def parameters(module: nn.Module) -> Tree:
    """All parameters and buffers by name."""
    return {name: array(tensor) for name, tensor in module.state_dict().items()}


def load_parameters(module: nn.Module, tree: Tree) -> None:
    """Take up `parameters(module)`. Raises ValueError naming what is missing, unknown or of another shape."""
    own = module.state_dict()
    if set(own) != set(tree):
        raise ValueError(f"parameters do not fit this network: {', '.join(sorted(set(own) ^ set(tree)))}")
    for name, tensor in own.items():
        values = torch.from_numpy(np.array(tree[name]))
        if values.shape != tensor.shape:
            raise ValueError(f"{name} is {tuple(values.shape)}, this network needs {tuple(tensor.shape)}")
        tensor.copy_(values)


def optimizer_state(optimizer: MeteredOptimizer) -> Tree:
    """The optimizer's moments and step counts, and the learning rate in force."""
    moments = {name: [array(tensor) for tensor in tensors] for name, tensors in optimizer.moments().items()}
    return {"learning_rate": optimizer.learning_rate, "moments": moments}


def load_optimizer(optimizer: MeteredOptimizer, tree: Tree) -> None:
    """Take up `optimizer_state`."""
    optimizer.learning_rate = float(tree["learning_rate"])
    moments: Mapping[str, list[NDArray[Any]]] = tree["moments"]
    optimizer.set_moments({name: [torch.from_numpy(np.array(a)) for a in arrays] for name, arrays in moments.items()})


def generator_state(generator: torch.Generator) -> NDArray[np.uint8]:
    """The state of a torch generator."""
    state: NDArray[np.uint8] = generator.get_state().numpy().copy()
    return state


def load_generator(generator: torch.Generator, state: NDArray[np.uint8]) -> None:
    """Take up `generator_state`."""
    generator.set_state(torch.from_numpy(np.array(state, dtype=np.uint8)))
