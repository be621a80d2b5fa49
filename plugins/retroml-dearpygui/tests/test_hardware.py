"""The machine as the app shows it, told by a made-up report of it."""

from __future__ import annotations

import pytest
from retroml_dearpygui.services import hardware
from retroml_dearpygui.services.hardware import GIB, Hardware

from retroml_core.services.compute import ComputeReport, ComputeService, GpuUse
from retroml_core.training import devices

NO_DRIVER = "no NVIDIA driver is installed"


@pytest.fixture
def looked(monkeypatch):
    """What is shown of a machine with the GPUs given."""

    def look(*gpus, celsius=None, free=8 * GIB):
        report = ComputeReport(
            device="cuda" if gpus else "cpu", cores=4, cpu=0.5, memory_bytes=16 * GIB, memory_free_bytes=free, gpus=gpus,
            messages=() if gpus else (NO_DRIVER,),
        )  # fmt: skip
        monkeypatch.setattr(ComputeService, "report", lambda self, found: report)
        monkeypatch.setattr(devices, "probe", lambda: object())
        monkeypatch.setattr(hardware, "_temperature", lambda: celsius)
        return Hardware().look()

    return look


def gpu(used=4 * GIB, busy=0.75):
    return GpuUse(name="RTX 9", memory_bytes=16 * GIB, utilization=busy, used_bytes=used)


def gauges(now):
    return {gauge.label: (gauge.words, gauge.role) for gauge in now.gauges}


def test_a_gpu_has_its_name_use_memory_and_temperature(looked):
    now = looked(gpu(), celsius=61.0)
    assert (now.title, now.gpu, now.note) == ("RTX 9", True, "")
    assert gauges(now) == {
        "GPU": ("75%", "accent"),
        "GPU memory": ("4.0 of 16 GB", "accent"),
        "Temperature": ("61 °C", "accent"),
        "Processor": ("50% of 4 cores", "accent"),
        "Memory": ("8.0 of 16 GB", "accent"),
    }


@pytest.mark.parametrize(("celsius", "role"), [(79.0, "accent"), (80.0, "warn"), (90.0, "danger")])
def test_heat_changes_the_colour(looked, celsius, role):
    assert gauges(looked(gpu(), celsius=celsius))["Temperature"][1] == role


def test_memory_that_is_nearly_full_changes_the_colour(looked):
    found = gauges(looked(gpu(used=15 * GIB), free=1 * GIB))
    assert (found["GPU memory"][1], found["Memory"][1]) == ("warn", "warn")


def test_what_a_driver_does_not_say_is_left_out(looked):
    assert gauges(looked(gpu(used=None, busy=None))).keys() == {"GPU", "Processor", "Memory"}


def test_without_a_gpu_it_is_cpu_mode_with_the_reason(looked):
    now = looked()
    assert (now.title, now.note, now.gpu) == ("CPU mode", NO_DRIVER, False)
    assert gauges(now).keys() == {"Processor", "Memory"}
