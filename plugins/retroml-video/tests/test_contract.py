from __future__ import annotations

from retroml_video import retroml_video_renderers

from retroml_core.testing.renderer import RendererContract

TIMELAPSE, FINAL_RUN = retroml_video_renderers()


class TestTimelapse(RendererContract):
    spec = TIMELAPSE


class TestFinalRun(RendererContract):
    spec = FINAL_RUN
    exact = False
