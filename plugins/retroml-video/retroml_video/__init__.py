"""Film renderers for Retro ML: the time-lapse of a training, and the final run of what it led to."""

from __future__ import annotations

from retroml_core import RendererSpec, hookimpl
from retroml_video.settings import FinalRunConfig, FullRecordConfig, TimelapseConfig
from retroml_video.side_by_side import MilestonesConfig, RaceConfig

__all__ = ["retroml_video_renderers"]

FORMATS = ("mp4", "av1", "gif", "webp")
LOOKS = "retroml_video.looks:Looks"


@hookimpl
def retroml_video_renderers() -> list[RendererSpec]:
    """The renderers of this plugin."""
    return [
        RendererSpec(
            name="timelapse",
            title="Time-lapse",
            summary="The training from first to last in one film: stretches of real play, real speed.",
            config=TimelapseConfig,
            factory="retroml_video.timelapse:build",
            formats=FORMATS,
            looks=LOOKS,
            needs=frozenset({"tape", "training"}),
        ),
        RendererSpec(
            name="final_run",
            title="Final run",
            summary="The best evaluation game of the trained agent, whole and uncut.",
            config=FinalRunConfig,
            factory="retroml_video.final_run:build",
            formats=FORMATS,
            looks=LOOKS,
            needs=frozenset({"tape"}),
        ),
        RendererSpec(
            name="full_record",
            title="Full record",
            summary="Any game or any part of the training as it was played, uncut.",
            config=FullRecordConfig,
            factory="retroml_video.full_record:build",
            formats=FORMATS,
            looks=LOOKS,
            needs=frozenset({"tape"}),
        ),
        RendererSpec(
            name="milestones",
            title="Milestones",
            summary="The agent at 0, 1, 5, 10, 25, 50 and 100 % of its training, side by side in the same game.",
            config=MilestonesConfig,
            factory="retroml_video.milestones:build",
            formats=FORMATS,
            looks=LOOKS,
            needs=frozenset({"tape", "training", "policy"}),
        ),
        RendererSpec(
            name="race",
            title="Race",
            summary="Several runs side by side, in the same game or in training, with a ranking that follows their scores.",
            config=RaceConfig,
            factory="retroml_video.race:build",
            formats=FORMATS,
            looks=LOOKS,
            needs=frozenset({"tape", "training", "policy", "others"}),
        ),
    ]
