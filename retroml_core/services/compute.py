"""The machine: processors, memory, GPUs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.services.principal import LOCAL_USER, Principal, guard

if TYPE_CHECKING:
    from retroml_core.training.devices import DeviceReport

__all__ = ["ComputeReport", "ComputeService", "GpuUse"]


@dataclass(frozen=True, kw_only=True)
class GpuUse:
    """A GPU and how busy it is: `utilization` 0 to 1 and used bytes, None where the driver does not say."""

    name: str
    memory_bytes: int
    utilization: float | None
    used_bytes: int | None


@dataclass(frozen=True, kw_only=True)
class ComputeReport:
    """This machine now. `cpu` is the share of all cores in use since the last report, `messages` say why there is no GPU."""

    device: str
    cores: int
    cpu: float
    memory_bytes: int
    memory_free_bytes: int
    gpus: tuple[GpuUse, ...]
    messages: tuple[str, ...]


class ComputeService:
    """The machine this process runs on."""

    def __init__(self, principal: Principal = LOCAL_USER) -> None:
        self._principal = principal

    def report(self, devices: DeviceReport | None = None) -> ComputeReport:
        """What there is and how busy it is; `devices` stands in for a fresh look at the GPUs."""
        import psutil

        from retroml_core.training.devices import gpu_use, probe
        from retroml_core.training.memory import read_memory

        guard(self._principal, "compute.read")
        devices = devices or probe()
        memory = read_memory()
        uses = []
        for gpu in devices.gpus:
            utilization, used = gpu_use(gpu.index) or (None, None)
            uses.append(GpuUse(name=gpu.name, memory_bytes=gpu.memory_bytes, utilization=utilization, used_bytes=used))
        return ComputeReport(
            device=devices.device,
            cores=psutil.cpu_count() or 1,
            cpu=psutil.cpu_percent() / 100.0,
            memory_bytes=memory.total,
            memory_free_bytes=memory.available,
            gpus=tuple(uses),
            messages=devices.messages,
        )
