"""Freed memory stays with the process, so that the next minibatch finds its pages ready."""

import platform
import sys

import pytest
import torch
from retroml_tianshou.memory import keep_freed_memory

GLIBC = sys.platform == "linux" and platform.libc_ver()[0] == "glibc"


def test_elsewhere_nothing_happens(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert keep_freed_memory() is False


@pytest.mark.skipif(not GLIBC, reason="only glibc can be told to keep what is freed")
def test_a_tensor_of_the_size_of_a_minibatch_costs_no_new_pages_each_time():
    import resource

    assert keep_freed_memory()

    def fill() -> None:
        torch.ones(20 << 18)  # 20 MiB

    for _ in range(3):
        fill()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(8):
        fill()
    assert resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before < 1000  # handed back, it would be 8 × 5,120
