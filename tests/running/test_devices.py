import subprocess
import sys

import pytest

from retroml_core.training.devices import (
    DeviceError,
    TorchBuild,
    choose_device,
    gpu_use,
    gpus,
    probe,
    processor_name,
    torch_build,
)

CUDA = TorchBuild(version="2.13.0", cuda=(12, 8))


class Memory:
    total = 24 * 2**30
    used = 3 * 2**30


class Rates:
    gpu = 40


class FakeNvml:
    """NVML of a machine with `count` GPUs, or one on which it fails with an error of that name."""

    def __init__(self, count=0, cuda=12080, error=""):
        self.count = count
        self.cuda = cuda
        self.error = error
        self.open = 0

    def nvmlInit(self):  # noqa: N802  # the name in NVML
        if self.error:
            raise type(self.error, (Exception,), {})("nvml says no")
        self.open += 1

    def nvmlShutdown(self):  # noqa: N802  # the name in NVML
        self.open -= 1

    def nvmlSystemGetDriverVersion(self):  # noqa: N802  # the name in NVML
        return "570.10"

    def nvmlSystemGetCudaDriverVersion(self):  # noqa: N802  # the name in NVML
        return self.cuda

    def nvmlDeviceGetCount(self):  # noqa: N802  # the name in NVML
        return self.count

    def nvmlDeviceGetHandleByIndex(self, index):  # noqa: N802  # the name in NVML
        return index

    def nvmlDeviceGetName(self, handle):  # noqa: N802  # the name in NVML
        return f"GeForce {handle}"

    def nvmlDeviceGetMemoryInfo(self, handle):  # noqa: N802  # the name in NVML
        return Memory

    def nvmlDeviceGetUtilizationRates(self, handle):  # noqa: N802  # the name in NVML
        return Rates


@pytest.mark.parametrize("count", [0, 1, 2])
def test_gpus_are_listed_with_memory_and_driver(count):
    nvml = FakeNvml(count)
    found = gpus(nvml)
    assert [gpu.name for gpu in found] == [f"GeForce {index}" for index in range(count)]
    assert all((gpu.memory_bytes, gpu.driver, gpu.driver_cuda) == (24 * 2**30, "570.10", (12, 8)) for gpu in found)
    assert nvml.open == 0


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ("NVMLError_LibraryNotFound", "no NVIDIA driver is installed"),
        ("NVMLError_DriverNotLoaded", "installed but not loaded"),
        ("NVMLError_NoPermission", "may not talk to the NVIDIA driver"),
        ("NVMLError_LibRmVersionMismatch", "updated but not restarted"),
        ("NVMLError_GpuIsLost", "stopped answering"),
        ("ModuleNotFoundError", "nvidia-ml-py is missing"),
        ("NVMLError_Unknown", "the NVIDIA driver answers: nvml says no"),
    ],
)
def test_every_failure_is_explained_and_means_cpu(error, words):
    report = probe(FakeNvml(1, error=error), CUDA)
    assert report.device == "cpu"
    assert report.gpus == ()
    assert words in report.messages[0]
    assert report.messages[0].startswith("CPU mode: ")


def test_a_driver_without_gpu():
    assert probe(FakeNvml(0), CUDA).messages == ("CPU mode: the NVIDIA driver works but finds no GPU",)


def test_a_cpu_build_of_torch_is_explained():
    report = probe(FakeNvml(1), TorchBuild(version="2.13.0+cpu", cuda=None))
    assert report.device == "cpu"
    assert "torch 2.13.0+cpu is a CPU build" in report.messages[0]


def test_a_driver_too_old_for_torch_is_explained():
    report = probe(FakeNvml(1, cuda=11080), CUDA)
    assert report.device == "cpu"
    assert "the driver 570.10 of GeForce 0 is too old: it runs CUDA 11.8, torch 2.13.0 needs 12.8" in report.messages[0]


def test_an_older_driver_of_the_same_major_version_will_do():
    assert probe(FakeNvml(1, cuda=12020), CUDA).device == "cuda:0"


def test_auto_takes_the_first_gpu():
    device = choose_device("auto", probe(FakeNvml(2), CUDA))
    assert (device.name, device.title) == ("cuda:0", "GeForce 0")


def test_auto_falls_back_to_the_cpu_and_says_why():
    device = choose_device("auto", probe(FakeNvml(error="NVMLError_LibraryNotFound"), CUDA))
    assert device.name == "cpu"
    assert "no NVIDIA driver" in device.why


@pytest.mark.parametrize(("asked", "name"), [("cuda", "cuda:0"), ("cuda:1", "cuda:1"), ("cpu", "cpu")])
def test_what_is_asked_for_is_taken(asked, name):
    assert choose_device(asked, probe(FakeNvml(2), CUDA)).name == name


@pytest.mark.parametrize(
    ("asked", "count", "words"),
    [("cuda:2", 2, "there are 2 GPUs"), ("cuda", 0, "finds no GPU"), ("tpu", 1, "unknown; choose auto, cpu, cuda")],
)
def test_what_cannot_be_had_is_refused_in_words(asked, count, words):
    with pytest.raises(DeviceError, match=words):
        choose_device(asked, probe(FakeNvml(count), CUDA))


def test_use_of_a_gpu():
    assert gpu_use(0, FakeNvml(1)) == (0.4, 3 * 2**30)
    assert gpu_use(0, FakeNvml(error="NVMLError_GpuIsLost")) is None


@pytest.mark.parametrize(
    ("line", "cuda"), [("cuda: Optional[str] = None", None), ("cuda: Optional[str] = '12.8'", (12, 8))], ids=["cpu", "cuda"]
)
def test_the_build_of_torch_is_read_without_importing_it(tmp_path, monkeypatch, line, cuda):
    package = tmp_path / "torch"
    package.mkdir()
    (package / "__init__.py").write_text("raise RuntimeError('imported')")
    (package / "version.py").write_text(f"__version__ = '2.13.0'\n{line}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    assert torch_build() == TorchBuild(version="2.13.0", cuda=cuda)


def test_probing_imports_no_torch():
    code = "import sys, retroml_core.training.devices as d; d.probe(); sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# --- the processor ----------------------------------------------------------------------------------------------------


def test_a_processor_is_called_what_linux_calls_it(tmp_path):
    information = tmp_path / "cpuinfo"
    information.write_text("processor\t: 0\nmodel name\t: A Fast One\nmodel name\t: A Fast One\n", encoding="utf-8")
    assert processor_name(information) == "A Fast One"


def test_a_processor_has_some_name_where_linux_does_not_tell(tmp_path):
    assert processor_name(tmp_path / "not there")
