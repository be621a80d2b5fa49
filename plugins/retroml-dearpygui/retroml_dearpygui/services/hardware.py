"""The machine: GPU, processor, memory, as the app shows them every two seconds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.services import ComputeService

if TYPE_CHECKING:
    from retroml_core.training.devices import DeviceReport

__all__ = ["Gauge", "Hardware", "MachineNow"]

WARM_CELSIUS, HOT_CELSIUS = 80.0, 90.0
NEARLY_FULL = 0.92
GIB = 2**30


@dataclass(frozen=True)
class Gauge:
    """A figure with its share of what is possible (0 to 1, None: unknown); `role` is a colour of the palette."""

    label: str
    share: float | None
    words: str
    role: str = "accent"


@dataclass(frozen=True)
class MachineNow:
    """The machine in one headline and some gauges; `note` says in plain words why there is no GPU, or nothing."""

    title: str
    gauges: tuple[Gauge, ...]
    note: str = ""
    gpu: bool = False


class Hardware:
    """Asks the machine. The GPUs are looked for once; how busy they are, every time. Used from one thread."""

    def __init__(self) -> None:
        self._service = ComputeService()
        self._devices: DeviceReport | None = None

    def look(self) -> MachineNow:
        """How the machine is now."""
        from retroml_core.training.devices import probe

        self._devices = self._devices or probe()
        report = self._service.report(self._devices)
        used = report.memory_bytes - report.memory_free_bytes
        gauges = [
            Gauge("Processor", report.cpu, f"{report.cpu:.0%} of {report.cores} cores"),
            Gauge("Memory", *_filled(used, report.memory_bytes)),
        ]
        if not report.gpus:
            return MachineNow("CPU mode", tuple(gauges), " ".join(report.messages[:1]))
        gpu = report.gpus[0]
        busy = [Gauge("GPU", gpu.utilization, "not said" if gpu.utilization is None else f"{gpu.utilization:.0%}")]
        if gpu.used_bytes is not None:
            busy.append(Gauge("GPU memory", *_filled(gpu.used_bytes, gpu.memory_bytes)))
        if (celsius := _temperature()) is not None:
            role = "danger" if celsius >= HOT_CELSIUS else "warn" if celsius >= WARM_CELSIUS else "accent"
            busy.append(Gauge("Temperature", min(1.0, celsius / 100), f"{celsius:.0f} °C", role))
        return MachineNow(gpu.name, (*busy, *gauges), gpu=True)


def _filled(used: float, whole: float) -> tuple[float, str, str]:
    share = used / whole if whole else 0.0
    return share, f"{used / GIB:.1f} of {whole / GIB:.0f} GB", "warn" if share > NEARLY_FULL else "accent"


def _temperature(index: int = 0) -> float | None:
    """Degrees Celsius of a GPU, None where the driver does not say."""
    import pynvml

    try:
        pynvml.nvmlInit()
        handle = pynvml.nvmlDeviceGetHandleByIndex(index)
        return float(pynvml.nvmlDeviceGetTemperature(handle, pynvml.NVML_TEMPERATURE_GPU))
    except pynvml.NVMLError:
        return None
