from __future__ import annotations

import subprocess
import sys

import pytest
from retroml_video import retroml_video_renderers

from retroml_core.plugins.registry import resolve

NAMES = [spec.name for spec in retroml_video_renderers()]


def test_the_renderers_are_offered():
    assert {"timelapse", "final_run", "full_record"} <= set(NAMES)


@pytest.mark.parametrize("spec", retroml_video_renderers(), ids=NAMES)
def test_every_factory_builds_a_renderer_from_its_config(spec):
    config = spec.config()
    assert config.name == spec.name
    assert callable(resolve(spec.factory)(config).render)


def test_importing_the_plugin_is_light():
    code = "import sys, retroml_video; print([m for m in ('numpy', 'av', 'PIL', 'torch') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
