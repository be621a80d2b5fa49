"""Networks compiled by `torch.compile` where that was asked for and works, and as they are where it does not.

Compiled is the trunk, which takes nearly all of the time, for batches of the sizes that training uses; on a GPU it is also
recorded as a CUDA graph, so that one launch does for all of its kernels. Other sizes (evaluations, games that only the clock
ended) pass as they are. Which ones are compiled depends on the config alone: a resumed training computes as one left alone.

https://docs.pytorch.org/docs/stable/generated/torch.compile.html

Shapes: B observations, C stacked frames, H height, W width, F features.
"""

from __future__ import annotations

import copy
import logging
import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from typing import Self

    from retroml_tianshou.compute import Compute

__all__ = ["Compiled", "Trunk", "by_torch", "compile_trunks"]

Compiler = Callable[..., Any]
"""`by_torch`, or what stands in for it."""

_LOG = logging.getLogger(__name__)
_TRIED = 3
"""Passes of a trial: a CUDA graph is warmed up by the first, recorded by the second, and played by the third."""
_VARIANTS = 64
"""How often torch may compile the same code anew: once for each size of batch, number of threads, and with gradients or not."""


def by_torch(function: Callable[..., Any], **settings: Any) -> Any:
    """`torch.compile` that may compile one function for more sizes of batch than it usually would."""
    torch._dynamo.config.recompile_limit = max(_VARIANTS, torch._dynamo.config.recompile_limit)
    return torch.compile(function, **settings)


class Compiled:
    """Passes batches of some `sizes` through compiled code, shared by all copies of a network."""

    def __init__(self, sizes: Iterable[int], *, graphs: bool = False, compiler: Compiler = by_torch) -> None:
        self._sizes = frozenset(sizes)
        self._graphs = graphs
        self._thread = threading.get_ident()
        mode = {"mode": "reduce-overhead"} if graphs else {}
        self._pass: Callable[[Trunk, Tensor], Tensor] | None = compiler(_as_it_is, dynamic=False, **mode)

    def __deepcopy__(self, memo: dict[int, Any]) -> Self:
        return self

    def __call__(self, trunk: Trunk, obs_BCHW: Tensor) -> Tensor:
        """Features (B, F) of `trunk` for uint8 observations, by compiled code where that is possible.

        What torch cannot compile after all is said in one line, and from then on nothing is compiled.
        """
        if self._pass is None or len(obs_BCHW) not in self._sizes or self._elsewhere():
            return _as_it_is(trunk, obs_BCHW)
        try:
            features_BF = self._pass(trunk, obs_BCHW)
        except RuntimeError as error:
            if not _of_the_compiler(error):
                raise
            self._pass = None
            _say(error)
            return _as_it_is(trunk, obs_BCHW)
        # The next play of a CUDA graph writes over what this one gave.
        return features_BF.clone() if self._graphs else features_BF

    def _elsewhere(self) -> bool:
        """Whether this is another thread than the one that CUDA graphs belong to."""
        return self._graphs and threading.get_ident() != self._thread


class Trunk(nn.Sequential):
    """The layers of a network before its heads; `compiled` is what they are passed through instead, where there is such."""

    compiled: Compiled | None = None

    def forward(self, obs_BCHW: Tensor) -> Tensor:
        """Features (B, F) of uint8 observations."""
        return _as_it_is(self, obs_BCHW) if self.compiled is None else self.compiled(self, obs_BCHW)


def compile_trunks(
    networks: Iterable[nn.Module],
    compute: Compute,
    observation_shape: tuple[int, int, int],
    *,
    learning: Iterable[int],
    acting: Iterable[int],
    graphs: bool = True,
    compiler: Compiler = by_torch,
) -> bool:
    """Compile the trunks of `networks`, which are of one kind, when `compute` says so; whether they are.

    `learning` and `acting` are the sizes of batches with and without gradients. A copy of the first trunk is tried out on
    black pictures; when that fails, the reason is said in one line and all stay as they are. `graphs` allows CUDA graphs on
    a GPU: they can be used from one thread only.
    """
    trunks = [module for network in networks for module in network.modules() if isinstance(module, Trunk)]
    if not compute.compiling or not trunks:
        return False
    with_gradients, without = sorted(set(learning)), sorted(set(acting))
    try:
        sizes = [*with_gradients, *without]
        compiled = Compiled(sizes, graphs=graphs and compute.device.type == "cuda", compiler=compiler)
        trial = copy.deepcopy(trunks[0])
        trial.compiled = compiled
        for size in with_gradients:
            _try_out(trial, size, observation_shape, compute)
        with torch.inference_mode():
            for size in without:
                _try_out(trial, size, observation_shape, compute)
    except Exception as error:  # noqa: BLE001  # compilers and drivers fail in their own ways, and training can do without
        _say(error)
        return False
    for trunk in trunks:
        trunk.compiled = compiled
    return True


def _try_out(trunk: Trunk, size: int, observation_shape: tuple[int, int, int], compute: Compute) -> None:
    channels, height, width = observation_shape
    compute.use_threads(compute.threads_for(size))
    obs_BHWC = torch.zeros(size, height, width, channels, dtype=torch.uint8, device=compute.device)
    for _ in range(_TRIED):
        with torch.autocast(compute.device.type, compute.precision, enabled=compute.precision != torch.float32):
            features_BF = trunk(obs_BHWC.permute(0, 3, 1, 2))
        if features_BF.requires_grad:
            features_BF.float().sum().backward()
    if compute.device.type == "cuda":
        torch.cuda.synchronize(compute.device)


def _as_it_is(trunk: Trunk, obs_BCHW: Tensor) -> Tensor:
    features_BF: Tensor = nn.Sequential.forward(trunk, obs_BCHW)  # type: ignore[no-untyped-call]  # torch leaves it so
    return features_BF


def _of_the_compiler(error: RuntimeError) -> bool:
    from torch._dynamo.exc import TorchDynamoException

    return isinstance(error, TorchDynamoException)


def _say(error: Exception) -> None:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    why = lines[0] if lines else type(error).__name__
    _LOG.warning("algorithm.compile: this network cannot be compiled here (%s); training goes on without", why)
