"""The settings of the renderers; length, size and frame rate of films are in the run's config (`film`)."""

from __future__ import annotations

from dataclasses import dataclass

from retroml_core import param

__all__ = ["EncoderConfig", "FinalRunConfig", "FullRecordConfig", "TimelapseConfig"]


@dataclass
class EncoderConfig:
    """How pictures become a file; every renderer of this plugin has these settings."""

    quality: int = param(
        20,
        ge=0,
        le=51,
        soft_ge=12,
        soft_le=30,
        help="Constant quality, about that of x264's CRF of this number: lower is better and larger.",
        source="https://trac.ffmpeg.org/wiki/Encode/H.264#crf",
    )
    speed: str = param(
        "ultrafast",
        help="How long the encoder searches for a smaller file: veryfast takes 3 times as long for half the size.",
        choices=("ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow", "slower", "veryslow"),
        advanced=True,
    )
    threads: int = param(1, ge=1, le=16, help="Threads of the encoder; a film must not slow a training down.", advanced=True)
    hardware: bool = param(True, help="Let a graphics card encode where it can; its files are larger.", advanced=True)
    deflicker: bool = param(
        True, help="Below 60 frames/s, show objects that the game draws only every other frame as steadily as a television did."
    )


@dataclass
class TimelapseConfig(EncoderConfig):
    """The time-lapse."""

    name: str = "timelapse"
    stretch_seconds: float = param(
        6.0,
        ge=1,
        le=60,
        unit="s",
        help="How long the film stays with one moment of the training before it moves on; long films stay longer.",
    )
    skip_still: bool = param(True, help="Leave out what stays of a pause after half a second in which nothing moves.")


@dataclass
class FinalRunConfig(EncoderConfig):
    """The final run."""

    name: str = "final_run"
    hold_seconds: float = param(1.5, ge=0, le=10, unit="s", help="How long the last picture stays.")


@dataclass
class FullRecordConfig(EncoderConfig):
    """The full record."""

    name: str = "full_record"
    episode: int | None = param(None, ge=1, help="Number of the game to show, whole; nothing: a range, or the best game.")
    begin: str = param("", help="Where the range begins: steps of the run (120000) or time trained (90s, 1h02m); empty: at 0.")
    end: str = param("", help="Where the range ends, likewise; empty: with what is recorded.")
    environment: int = param(0, ge=0, le=4096, help="Which of the games played side by side a range shows.")
    stream: str = param(
        "training", help="Games of the training, or those of the evaluations.", choices=("training", "evaluation")
    )
