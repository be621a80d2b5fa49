"""Short moving pictures for chats and web pages: GIF with a palette of its own, and WebP."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
from av.filter import Graph
from av.video.format import VideoFormat

from retroml_core.filming import FilmRefused

if TYPE_CHECKING:
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream

__all__ = ["LONGEST_SECONDS", "SNIPPETS", "check_length", "write_snippet"]

SNIPPETS = ("gif", "webp")
LONGEST_SECONDS = 60.0
_RATES = {"gif": 25, "webp": 30}
_HEIGHTS = {"gif": 360, "webp": 480}
_WEBP = {"quality": "80", "compression_level": "4", "loop": "0"}


def check_length(format: str, seconds: float) -> None:
    """Raises FilmRefused when a film of so many seconds is too long for a GIF or WebP."""
    if format in SNIPPETS and seconds > LONGEST_SECONDS:
        raise FilmRefused(
            f"a {format} of {seconds:.0f} s is too large to share: ask for at most {LONGEST_SECONDS:g} s, or for an mp4"
        )


def write_snippet(film: Path, target: Path, format: str) -> None:
    """Turn a finished film into a GIF or WebP: smaller, with fewer pictures a second, repeated for ever. Raises OSError."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        height = min(_HEIGHTS[format], stream.height)
        size = (round(stream.width * height / stream.height / 2) * 2, height)
        rate = min(_RATES[format], round(float(stream.average_rate or _RATES[format])))
    small = f"fps={rate},scale={size[0]}:{size[1]}:flags=area"
    if format == "webp":
        _encode(target, "libwebp_anim", "webp", "yuv420p", _WEBP, _filtered(film, [small]), size, rate)
    else:
        palette = list(_filtered(film, [small, "palettegen=stats_mode=full"]))[-1]
        pictures = _filtered(film, [small], palette)
        _encode(target, "gif", "gif", "pal8", {}, pictures, size, rate)


def _filtered(film: Path, steps: list[str], palette: VideoFrame | None = None) -> Iterator[VideoFrame]:
    """The pictures of `film` after the filter `steps`, painted with `palette` when there is one."""
    with av.open(str(film)) as container:
        stream = container.streams.video[0]
        graph, source, sink = _graph(stream, steps, palette)
        for frame in container.decode(stream):
            source(frame)
            yield from _ready(sink)
        source(None)
        yield from _ready(sink)
        del graph


def _graph(
    stream: VideoStream, steps: list[str], palette: VideoFrame | None
) -> tuple[Graph, Callable[[VideoFrame | None], None], Callable[[], Any]]:
    graph = Graph()
    first = last = graph.add_buffer(template=stream, time_base=stream.time_base)
    for step in steps:
        for word in step.split(","):
            name, _, arguments = word.partition("=")
            following = graph.add(name, arguments)
            last.link_to(following)
            last = following
    if palette is not None:
        colours = graph.add_buffer(width=16, height=16, format=VideoFormat("bgra", 16, 16), time_base=Fraction(1, 1))
        paint = graph.add("paletteuse", "dither=none:diff_mode=rectangle")
        last.link_to(paint, 0, 0)
        colours.link_to(paint, 0, 1)
        last = paint
    sink = graph.add("buffersink")
    last.link_to(sink)
    graph.configure()
    if palette is not None:
        palette.pts, palette.time_base = 0, Fraction(1, 1)
        colours.push(palette)
        colours.push(None)
    return graph, first.push, sink.pull


def _ready(pull: Callable[[], Any]) -> Iterator[VideoFrame]:
    while True:
        try:
            yield cast("VideoFrame", pull())
        except (av.BlockingIOError, av.EOFError):
            return


def _encode(
    target: Path,
    codec: str,
    format: str,
    pixels: str,
    options: dict[str, str],
    pictures: Iterator[VideoFrame],
    size: tuple[int, int],
    rate: int,
) -> None:
    with av.open(str(target), "w", format=format, options={"loop": "0"}) as container:
        stream = cast("VideoStream", container.add_stream(codec, rate=rate, options=options))
        stream.width, stream.height, stream.pix_fmt = *size, pixels
        stream.time_base = Fraction(1, rate)
        for number, picture in enumerate(pictures):
            picture.pts, picture.time_base = number, Fraction(1, rate)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))
