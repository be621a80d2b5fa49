"""How a film looks: its poster, and for libraries its thumbnail and what the file itself says about it."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.stream import Disposition
from PIL import Image, UnidentifiedImageError

from retroml_core.filming import FilmFacts

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

__all__ = ["Looks", "poster"]

_CANDIDATES = 5
_EMPTY = 6.0
_JPEG_QUALITY = 88
_SNIPPETS = (".gif", ".webp")


def poster(paths: Sequence[Path], seconds: float | None = None) -> VideoFrame | None:
    """A picture of the film that `paths` hold one after another: the one near `seconds`, else the most telling of a few.

    One near `seconds` in which there is nothing to see is not taken. Only keyframes are looked at. None when nothing can be
    decoded.
    """
    lengths = [_seconds(path) for path in paths]
    wanted = _keyframe_of(paths, lengths, seconds) if seconds is not None else None
    if wanted is not None and _telling(wanted) > _EMPTY:
        return wanted
    total = sum(lengths)
    moments = [total * (i + 0.5) / _CANDIDATES for i in range(_CANDIDATES)]
    found = [frame for moment in moments if (frame := _keyframe_of(paths, lengths, moment)) is not None]
    return max(found, key=_telling, default=None)


class Looks:
    """See `retroml_core.filming.FilmLooks`."""

    def thumbnail(self, film: Path, target: Path, *, width: int = 480) -> None:
        """Write a JPEG of `film` to `target`, at most `width` wide: its cover, else a telling picture.

        Raises ValueError when the file shows no picture, OSError.
        """
        image = _snippet_picture(film) if film.suffix in _SNIPPETS else _film_picture(film)
        image.thumbnail((width, width * 4))
        image.convert("RGB").save(target, format="JPEG", quality=_JPEG_QUALITY)

    def examine(self, film: Path) -> FilmFacts:
        """What the file itself says. Raises ValueError when it is not a film."""
        if film.suffix in _SNIPPETS:
            return _snippet_facts(film)
        try:
            with av.open(str(film)) as container:
                stream = _pictures(container)
                return FilmFacts(
                    seconds=_stream_seconds(container, stream),
                    size_bytes=film.stat().st_size,
                    width=stream.width,
                    height=stream.height,
                    fps=float(stream.average_rate or 0),
                    codec=stream.codec_context.codec.canonical_name,
                    chapters=len(container.chapters()),
                    sound=bool(container.streams.audio),
                )
        except (av.FFmpegError, StopIteration) as error:
            raise ValueError(f"{film.name} is not a film: {error}") from error


def _film_picture(film: Path) -> Image.Image:
    try:
        frame = _cover(film) or poster([film])
    except (av.FFmpegError, StopIteration) as error:
        raise ValueError(f"{film.name} cannot be read: {error}") from error
    if frame is None:
        raise ValueError(f"{film.name} shows no picture")
    image: Image.Image = frame.to_image()  # type: ignore[no-untyped-call]  # PyAV leaves it untyped
    return image


def _snippet_picture(film: Path) -> Image.Image:
    """The most telling of a few pictures of a GIF or WebP, which have no keyframes to jump to."""
    found = []
    with _snippet(film) as image:
        pictures = getattr(image, "n_frames", 1)
        for place in sorted({int(pictures * (i + 0.5) / _CANDIDATES) for i in range(_CANDIDATES)}):
            image.seek(place)
            found.append(image.convert("RGB"))
    return max(found, key=lambda picture: _contrast(np.asarray(picture.convert("L"))))


def _snippet_facts(film: Path) -> FilmFacts:
    with _snippet(film) as image:
        image.load()
        frames, milliseconds = getattr(image, "n_frames", 1), image.info.get("duration", 0) or 1
        return FilmFacts(
            seconds=frames * milliseconds / 1000,
            size_bytes=film.stat().st_size,
            width=image.width,
            height=image.height,
            fps=1000 / milliseconds,
            codec=film.suffix.lstrip("."),
            chapters=0,
            sound=False,
        )


def _snippet(film: Path) -> Image.Image:
    try:
        return Image.open(film)
    except UnidentifiedImageError as error:
        raise ValueError(f"{film.name} is not a film: {error}") from error


def _pictures(container: InputContainer) -> VideoStream:
    return next(stream for stream in container.streams.video if not stream.disposition & Disposition.attached_pic)


def _stream_seconds(container: InputContainer, stream: VideoStream) -> float:
    if stream.duration and stream.time_base:
        return float(stream.duration * stream.time_base)
    return _length(container)


def _length(container: InputContainer) -> float:
    return (container.duration or 0) / av.time_base


def _seconds(path: Path) -> float:
    with av.open(str(path)) as container:
        return _length(container)


def _keyframe_of(paths: Sequence[Path], lengths: Sequence[float], moment: float) -> VideoFrame | None:
    for path, length in zip(paths, lengths, strict=True):
        if moment <= length or path == paths[-1]:
            return _keyframe(path, min(moment, length))
        moment -= length
    return None


def _keyframe(path: Path, seconds: float) -> VideoFrame | None:
    with av.open(str(path)) as container:
        stream = _pictures(container)
        stream.codec_context.skip_frame = "NONKEY"
        container.seek(round(seconds / (stream.time_base or Fraction(1))), stream=stream)
        return next(iter(container.decode(stream)), None)


def _cover(film: Path) -> VideoFrame | None:
    with av.open(str(film)) as container:
        covers = [stream for stream in container.streams.video if stream.disposition & Disposition.attached_pic]
        return next(iter(container.decode(covers[0])), None) if covers else None


def _telling(frame: VideoFrame) -> float:
    return _contrast(frame.to_ndarray(format="gray"))


def _contrast(grey: NDArray[Any]) -> float:
    """How much there is to see in a picture (H, W): nothing in a black one, little in an empty one."""
    some = grey[::3, ::5].astype(np.float32)
    return float(some.std() + some.mean() / 20)
