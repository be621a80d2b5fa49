from __future__ import annotations

from typing import ClassVar

from retroml_video import retroml_video_renderers

from retroml_core.testing.renderer import RendererContract

SPECS = {spec.name: spec for spec in retroml_video_renderers()}


class TestTimelapse(RendererContract):
    spec = SPECS["timelapse"]


class TestFinalRun(RendererContract):
    spec = SPECS["final_run"]
    settings: ClassVar = {"hold_seconds": 0.2}
    exact = False


class TestFullRecord(RendererContract):
    spec = SPECS["full_record"]
    settings: ClassVar = {"end": "60"}
    exact = False
