"""Freed memory stays with the process, so that the next minibatch finds its pages ready."""

import platform
import subprocess
import sys

import pytest

from retroml_tianshou.memory import keep_freed_memory

GLIBC = sys.platform == "linux" and platform.libc_ver()[0] == "glibc"

NEW_PAGES = """
import resource, sys, torch
from retroml_tianshou.memory import keep_freed_memory

def fill():
    torch.ones(20 << 18)  # 20 MiB, which are 5,120 pages

assert not int(sys.argv[1]) or keep_freed_memory()
for _ in range(3):
    fill()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(8):
    fill()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def new_pages(*, kept: bool) -> int:
    done = subprocess.run([sys.executable, "-c", NEW_PAGES, str(int(kept))], capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_elsewhere_nothing_happens(monkeypatch):
    monkeypatch.setattr(sys, "platform", "darwin")
    assert keep_freed_memory() is False


@pytest.mark.skipif(not GLIBC, reason="only glibc can be told to keep what is freed")
def test_a_tensor_of_the_size_of_a_minibatch_costs_far_fewer_new_pages():
    assert new_pages(kept=True) < new_pages(kept=False) / 4
