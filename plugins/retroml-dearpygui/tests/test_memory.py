"""Large blocks of memory go back to the system."""

import subprocess
import sys

import pytest

ASK = """
import numpy as np, psutil
from retroml_dearpygui.runtime.memory import return_large_blocks

return_large_blocks()
MB = 1 << 20
np.ones(20 * MB, np.uint8)  # freed at once: this is what raises the bound
kept = []
pictures = []
for _ in range(20):
    pictures.append(np.ones(5 * MB, np.uint8))
    kept.append(bytearray(100_000))
before = psutil.Process().memory_info().rss
del pictures
print((before - psutil.Process().memory_info().rss) / MB)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have rules of their own")
def test_pictures_give_their_memory_back_though_smaller_things_came_between():
    done = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 90
