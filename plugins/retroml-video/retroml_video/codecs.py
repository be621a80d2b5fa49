"""Video encoders: which of them works on this machine, and how each is set up.

All of them come with the PyAV wheel (https://pyav.basswood-io.com). One that is present may still lack its hardware or its
system library, so each is tried before it is chosen.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

import av
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from retroml_core.filming import FilmError

if TYPE_CHECKING:
    from av.video.codeccontext import VideoCodecContext

    from retroml_video.settings import EncoderConfig

__all__ = ["AV1", "CODECS", "Codec", "choose_codec", "encoders"]

CODECS = ("libx264", "libopenh264", "h264_mf", "h264_videotoolbox", "mpeg4")
"""H.264 encoders by preference, the last one a fallback that every player knows as well."""

AV1 = ("libsvtav1", "libaom-av1")
"""AV1 encoders by preference."""

_HARDWARE = {"mp4": "h264_nvenc", "av1": "av1_nvenc"}
_SVT_PRESETS = {"ultrafast": 10, "superfast": 10, "veryfast": 9, "faster": 8, "fast": 8, "medium": 7, "slow": 6, "slower": 5}
_SLOWEST_SVT_PRESET = 4
_BITS_A_PIXEL = 0.12
_FASTEST = "ultrafast"
_QP_BELOW_CRF = 8


def encoders(format: str, settings: EncoderConfig) -> tuple[str, ...]:
    """The encoders for a film of `format`, the best first: that of a graphics card where it may be used."""
    software = AV1 if format == "av1" else CODECS
    hardware = _HARDWARE.get(format)
    return (hardware, *software) if settings.hardware and hardware else software


@dataclass(frozen=True, kw_only=True)
class Codec:
    """An encoder for pictures of this size and rate. Two contexts of one codec make streams that can be joined."""

    name: str
    width: int
    height: int
    fps: int
    settings: EncoderConfig

    def opens(self) -> bool:
        """Whether it works here."""
        if self.name not in av.codecs_available:
            return False
        # SVT-AV1 talks to the terminal unless told not to, whatever PyAV does with the words of encoders.
        os.environ.setdefault("SVT_LOG", "1")
        try:
            context = cast("VideoCodecContext", av.CodecContext.create(self.name, "w"))
            self.configure(context)
            context.open()
        except (av.FFmpegError, ValueError):
            return False
        return True

    def configure(self, context: VideoCodecContext) -> None:
        """Set up a context that is not open yet: BT.709, a keyframe every second and nowhere else."""
        context.width, context.height, context.pix_fmt = self.width, self.height, "yuv420p"
        context.framerate, context.time_base = Fraction(self.fps), Fraction(1, self.fps)
        context.gop_size = self.fps
        context.thread_type, context.thread_count = "FRAME", self.settings.threads
        context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU709
        context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
        options = self.options()
        if options is None:
            context.bit_rate = round(self.width * self.height * self.fps * _BITS_A_PIXEL)
        else:
            context.options = options

    def options(self) -> dict[str, str] | None:
        """The encoder's own words; None for one that only knows bits a second."""
        quality, fps = self.settings.quality, self.fps
        if self.name == "libx264":
            # Flat colours and sharp edges: no scene-cut keyframes, so that a player can jump to every full second.
            details = f"keyint={fps}:min-keyint={fps}:scenecut=0:cabac=1"
            if self.settings.speed == _FASTEST:
                # CRF looks at every picture twice to find what this preset makes no use of: as good and as large without it.
                details += f":qp={max(quality - _QP_BELOW_CRF, 1)}"
                return {"preset": self.settings.speed, "x264-params": details}
            return {"preset": self.settings.speed, "crf": str(quality), "x264-params": details}
        if self.name.endswith("_nvenc"):
            return {"preset": "p4", "rc": "vbr", "cq": str(quality), "no-scenecut": "1", "forced-idr": "1", "bf": "0"}
        if self.name == "libsvtav1":
            preset = _SVT_PRESETS.get(self.settings.speed, _SLOWEST_SVT_PRESET)
            details = f"keyint={fps}:scd=0:lp={self.settings.threads}"
            # CRF 35 of AV1 looks as CRF 23 of x264 does (https://trac.ffmpeg.org/wiki/Encode/AV1).
            return {"preset": str(preset), "crf": str(min(quality + 12, 63)), "svtav1-params": details}
        return None


def choose_codec(names: Sequence[str], *, width: int, height: int, fps: int, settings: EncoderConfig) -> Codec:
    """The first of `names` that works here. Raises FilmError naming those tried."""
    for name in names:
        codec = Codec(name=name, width=width, height=height, fps=fps, settings=settings)
        if codec.opens():
            return codec
    raise FilmError(f"no video encoder works here (tried {', '.join(names)}): reinstall it with pip install --force av")
