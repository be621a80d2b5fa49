"""Memory that was needed for a while goes back to the system. Each in a process of its own: what is set there stays set."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="other systems have rules of their own")

FREE = """
import numpy as np, psutil
from retroml_dearpygui.runtime.memory import spare_memory

spare_memory()
MB = 1 << 20
np.ones(20 * MB, np.uint8)  # freed at once: this is what raises the bound
pictures, kept = [], []
for _ in range(20):
    pictures.append(np.ones(5 * MB, np.uint8))
    kept.append(bytearray(100_000))
before = psutil.Process().memory_info().rss
del pictures
print((before - psutil.Process().memory_info().rss) / MB)
"""

THREADS = """
import ctypes, threading
from retroml_dearpygui.runtime.memory import spare_memory

spare_memory()
together = threading.Barrier(13)

def work():
    kept = bytearray(100_000)
    together.wait()
    together.wait()

for _ in range(12):
    threading.Thread(target=work).start()
together.wait()
system = ctypes.CDLL(None)
system.fdopen.restype = ctypes.c_void_p
output = ctypes.c_void_p(system.fdopen(1, b"w"))
system.malloc_info(0, output)
system.fflush(output)
together.wait()
"""


def said(program):
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_pictures_give_their_memory_back_though_smaller_things_came_between():
    assert float(said(FREE)) > 90


def test_threads_share_few_pools():
    assert 1 <= said(THREADS).count("<heap nr=") <= 4
