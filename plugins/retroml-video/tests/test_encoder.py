from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from retroml_video.encoder import Chapter, FilmWriter
from retroml_video.settings import EncoderConfig

from retroml_core.filming import FilmError

WIDTH, HEIGHT = 128, 72


def picture(i: int):
    yuv = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    yuv[:HEIGHT] = 16 + i * 7 % 200
    return yuv


def write(path, frames=75, fps=30, **changes):
    with FilmWriter(path, width=WIDTH, height=HEIGHT, fps=fps, settings=EncoderConfig(), **changes) as writer:
        for i in range(frames):
            writer.write(picture(i))
        writer.finish()
    return writer


def frames_of(path):
    with av.open(str(path)) as film:
        return [(frame.pts * film.streams.video[0].time_base, frame.to_ndarray()) for frame in film.decode(video=0)]


@pytest.mark.parametrize("fps", [30, 60])
def test_every_picture_is_there_and_equally_far_from_the_next(tmp_path, fps):
    write(tmp_path / "f.mp4", fps=fps)
    assert [time for time, _ in frames_of(tmp_path / "f.mp4")] == [Fraction(i, fps) for i in range(75)]


def test_the_pictures_are_those_written(tmp_path):
    write(tmp_path / "f.mp4")
    for i, (_, shown) in enumerate(frames_of(tmp_path / "f.mp4")):
        assert np.abs(shown[: HEIGHT // 2].astype(int) - picture(i)[: HEIGHT // 2]).mean() < 4


def test_there_is_a_keyframe_every_second(tmp_path):
    write(tmp_path / "f.mp4")
    with av.open(str(tmp_path / "f.mp4")) as film:
        stream = film.streams.video[0]
        assert [packet.pts * stream.time_base for packet in film.demux(stream) if packet.is_keyframe] == [0, 1, 2]


def test_the_index_stands_before_the_pictures(tmp_path):
    write(tmp_path / "f.mp4")
    data = (tmp_path / "f.mp4").read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_it_is_h264_as_every_player_knows_it(tmp_path):
    write(tmp_path / "f.mp4")
    with av.open(str(tmp_path / "f.mp4")) as film:
        context = film.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.width, context.height) == ("h264", "yuv420p", WIDTH, HEIGHT)
        assert context.colorspace == 1


def test_title_comment_and_chapters_are_in_the_file(tmp_path):
    chapters = [
        Chapter(start_seconds=0, end_seconds=1.5, title="The first game"),
        Chapter(start_seconds=1.5, end_seconds=2.5, title="Ende: Größe"),
    ]
    write(tmp_path / "f.mp4", title="Breakout", comment="Retro ML", chapters=chapters)
    with av.open(str(tmp_path / "f.mp4")) as film:
        assert film.metadata["title"] == "Breakout"
        assert film.metadata["comment"] == "Retro ML"
        found = [(c["start"] * c["time_base"], c["end"] * c["time_base"], c["metadata"]["title"]) for c in film.chapters()]
        assert found == [(0, 1.5, "The first game"), (1.5, 2.5, "Ende: Größe")]


def test_the_same_pictures_make_the_same_file(tmp_path):
    write(tmp_path / "a.mp4")
    write(tmp_path / "b.mp4")
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


def test_a_codec_that_is_missing_is_passed_over(tmp_path):
    writer = write(tmp_path / "f.mp4", codecs=("no_such_codec", "mpeg4"))
    assert writer.codec == "mpeg4"
    assert len(frames_of(tmp_path / "f.mp4")) == 75


def test_without_any_codec_the_error_names_those_tried(tmp_path):
    with pytest.raises(FilmError, match="tried no_such_codec, nor_this_one"):
        write(tmp_path / "f.mp4", codecs=("no_such_codec", "nor_this_one"))


def test_a_folder_that_is_missing_is_an_operating_system_error(tmp_path):
    with pytest.raises(OSError, match="No such file"):
        write(tmp_path / "nowhere" / "f.mp4")


def test_an_exception_between_pictures_passes_and_releases_the_file(tmp_path):
    broken = FilmWriter(tmp_path / "f.mp4", width=WIDTH, height=HEIGHT, fps=30, settings=EncoderConfig())
    with pytest.raises(KeyError), broken:
        _write_then_fail(broken)
    (tmp_path / "f.mp4").unlink()


def _write_then_fail(writer):
    for i in range(60):
        writer.write(picture(i))
    raise KeyError
