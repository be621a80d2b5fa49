"""Writes pictures into an MP4: H.264, yuv420p, constant frame rate, a keyframe every second, index at the front.

The codec comes with the PyAV wheel (https://pyav.basswood-io.com); where it lacks one, the next is tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import av
from av.video.frame import VideoFrame
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from retroml_core.filming import FilmError

if TYPE_CHECKING:
    import numpy as np
    from av.container import OutputContainer
    from av.video.codeccontext import VideoCodecContext
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    from retroml_video.settings import EncoderConfig

__all__ = ["CODECS", "Chapter", "FilmWriter"]

CODECS = ("libx264", "libopenh264", "h264_mf", "h264_videotoolbox", "mpeg4")
"""Encoders by preference. The hardware ones of graphics cards are left to training."""


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A named part of a film, in film seconds."""

    start_seconds: float
    end_seconds: float
    title: str


class FilmWriter:
    """A film being written to `path`. Pictures are yuv420p, BT.709, as `retroml_video.planes` makes them.

    `codec` says which encoder was taken, `frames` how many pictures were written. Use as a context manager: it releases
    everything when an exception passes; the broken file is left to its owner. Raises FilmError without a usable codec.
    """

    def __init__(
        self,
        path: Path,
        *,
        width: int,
        height: int,
        fps: int,
        settings: EncoderConfig,
        title: str = "",
        comment: str = "",
        chapters: Sequence[Chapter] = (),
        codecs: Sequence[str] = CODECS,
    ) -> None:
        self.fps, self.frames = fps, 0
        self._container: OutputContainer = av.open(str(path), "w", format="mp4", options={"movflags": "+faststart"})
        try:
            self._container.metadata.update({"title": title, "comment": comment})
            # The muxer makes its chapter track together with the header, so they must be known before the first picture.
            self._container.set_chapters([_av_chapter(number, chapter) for number, chapter in enumerate(chapters)])
            self.codec, self._stream = self._open_codec(codecs, width, height, settings)
        except BaseException:
            self._container.close()
            raise

    def _open_codec(self, codecs: Sequence[str], width: int, height: int, settings: EncoderConfig) -> tuple[str, VideoStream]:
        tried = []
        for name in codecs:
            if name in av.codecs_available and _opens(name, width, height, self.fps, settings):
                stream = cast("VideoStream", self._container.add_stream(name, rate=self.fps))
                _configure(stream.codec_context, name, width, height, self.fps, settings)
                stream.time_base = Fraction(1, self.fps)
                return name, stream
            tried.append(name)
        raise FilmError(f"no video encoder works here (tried {', '.join(tried)}): reinstall it with pip install --force av")

    def write(self, yuv: NDArray[np.uint8]) -> None:
        """Append one picture (height * 3 / 2, width); the array may be reused at once."""
        # x264 copies what it is given before it returns; others may still look at it when the next picture is drawn.
        make = VideoFrame.from_numpy_buffer if self.codec == "libx264" else VideoFrame.from_ndarray
        frame = make(yuv, format="yuv420p")
        frame.pts, frame.time_base = self.frames, Fraction(1, self.fps)
        self.frames += 1
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        """Write what is still inside the encoder and the index. Raises OSError when the disk is full."""
        self._container.mux(self._stream.encode(None))
        self._container.close()

    def __enter__(self) -> FilmWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        self._container.close()


def _av_chapter(number: int, chapter: Chapter) -> av.container.core.Chapter:
    return {
        "id": number,
        "start": round(chapter.start_seconds * 1000),
        "end": round(chapter.end_seconds * 1000),
        "time_base": Fraction(1, 1000),
        "metadata": {"title": chapter.title},
    }


def _opens(name: str, width: int, height: int, fps: int, settings: EncoderConfig) -> bool:
    """Whether the encoder works on this machine: one that is present may still lack its system library."""
    try:
        context = cast("VideoCodecContext", av.CodecContext.create(name, "w"))
        _configure(context, name, width, height, fps, settings)
        context.open()
    except (av.FFmpegError, ValueError):
        return False
    return True


def _configure(context: VideoCodecContext, name: str, width: int, height: int, fps: int, settings: EncoderConfig) -> None:
    context.width, context.height, context.pix_fmt = width, height, "yuv420p"
    context.framerate, context.time_base = Fraction(fps), Fraction(1, fps)
    context.gop_size = fps
    context.thread_type, context.thread_count = "FRAME", settings.threads
    context.color_range, context.colorspace = ColorRange.MPEG, Colorspace.ITU709
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    if name == "libx264":
        # Flat colours and sharp edges: no scene-cut keyframes, so that a player can jump to every full second.
        details = f"keyint={fps}:min-keyint={fps}:scenecut=0:cabac=1"
        context.options = {"preset": settings.speed, "crf": str(settings.quality), "x264-params": details}
    else:
        context.bit_rate = round(width * height * fps * 0.12)
