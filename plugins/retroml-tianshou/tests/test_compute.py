"""Setting torch up: threads, precision, repeatability."""

import importlib.util
import os
import sys
from pathlib import Path

import pytest
import torch
from retroml_tianshou.compute import Compute, available_threads, prepare
from retroml_tianshou.uncompiled import Adam


def prepared(**settings):
    return prepare(**{"device": "cpu", "precision": "auto", "threads": 1, "deterministic": False} | settings)


def test_zero_threads_are_as_many_as_cores():
    assert prepared(threads=0).threads == available_threads() >= 1


def test_a_few_observations_take_one_thread_many_take_all():
    compute = prepared(threads=3)
    assert [compute.threads_for(batch) for batch in (1, 8, 16, 17, 256)] == [1, 1, 1, 3, 3]


def test_threads_are_set_on_use():
    prepared().use_threads(2)
    assert torch.get_num_threads() == 2


@pytest.mark.parametrize(("precision", "expected"), [("float32", torch.float32), ("bfloat16", torch.bfloat16)])
def test_a_precision_asked_for_is_used(precision, expected):
    assert prepared(precision=precision).precision == expected


@pytest.mark.parametrize(("has_units", "expected"), [(True, torch.bfloat16), (False, torch.float32)])
def test_auto_takes_bfloat16_only_where_the_processor_has_units_for_it(monkeypatch, has_units, expected):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: has_units)
    monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda: False)
    assert prepared().precision == expected


def test_deterministic_is_exact(monkeypatch):
    monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda: True)
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    assert prepared(deterministic=True).precision == torch.float32
    assert torch.are_deterministic_algorithms_enabled()
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")


def test_deterministic_can_be_left_again():
    prepared(deterministic=True)
    prepared(deterministic=False)
    assert not torch.are_deterministic_algorithms_enabled()


@pytest.mark.parametrize("deterministic", [True, False])
def test_torch_is_left_as_its_own_function_leaves_it(monkeypatch, deterministic):
    from torch._inductor import config

    monkeypatch.setenv("TORCHINDUCTOR_DETERMINISTIC", "")
    prepared(deterministic=deterministic)

    def state():
        mode = torch.are_deterministic_algorithms_enabled(), torch.is_deterministic_algorithms_warn_only_enabled()
        return *mode, torch.get_deterministic_debug_mode(), config.deterministic

    ours = state()
    torch.use_deterministic_algorithms(deterministic)
    assert state() == ours == (deterministic, False, 2 * deterministic, deterministic)


def test_a_compiler_that_is_loaded_later_is_told_too(monkeypatch):
    from torch._inductor import config

    monkeypatch.setenv("TORCHINDUCTOR_DETERMINISTIC", "")
    prepared(deterministic=True)
    read = 'deterministic = os.getenv("TORCHINDUCTOR_DETERMINISTIC") == "1"\n'
    assert read in Path(config.__file__).read_text(encoding="utf-8")
    assert os.environ["TORCHINDUCTOR_DETERMINISTIC"] == "1"


def test_nothing_loads_the_compiler_that_does_not_compile(monkeypatch):
    monkeypatch.delitem(sys.modules, "torch._inductor.config", raising=False)
    for package in ("torch._inductor", "torch._dynamo"):
        monkeypatch.setitem(sys.modules, package, None)  # importing it fails
    prepared(deterministic=True)
    layer = torch.nn.Linear(2, 2)
    adam = Adam(layer.parameters(), fused=True)
    layer(torch.ones(1, 2)).sum().backward()
    adam.step()
    adam.zero_grad()
    assert torch.are_deterministic_algorithms_enabled()


@pytest.mark.parametrize(
    ("capability", "expected"), [((7, 5), torch.float32), ((8, 0), torch.bfloat16), ((9, 0), torch.bfloat16)]
)
def test_a_gpu_computes_in_bfloat16_from_ampere_on(monkeypatch, capability, expected):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", False)
    assert prepared(device="cuda:0").precision == expected
    assert torch.backends.cudnn.benchmark


@pytest.mark.parametrize(("threads", "batch", "parts"), [(2, 256, 2), (16, 256, 4), (2, 100, 1), (1, 256, 1), (4, 8, 1)])
def test_a_minibatch_is_cut_into_parts_of_at_least_64(threads, batch, parts):
    compute = Compute(device=torch.device("cpu"), precision=torch.float32, threads=threads)
    assert compute.parts_for(batch) == parts


def test_a_gpu_takes_a_minibatch_in_one_piece():
    assert Compute(device=torch.device("cuda"), precision=torch.float32, threads=8).parts_for(256) == 1


@pytest.mark.parametrize(
    ("device", "capability", "triton", "expected"),
    [
        ("cpu", (0, 0), True, False),
        ("cuda:0", (7, 0), True, True),
        ("cuda:0", (6, 1), True, False),
        ("cuda:0", (9, 0), False, False),
    ],
)
def test_auto_compiles_where_torch_can_make_code_for_the_gpu(monkeypatch, device, capability, triton, expected):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if triton else None)
    assert prepared(device=device, precision="float32", compiling="auto").compiling is expected
    assert not prepared(device=device, precision="float32", compiling="auto", deterministic=True).compiling


def test_what_is_asked_for_is_compiled_anywhere():
    assert prepared(compiling="on").compiling
    assert not prepared().compiling
