"""Where the network runs: finds NVIDIA GPUs through NVML and explains in plain words why one cannot be used; the processor.

Nothing here imports torch: what it was built for stands in its `version.py`. NVML is the library that comes with the driver
(https://docs.nvidia.com/deploy/nvml-api/); `pynvml` is its binding from the distribution nvidia-ml-py.
"""

from __future__ import annotations

import importlib
import importlib.util
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from retroml_core.faults import Fault

__all__ = [
    "Device",
    "DeviceError",
    "DeviceReport",
    "Gpu",
    "TorchBuild",
    "choose_device",
    "gpu_use",
    "gpus",
    "probe",
    "processor_name",
    "torch_build",
]


class DeviceError(Fault):
    """The device asked for cannot be used; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Gpu:
    """One GPU: its CUDA index, memory, and the driver with the newest CUDA version (major, minor) it can run."""

    index: int
    name: str
    memory_bytes: int
    driver: str
    driver_cuda: tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class TorchBuild:
    """The installed torch: its version and the CUDA version it was built for, None for a CPU build."""

    version: str
    cuda: tuple[int, int] | None


@dataclass(frozen=True, kw_only=True)
class DeviceReport:
    """What was found. `device` is what `auto` means here; `messages` say in plain words why there is no GPU, or nothing."""

    device: str
    gpus: tuple[Gpu, ...]
    torch: TorchBuild | None
    messages: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Device:
    """The device chosen: `name` as torch calls it, `title` for people, `why` it was chosen."""

    name: str
    title: str
    why: str


def gpus(nvml: Any = None) -> list[Gpu]:
    """The NVIDIA GPUs of this machine; none when there is no driver. `nvml` stands in for the module pynvml."""
    return _look(nvml)[0]


def torch_build() -> TorchBuild | None:
    """The installed torch, read without importing it; None when there is none."""
    spec = importlib.util.find_spec("torch")
    if spec is None or spec.origin is None:
        return None
    try:
        text = (Path(spec.origin).parent / "version.py").read_text(encoding="utf-8")
    except OSError:
        return None
    version = re.search(r"^__version__ = '([^']+)'", text, re.MULTILINE)
    cuda = re.search(r"^cuda: [^=]*= '(\d+)\.(\d+)", text, re.MULTILINE)
    return TorchBuild(
        version=version[1] if version else "unknown", cuda=(int(cuda[1]), int(cuda[2])) if cuda is not None else None
    )


def probe(nvml: Any = None, torch: TorchBuild | None = None) -> DeviceReport:
    """Look at GPUs, driver and torch. `nvml` and `torch` stand in for what is installed."""
    found, problem = _look(nvml)
    torch = torch or torch_build()
    problem = problem or (_mismatch(found[0], torch) if found else "")
    messages = (f"CPU mode: {problem}",) if problem else ()
    return DeviceReport(device="cpu" if problem else "cuda:0", gpus=tuple(found), torch=torch, messages=messages)


def choose_device(asked: str, report: DeviceReport | None = None) -> Device:
    """The device for `asked`: "auto", "cpu", "cuda" or "cuda:1". Raises DeviceError when it cannot be had."""
    if asked == "cpu":
        return Device(name="cpu", title="CPU", why="asked for")
    report = report or probe()
    if asked == "auto":
        if report.device == "cpu":
            return Device(name="cpu", title="CPU", why="; ".join(report.messages))
        return Device(name=report.device, title=report.gpus[0].name, why="the first GPU that torch can use")
    match = re.fullmatch(r"cuda(?::(\d+))?", asked)
    if match is None:
        raise DeviceError(f"device={asked}: unknown; choose auto, cpu, cuda or cuda:<number>")
    index = int(match[1] or 0)
    if report.device == "cpu":
        raise DeviceError(f"device={asked}: {'; '.join(report.messages)}")
    if index >= len(report.gpus):
        raise DeviceError(f"device={asked}: there are {len(report.gpus)} GPUs, numbered from 0")
    return Device(name=f"cuda:{index}", title=report.gpus[index].name, why="asked for")


def gpu_use(index: int, nvml: Any = None) -> tuple[float, int] | None:
    """How busy GPU `index` is (0 to 1) and its used memory in bytes; None when that cannot be read."""
    try:
        with _nvml(nvml) as lib:
            handle = lib.nvmlDeviceGetHandleByIndex(index)
            return lib.nvmlDeviceGetUtilizationRates(handle).gpu / 100.0, int(lib.nvmlDeviceGetMemoryInfo(handle).used)
    except Exception:  # noqa: BLE001  # drivers fail in their own ways, and a figure is not worth a run
        return None


def processor_name(information: Path = Path("/proc/cpuinfo")) -> str:
    """What the processor calls itself, as far as the system tells; `information` is where Linux does."""
    try:
        lines = information.read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    found = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    return found or platform.processor() or platform.machine()


@contextmanager
def _nvml(nvml: Any) -> Iterator[Any]:
    lib = importlib.import_module("pynvml") if nvml is None else nvml
    lib.nvmlInit()
    try:
        yield lib
    finally:
        lib.nvmlShutdown()


def _look(nvml: Any) -> tuple[list[Gpu], str]:
    """The GPUs, and why there are none ("" when there are)."""
    try:
        with _nvml(nvml) as lib:
            driver, cuda = str(lib.nvmlSystemGetDriverVersion()), int(lib.nvmlSystemGetCudaDriverVersion())
            found = [_gpu(lib, index, driver, cuda) for index in range(lib.nvmlDeviceGetCount())]
    except Exception as error:  # noqa: BLE001  # drivers fail in their own ways; each is explained
        return [], _explain(type(error).__name__, str(error))
    return found, "" if found else "the NVIDIA driver works but finds no GPU"


def _gpu(lib: Any, index: int, driver: str, cuda: int) -> Gpu:
    handle = lib.nvmlDeviceGetHandleByIndex(index)
    return Gpu(
        index=index,
        name=str(lib.nvmlDeviceGetName(handle)),
        memory_bytes=int(lib.nvmlDeviceGetMemoryInfo(handle).total),
        driver=driver,
        driver_cuda=(cuda // 1000, cuda % 1000 // 10),
    )


def _explain(name: str, text: str) -> str:
    reasons = {
        "NVMLError_LibraryNotFound": "no NVIDIA driver is installed (its NVML library was not found)",
        "NVMLError_DriverNotLoaded": "the NVIDIA driver is installed but not loaded; restart the machine",
        "NVMLError_NoPermission": "this user may not talk to the NVIDIA driver",
        "NVMLError_LibRmVersionMismatch": "the NVIDIA driver was updated but not restarted; restart the machine",
        "NVMLError_GpuIsLost": "the GPU stopped answering; restart the machine",
        "ModuleNotFoundError": "the package nvidia-ml-py is missing; install it to use a GPU",
    }
    return reasons.get(name, f"the NVIDIA driver answers: {text or name}")


def _mismatch(gpu: Gpu, torch: TorchBuild | None) -> str:
    """Why `torch` cannot use `gpu`, or "". Within one major version of CUDA an older driver will do."""
    if torch is None:
        return f"{gpu.name} is there, but torch is not installed"
    if torch.cuda is None:
        return f"{gpu.name} is there, but torch {torch.version} is a CPU build; `python bootstrap.py` gets the right one"
    if gpu.driver_cuda[0] < torch.cuda[0]:
        have, want = ".".join(map(str, gpu.driver_cuda)), ".".join(map(str, torch.cuda))
        return f"the driver {gpu.driver} of {gpu.name} is too old: it runs CUDA {have}, torch {torch.version} needs {want}"
    return ""
