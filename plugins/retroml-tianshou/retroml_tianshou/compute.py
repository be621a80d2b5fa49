"""Where and how the network computes: device, precision, threads, repeatability. Set once, before anything is built."""

from __future__ import annotations

import importlib.util
import os
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from retroml_core.training.building import no_environment
from retroml_tianshou.memory import keep_freed_memory

if TYPE_CHECKING:
    from retroml_core.algorithm import Build

__all__ = ["Compute", "available_threads", "has_bfloat16", "has_compiler", "prepare", "prepare_for"]

_SMALL_BATCH = 16
_SMALLEST_PART = 64


@dataclass(frozen=True, kw_only=True)
class Compute:
    """What was chosen: the device, the precision of the trunk, how many threads the CPU part uses, whether to compile."""

    device: torch.device
    precision: torch.dtype
    threads: int
    compiling: bool = False

    def threads_for(self, batch: int) -> int:
        """How many threads to pass `batch` observations through a network with.

        A few observations take one thread about as long as several, and a team of threads that just worked keeps a core
        busy waiting while the emulators need it.
        """
        return self.threads if batch > _SMALL_BATCH else 1

    def parts_for(self, batch: int) -> int:
        """Into how many parts to cut a minibatch of `batch` samples, one for each thread that learns; see `Gradients`.

        Parts below 64 samples would cost more by themselves than threads that wait for each other.
        """
        return max(1, min(self.threads, batch // _SMALLEST_PART)) if self.device.type == "cpu" else 1

    def use_threads(self, count: int) -> None:
        """Let torch use `count` threads from now on, in this thread of the process."""
        if torch.get_num_threads() != count:
            torch.set_num_threads(count)


def prepare(*, device: str, precision: str, threads: int, deterministic: bool, compiling: str = "off") -> Compute:
    """Set up torch for this process. `threads` 0 means one for each core this process may use.

    `precision` "auto" takes bfloat16 where the chip has units for it, float32 elsewhere and whenever `deterministic`: on a
    CPU without them bfloat16 is emulated and several times slower. `compiling` "auto" compiles for a GPU that torch has a
    compiler for, and never when `deterministic`: code for a CPU is no faster compiled.
    """
    keep_freed_memory()
    chosen = torch.device(device)
    count = threads or available_threads()
    _repeatable(deterministic, chosen)
    return Compute(
        device=chosen,
        precision=_precision(precision, chosen, deterministic),
        threads=count,
        compiling=compiling == "on" or (compiling == "auto" and not deterministic and has_compiler(chosen)),
    )


def prepare_for(build: Build) -> Compute:
    """Set up torch as the run and the settings of its algorithm say; see `prepare`. A mere player compiles nothing."""
    config = build.config
    return prepare(
        device=build.device,
        precision=config.precision,
        threads=build.threads,
        deterministic=build.deterministic,
        compiling="off" if build.make_environment is no_environment else config.compile,
    )


def available_threads() -> int:
    """The cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _repeatable(deterministic: bool, device: torch.device) -> None:
    if deterministic:
        # cuBLAS reads this when it first works: https://docs.nvidia.com/cuda/cublas/#results-reproducibility
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # made at run time
    # As torch.use_deterministic_algorithms, which imports the whole compiler to tell it; when loaded, that reads the variable.
    torch.set_deterministic_debug_mode("error" if deterministic else "default")
    os.environ["TORCHINDUCTOR_DETERMINISTIC"] = str(int(deterministic))
    if "torch._inductor.config" in sys.modules:
        torch.use_deterministic_algorithms(deterministic)
    torch.backends.cudnn.deterministic = deterministic
    torch.backends.cudnn.benchmark = device.type == "cuda" and not deterministic


def _precision(asked: str, device: torch.device, deterministic: bool) -> torch.dtype:
    if asked == "bfloat16":
        return torch.bfloat16
    if asked == "float32" or deterministic:
        return torch.float32
    return torch.bfloat16 if has_bfloat16(device) else torch.float32


def has_compiler(device: torch.device) -> bool:
    """Whether torch can make code for this GPU: Triton makes it, from Volta on."""
    if device.type != "cuda" or importlib.util.find_spec("triton") is None:
        return False
    return torch.cuda.get_device_capability(device) >= (7, 0)


def has_bfloat16(device: torch.device) -> bool:
    """Whether the chip has units for bfloat16; without, it is emulated."""
    if device.type == "cuda":
        return torch.cuda.get_device_capability(device) >= (8, 0)
    probes = (getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported"))
    return device.type == "cpu" and any(probe is not None and probe() for probe in probes)
