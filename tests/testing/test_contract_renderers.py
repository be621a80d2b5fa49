"""The renderers of retroml-video keep the contract of renderers."""

from retroml_video import retroml_video_renderers

from retroml_core.testing import RendererContract

SPECS = {spec.name: spec for spec in retroml_video_renderers()}


class TestTimelapse(RendererContract):
    spec = SPECS["timelapse"]


class TestFinalRun(RendererContract):
    spec = SPECS["final_run"]
    exact = False
