"""Writes a film: H.264 in MP4, yuv420p, constant frame rate, a keyframe every second, AAC, index at the front.

The film grows as parts of half a minute in a work folder beside it (`retroml_core.filming.work_folder`) and is joined when
it is complete. A maker that was killed leaves its finished parts there; the next `FilmWriter` for the same path goes on from
them: pictures and sound that they hold are taken and dropped.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import av
from av.video.frame import VideoFrame

from retroml_core.filming import work_folder
from retroml_video.codecs import CODECS, Codec, choose_codec, encoders
from retroml_video.joining import Chapter, Tags, join_parts
from retroml_video.parts import Parts
from retroml_video.snippet import SNIPPETS, check_length, write_snippet
from retroml_video.soundtrack import Recording, Soundtrack

if TYPE_CHECKING:
    import numpy as np
    from av.container import OutputContainer
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

    from retroml_core.filming import FilmJob
    from retroml_video.settings import EncoderConfig

__all__ = ["CODECS", "Chapter", "FilmWriter"]

PART_SECONDS = 30


class FilmWriter:
    """A film being written to `path`. Pictures are yuv420p, BT.709, as `retroml_video.planes` makes them.

    `format` is "mp4" (H.264), "av1" (in MP4), "gif" or "webp"; empty: what the ending of `path` says. `codec` names the
    encoder taken, `frames` counts the pictures written so far. A film that was begun before goes on: `kept` says how many
    pictures it holds already, which need not be drawn again, and `notes` what was noted about them. Notes are anything that
    JSON knows. With a `sound_rate` (samples a second) the film has sound: what `sound` hears.

    Use as a context manager: when an exception passes it releases and removes everything but `path`, which is left to its
    owner. Raises FilmError without a usable codec, OSError when the disk is full.
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
        description: str = "",
        chapters: Sequence[Chapter] = (),
        codecs: Sequence[str] = (),
        format: str = "",
        sound_rate: int = 0,
    ) -> None:
        self.path, self.fps, self.frames = path, fps, 0
        self.format = format or path.suffix.lstrip(".").lower()
        if self.format in SNIPPETS:
            settings = dataclasses.replace(settings, quality=min(settings.quality, 12))
        self._tags = Tags(title=title, comment=comment, description=description)
        self._chapters = list(chapters)
        self._codec = choose_codec(
            codecs or encoders(self.format, settings), width=width, height=height, fps=fps, settings=settings
        )
        self.sound_rate = sound_rate
        self._parts = Parts(work_folder(path), {**_key(self._codec), "sound_rate": sound_rate})
        self.sound = Soundtrack(self._parts.samples)
        self._part: _Part | None = None
        self.kept = self._parts.frames
        self.notes = list(self._parts.notes)
        self._new_notes: list[Any] = []

    @classmethod
    def of(
        cls,
        job: FilmJob,
        *,
        seconds: float,
        width: int,
        height: int,
        settings: EncoderConfig,
        title: str,
        description: str,
        sound_rate: int,
    ) -> FilmWriter:
        """The writer of the film that `job` asks for, with the run named in the comment.

        Raises FilmRefused when `seconds` are too long for its format.
        """
        check_length(job.config.format, seconds)
        return cls(
            job.target,
            width=width,
            height=height,
            fps=job.config.fps,
            settings=settings,
            title=title,
            comment=f"Retro ML, run {job.run.id}",
            description=description,
            format=job.config.format if job.config.format in ("av1", *SNIPPETS) else "mp4",
            sound_rate=sound_rate,
        )

    @property
    def codec(self) -> str:
        """The encoder in use."""
        return self._codec.name

    def write(self, yuv: NDArray[np.uint8]) -> None:
        """Append one picture (height * 3 / 2, width); the array may be reused at once."""
        self.frames += 1
        if self.frames <= self.kept:
            return
        if self._part is None:
            self._part = _Part(self._parts.next, self._codec)
        self._part.write(yuv)
        if self._part.frames == PART_SECONDS * self.fps:
            self._end_part()

    def skip(self, pictures: int, samples: int = 0) -> None:
        """Count pictures, at most `kept - frames`, and samples that are kept from before, without making them again."""
        if not 0 <= pictures <= max(self.kept - self.frames, 0):
            raise ValueError(f"{pictures} pictures cannot be skipped: {self.kept} are kept and {self.frames} are counted")
        self.frames += pictures
        self.sound.skip(samples)

    def note(self, note: Any) -> None:
        """Remember `note` together with the pictures up to here; it comes back in `notes` when the film is resumed."""
        self.notes.append(note)
        self._new_notes.append(note)

    def finish(self, *, chapters: Sequence[Chapter] | None = None, poster_seconds: float | None = None) -> None:
        """Complete the film, with other chapters than those given at first and a poster from about there, if given.

        Without `poster_seconds` the poster is the most telling of a few pictures. Raises OSError when the disk is full.
        """
        self._end_part()
        self._tags = dataclasses.replace(self._tags, chapters=tuple(self._chapters if chapters is None else chapters))
        joined = self._parts.folder / "joined.mp4" if self.format in SNIPPETS else self.path
        join_parts(
            self._parts.paths,
            joined,
            fps=self.fps,
            tags=self._tags,
            pictures=self.frames,
            sound=self._recording(),
            poster_seconds=poster_seconds,
        )
        if joined != self.path:
            write_snippet(joined, self.path, self.format)
        self._parts.remove()

    def _end_part(self) -> None:
        if self._part is not None:
            part, self._part = self._part, None
            part.finish()
            self._parts.add(part.frames, self._new_notes, *(self.sound.take() if self.sound_rate else ()))
            self._new_notes = []

    def _recording(self) -> Recording | None:
        if not self.sound_rate:
            return None
        return Recording(paths=self._parts.sounds, rate=self.sound_rate, cuts=self._parts.cuts)

    def __enter__(self) -> FilmWriter:
        return self

    def __exit__(self, kind: type[BaseException] | None, *exception: object) -> None:
        if self._part is not None:
            self._part.close()
        if kind is not None:
            self._parts.remove()


class _Part:
    """One part being encoded."""

    def __init__(self, path: Path, codec: Codec) -> None:
        self.frames = 0
        self._fps = codec.fps
        # x264 copies what it is given before it returns; others may still look at it when the next picture is drawn.
        self._copies = codec.name == "libx264"
        self._container: OutputContainer = av.open(str(path), "w", format="mp4")
        try:
            self._stream = cast("VideoStream", self._container.add_stream(codec.name, rate=codec.fps))
            codec.configure(self._stream.codec_context)
            self._stream.time_base = Fraction(1, codec.fps)
        except BaseException:
            self._container.close()
            raise

    def write(self, yuv: NDArray[np.uint8]) -> None:
        make = VideoFrame.from_numpy_buffer if self._copies else VideoFrame.from_ndarray
        frame = make(yuv, format="yuv420p")
        frame.pts, frame.time_base = self.frames, Fraction(1, self._fps)
        self.frames += 1
        self._container.mux(self._stream.encode(frame))

    def finish(self) -> None:
        self._container.mux(self._stream.encode(None))
        self.close()

    def close(self) -> None:
        self._container.close()


def _key(codec: Codec) -> dict[str, Any]:
    """What must be equal for parts to fit together."""
    shape = {"codec": codec.name, "width": codec.width, "height": codec.height, "fps": codec.fps}
    return {**shape, "options": codec.options(), "av": av.__version__, "part_seconds": PART_SECONDS}
