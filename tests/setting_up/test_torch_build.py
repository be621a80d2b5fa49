"""Which build of PyTorch is chosen on which machine."""

import ctypes

import pytest

from setting_up.process import Result
from setting_up.torch_build import PYTORCH_INDEX, builds_offered, choose_torch, gpu_cuda

VERSION = "2.13.0"
CPU_INDEX = PYTORCH_INDEX + "cpu"


class FakePip:
    """Answers `pip index versions torch` from a table of index to builds; "" is what the user's settings offer."""

    def __init__(self, **offers: str) -> None:
        self.offers = {("" if tag == "own" else PYTORCH_INDEX + tag): builds for tag, builds in offers.items()}
        self.asked: list[str] = []

    def __call__(self, arguments):
        index = arguments[arguments.index("--index-url") + 1] if "--index-url" in arguments else ""
        self.asked.append(index)
        if index not in self.offers:
            return Result(1, "ERROR: No matching distribution found for torch")
        return Result(0, f"torch (9.9.9)\nAvailable versions: 9.9.9, {self.offers[index]}, 1.0.0\n  LATEST: 9.9.9")


def test_builds_of_the_wanted_version_only():
    assert builds_offered(FakePip(own="2.13.0+cpu, 2.13.0, 2.13.1"), VERSION) == ["2.13.0+cpu", "2.13.0"]


def test_an_index_that_does_not_answer_offers_nothing():
    assert builds_offered(FakePip(), VERSION) == []


def test_an_answer_of_another_shape_offers_nothing():
    assert builds_offered(lambda _: Result(0, "torch: everything"), VERSION) == []


def test_asking_gives_up_soon():
    calls = []
    builds_offered(lambda arguments: calls.append(list(arguments)) or Result(1, ""), VERSION)
    assert calls[0][:4] == ["--retries", "1", "--timeout", "10"]


def test_a_cpu_build_in_the_users_settings_is_taken_without_asking_anyone_else():
    pip = FakePip(own="2.13.0+cpu, 2.13.0", cpu="2.13.0+cpu")
    assert choose_torch(pip, VERSION, None, "Linux").arguments == ("torch==2.13.0+cpu",)
    assert pip.asked == [""]


def test_linux_without_a_gpu_takes_the_cpu_index():
    choice = choose_torch(FakePip(own="2.13.0", cpu="2.13.0+cpu"), VERSION, None, "Linux")
    assert choice.arguments == ("torch==2.13.0+cpu", "--no-deps", "--index-url", CPU_INDEX)


def test_linux_falls_back_to_the_default_index_and_says_what_that_costs():
    choice = choose_torch(FakePip(own="2.13.0"), VERSION, None, "Linux")
    assert choice.arguments == ("torch==2.13.0",)
    assert "several GB" in choice.words


@pytest.mark.parametrize("system", ["Windows", "Darwin"])
def test_where_the_default_build_is_for_the_cpu_it_is_taken(system):
    pip = FakePip(own="2.13.0", cpu="2.13.0+cpu")
    choice = choose_torch(pip, VERSION, None, system)
    assert choice.arguments == ("torch==2.13.0",)
    assert "several GB" not in choice.words
    assert CPU_INDEX not in pip.asked


def test_linux_with_a_new_driver_takes_the_default_build_and_never_one_marked_cpu():
    choice = choose_torch(FakePip(own="2.13.0+cpu, 2.13.0"), VERSION, (13, 1), "Linux")
    assert choice.arguments == ("torch===2.13.0",)


def test_a_cuda_build_in_the_users_settings_is_taken():
    choice = choose_torch(FakePip(own="2.13.0+cu126, 2.13.0"), VERSION, (12, 6), "Linux")
    assert choice.arguments == ("torch==2.13.0+cu126",)


def test_an_older_driver_gets_the_newest_build_it_can_run():
    pip = FakePip(own="2.13.0", cu130="2.13.0+cu130", cu128="2.13.0+cu128", cu126="2.13.0+cu126")
    choice = choose_torch(pip, VERSION, (12, 8), "Linux")
    assert choice.arguments == ("torch==2.13.0+cu128", "--no-deps", "--index-url", PYTORCH_INDEX + "cu128")
    assert PYTORCH_INDEX + "cu130" not in pip.asked


def test_windows_with_a_gpu_does_not_take_the_default_build():
    choice = choose_torch(FakePip(own="2.13.0", cu130="2.13.0+cu130"), VERSION, (13, 2), "Windows")
    assert choice.arguments[0] == "torch==2.13.0+cu130"


def test_a_gpu_without_any_fitting_build_still_gets_pytorch_and_is_told():
    choice = choose_torch(FakePip(own="2.13.0"), VERSION, (11, 8), "Linux")
    assert choice.arguments == ("torch==2.13.0",)
    assert "no build for this GPU" in choice.words


class FakeDriver:
    def __init__(self, count: int = 1, version: int = 13010, fault: int = 0) -> None:
        self.count, self.version, self.fault = count, version, fault

    def cuInit(self, flags: int) -> int:  # noqa: N802  # the driver's own name
        return self.fault

    def cuDeviceGetCount(self, count: ctypes.c_int) -> int:  # noqa: N802  # the name in CUDA
        count._obj.value = self.count
        return 0

    def cuDriverGetVersion(self, version: ctypes.c_int) -> int:  # noqa: N802  # the name in CUDA
        version._obj.value = self.version
        return 0


def _absent(name: str) -> None:
    raise OSError(f"{name}: cannot open shared object file")


def test_the_driver_says_which_cuda_it_supports():
    assert gpu_cuda(lambda _: FakeDriver(count=2, version=12080)) == (12, 8)


@pytest.mark.parametrize("driver", [FakeDriver(count=0), FakeDriver(fault=100), object()])
def test_a_driver_without_a_working_gpu_is_no_gpu(driver):
    assert gpu_cuda(lambda _: driver) is None


def test_no_driver_is_no_gpu():
    assert gpu_cuda(_absent) is None
