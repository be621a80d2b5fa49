"""Pictures out of a film, one after the other, with seeking to the very picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.faults import Fault

if TYPE_CHECKING:
    import av
    import numpy.typing as npt

__all__ = ["FilmReader", "Picture", "Unplayable", "fitted"]

USUAL_FPS = 30.0


class Unplayable(Fault):
    """The film cannot be played; the message says why."""


@dataclass(frozen=True)
class Picture:
    """One picture: when it is shown, in seconds of the film, and its pixels (uint8)."""

    seconds: float
    pixels_HWC: npt.NDArray[np.uint8]  # noqa: N815  # shapes in names


def fitted(width: int, height: int, box: tuple[int, int]) -> tuple[int, int]:
    """The largest even size of the shape `width` by `height` that fits into `box`, never larger than it is."""
    scale = min(box[0] / width, box[1] / height, 1.0)
    return max(2, int(width * scale) // 2 * 2), max(2, int(height * scale) // 2 * 2)


class FilmReader:
    """An open film. Used from one thread at a time; `close` it.

    `duration` in seconds, `fps`, `size` of the pictures it gives: as large as fits into `box`.
    """

    def __init__(self, path: Path, box: tuple[int, int]) -> None:
        """Raises Unplayable when there is no film in `path`."""
        import av
        from av.stream import Disposition

        try:
            self._container = av.open(str(path))
            moving = [stream for stream in self._container.streams.video if not stream.disposition & Disposition.attached_pic]
            if not moving:
                raise Unplayable(f"{path.name} holds no pictures")
            self._stream = moving[0]
            self._stream.thread_type = "AUTO"
            context = self._stream.codec_context
            self.size = fitted(context.width, context.height, box)
        except (OSError, av.FFmpegError, ValueError) as error:
            raise Unplayable(f"{path.name} cannot be played: {_reason(error)}") from error
        self.fps = float(self._stream.average_rate or USUAL_FPS)
        self.duration = self._duration()
        self._frames: Iterator[av.VideoFrame] = self._container.decode(self._stream)

    def seek(self, seconds: float) -> None:
        """Make the picture shown at `seconds` the next one."""
        import av

        target = min(max(seconds, 0.0), self.duration)
        base = self._stream.time_base
        try:
            self._container.seek(int(target / base) if base else 0, stream=self._stream, backward=True)
        except (OSError, av.FFmpegError) as error:
            raise Unplayable(_reason(error)) from error
        self._frames = self._from(target - 0.5 / self.fps)

    def next(self, wanted: float = 0.0) -> Picture | None:
        """The next picture shown at `wanted` or later, those before it being passed over; None at the end."""
        import av

        try:
            for frame in self._frames:
                if float(frame.time or 0.0) >= wanted - 0.5 / self.fps:
                    return self._picture(frame)
        except (OSError, av.FFmpegError, ValueError) as error:
            raise Unplayable(_reason(error)) from error
        return None

    def close(self) -> None:
        """Let go of the file. May be called twice."""
        self._container.close()

    def __enter__(self) -> FilmReader:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _from(self, seconds: float) -> Iterator[av.VideoFrame]:
        # Seeking lands on the keyframe before.
        for frame in self._container.decode(self._stream):
            if float(frame.time or 0.0) >= seconds:
                yield frame

    def _picture(self, frame: av.VideoFrame) -> Picture:
        width, height = self.size
        pixels_HWC = frame.to_ndarray(format="rgb24", width=width, height=height)
        return Picture(float(frame.time or 0.0), np.ascontiguousarray(pixels_HWC))

    def _duration(self) -> float:
        if self._stream.duration and self._stream.time_base:
            return float(self._stream.duration * self._stream.time_base)
        return (self._container.duration or 0) / 1_000_000


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
