"""Joins parts into one film: no picture is encoded again; sound, tags, chapters, cover and index are added.

The index stands at the front, so that the film starts at once from the web. The cover is an attached picture, as file
managers and players show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
from av.stream import Disposition

from retroml_video.audio import Voice
from retroml_video.looks import poster

if TYPE_CHECKING:
    from av.container import OutputContainer
    from av.packet import Packet
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

    from retroml_video.soundtrack import Recording

__all__ = ["Chapter", "Tags", "join_parts"]

_COVER_WIDTH = 640


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A named part of a film, in film seconds."""

    start_seconds: float
    end_seconds: float
    title: str


@dataclass(frozen=True, kw_only=True)
class Tags:
    """What the container says about the film."""

    title: str = ""
    comment: str = ""
    description: str = ""
    chapters: tuple[Chapter, ...] = ()


def join_parts(
    parts: Sequence[Path],
    target: Path,
    *,
    fps: int,
    tags: Tags,
    pictures: int,
    sound: Recording | None = None,
    poster_seconds: float | None = None,
) -> None:
    """Write `parts`, which hold so many `pictures`, one after another into `target`. Raises OSError when the disk is full."""
    cover = poster(parts, poster_seconds)
    with av.open(str(target), "w", format="mp4", options={"movflags": "+faststart"}) as container:
        words = {"title": tags.title, "comment": tags.comment, "description": tags.description}
        container.metadata.update({name: text for name, text in words.items() if text})
        # The muxer makes its chapter track together with the header, so they must be known before the first picture.
        container.set_chapters([_av_chapter(number, chapter) for number, chapter in enumerate(tags.chapters)])
        with av.open(str(parts[0])) as first:
            stream = container.add_stream_from_template(first.streams.video[0], opaque=True)
        stream.time_base = Fraction(1, fps)
        voice = Voice(container, sound, Fraction(pictures, fps)) if sound is not None else None
        attached = _cover_stream(container, cover) if cover is not None else None
        for packet in _packets(parts, fps):
            packet.stream = stream
            container.mux(packet)
            if voice is not None:
                container.mux(list(voice.until(Fraction(packet.dts or 0, fps))))
        if voice is not None:
            container.mux(list(voice.until(None)))
        if attached is not None and cover is not None:
            _attach(container, attached, cover)


def _packets(parts: Sequence[Path], fps: int) -> Iterator[Packet[Any]]:
    """The packets of all parts on one clock of `fps` ticks a second."""
    begun = 0
    for path in parts:
        count = 0
        with av.open(str(path)) as part:
            source = part.streams.video[0]
            ticks = cast("Fraction", source.time_base) * fps
            for packet in part.demux(source):
                if packet.dts is None or packet.pts is None:
                    continue
                pts, dts = round(packet.pts * ticks) + begun, round(packet.dts * ticks) + begun
                packet.time_base = Fraction(1, fps)
                packet.pts, packet.dts, packet.duration = pts, dts, 1
                count += 1
                yield packet
        begun += count


def _av_chapter(number: int, chapter: Chapter) -> av.container.core.Chapter:
    return {
        "id": number,
        "start": round(chapter.start_seconds * 1000),
        "end": round(chapter.end_seconds * 1000),
        "time_base": Fraction(1, 1000),
        "metadata": {"title": chapter.title},
    }


def _cover_stream(container: OutputContainer, cover: VideoFrame) -> VideoStream:
    stream = container.add_stream("mjpeg", rate=1)
    stream.width = min(_COVER_WIDTH, cover.width)
    stream.height = round(cover.height * stream.width / cover.width / 2) * 2
    stream.pix_fmt = "yuvj420p"
    stream.disposition = Disposition.attached_pic
    return stream


def _attach(container: OutputContainer, stream: VideoStream, cover: VideoFrame) -> None:
    small = cover.reformat(width=stream.width, height=stream.height, format="yuvj420p", interpolation="AREA")
    small.pts, small.time_base = 0, Fraction(1, 1)
    container.mux(stream.encode(small))
    container.mux(stream.encode(None))
