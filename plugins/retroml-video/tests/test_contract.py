from __future__ import annotations

from retroml_video import retroml_video_renderers

from retroml_core.testing.renderer import RendererContract

SPECS = {spec.name: spec for spec in retroml_video_renderers()}


class TestTimelapse(RendererContract):
    spec = SPECS["timelapse"]


class TestFinalRun(RendererContract):
    spec = SPECS["final_run"]
    exact = False


class TestFullRecord(RendererContract):
    spec = SPECS["full_record"]
    exact = False
