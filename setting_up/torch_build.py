"""Choosing the build of PyTorch that fits the machine and the user's pip settings."""

from __future__ import annotations

import ctypes
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from setting_up.process import Result

PYTORCH_INDEX = "https://download.pytorch.org/whl/"
CUDA_BUILDS = ((13, 2), (13, 0), (12, 9), (12, 8), (12, 6))
DEFAULT_CUDA = (13, 0)  # what the Linux wheels of torch 2.13 on the default index are built for

Pip = Callable[[Sequence[str]], Result]


@dataclass(frozen=True)
class Torch:
    """A choice of PyTorch: the pip arguments that install it, and the choice in words."""

    arguments: tuple[str, ...]
    words: str


def gpu_cuda(load: Callable[[str], Any] = ctypes.CDLL) -> tuple[int, int] | None:
    """The newest CUDA version that the NVIDIA driver supports, such as (13, 0); None when no NVIDIA GPU answers."""
    try:
        driver = load("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
        count, version = ctypes.c_int(0), ctypes.c_int(0)
        failed = driver.cuInit(0) or driver.cuDeviceGetCount(ctypes.byref(count))
        failed = failed or driver.cuDriverGetVersion(ctypes.byref(version))
    except (OSError, AttributeError):
        return None
    return None if failed or count.value < 1 else (version.value // 1000, version.value % 1000 // 10)


def builds_offered(pip: Pip, version: str, index: str = "") -> list[str]:
    """The builds of torch `version` that pip sees under the user's settings, such as ["2.13.0+cpu", "2.13.0"].

    With `index`, that index takes the place of the default one. Empty when it does not answer.
    """
    where = ["--index-url", index] if index else []
    answer = pip(["--retries", "1", "--timeout", "10", "index", "versions", "torch", *where])
    listed = re.search(r"(?m)^Available versions: (.*)$", answer.output)
    found = [word.strip() for word in listed[1].split(",")] if listed and answer.code == 0 else []
    return [build for build in found if build.partition("+")[0] == version]


def choose_torch(pip: Pip, version: str, cuda: tuple[int, int] | None, system: str) -> Torch:
    """Which build of torch `version` to install, for a driver of version `cuda` (None: no GPU) on `system`.

    A fitting build that the user's own pip settings offer wins; then PyTorch's index; then the default index.
    """
    return _choose_cpu(pip, version, system) if cuda is None else _choose_cuda(pip, version, cuda, system)


def _choose_cpu(pip: Pip, version: str, system: str) -> Torch:
    cpu = f"{version}+cpu"
    default = Torch((f"torch=={version}",), f"PyTorch {version} for the processor")
    if cpu in builds_offered(pip, version):
        return Torch((f"torch=={cpu}",), default.words)
    if system != "Linux":  # the default builds for Windows and macOS are those without CUDA
        return default
    index = PYTORCH_INDEX + "cpu"
    if cpu in builds_offered(pip, version, index):
        return Torch((f"torch=={cpu}", "--no-deps", "--index-url", index), default.words)
    words = f"PyTorch {version} from the default index: PyTorch's own does not answer, so this may be several GB"
    return Torch(default.arguments, words)


def _choose_cuda(pip: Pip, version: str, cuda: tuple[int, int], system: str) -> Torch:
    offered = builds_offered(pip, version)
    words = f"PyTorch {version} for NVIDIA GPUs (several GB)"
    own = [build for build in offered if "+cu" in build]
    if own:
        return Torch((f"torch=={own[0]}",), words)
    if system == "Linux" and cuda >= DEFAULT_CUDA and version in offered:
        return Torch((f"torch==={version}",), words)  # three signs: this very build, not one marked +cpu
    for major, minor in CUDA_BUILDS:
        tag, index = f"cu{major}{minor}", f"{PYTORCH_INDEX}cu{major}{minor}"
        if (major, minor) <= cuda and f"{version}+{tag}" in builds_offered(pip, version, index):
            return Torch((f"torch=={version}+{tag}", "--no-deps", "--index-url", index), words)
    return Torch((f"torch=={version}",), f"PyTorch {version} from the default index: no build for this GPU was found")
