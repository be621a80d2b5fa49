from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
import pytest
from av.stream import Disposition
from PIL import Image
from retroml_video import encoder
from retroml_video.codecs import choose_codec, encoders
from retroml_video.encoder import Chapter, FilmWriter
from retroml_video.looks import Looks
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


def test_the_file_carries_a_cover_that_shows_the_film(tmp_path):
    write(tmp_path / "f.mp4")
    with av.open(str(tmp_path / "f.mp4")) as film:
        (cover,) = [stream for stream in film.streams.video if stream.disposition & Disposition.attached_pic]
        assert next(film.decode(cover)).to_ndarray(format="gray").mean() > 15


def test_a_film_of_many_parts_is_one_film(tmp_path, monkeypatch):
    write(tmp_path / "one.mp4", frames=100)
    monkeypatch.setattr(encoder, "PART_SECONDS", 1)
    write(tmp_path / "f.mp4", frames=100)
    (whole, parts) = (frames_of(tmp_path / name) for name in ("one.mp4", "f.mp4"))
    assert [time for time, _ in parts] == [time for time, _ in whole] == [Fraction(i, 30) for i in range(100)]
    assert all(np.array_equal(shown, other) for (_, shown), (_, other) in zip(whole, parts, strict=True))


def begin(path, pictures, speed="ultrafast"):
    """A writer that was given so many pictures; how many of them were kept before, and the notes."""
    settings = EncoderConfig(speed=speed)
    writer = FilmWriter(path, width=WIDTH, height=HEIGHT, fps=30, settings=settings)
    kept = writer.kept, list(writer.notes)
    for i in range(pictures):
        writer.write(picture(i))
        if i == 40:
            writer.note({"at": i})
    return writer, kept


def kill(writer):
    """Leave behind what a maker leaves that is killed."""
    if writer._part is not None:
        writer._part.close()


@pytest.mark.parametrize("speed", ["ultrafast", "veryfast"])
def test_a_killed_film_is_gone_on_with(tmp_path, monkeypatch, speed):
    monkeypatch.setattr(encoder, "PART_SECONDS", 1)
    kill(begin(tmp_path / "f.mp4", 75, speed)[0])
    writer, kept = begin(tmp_path / "f.mp4", 100, speed)
    writer.finish()
    assert kept == (60, [{"at": 40}])
    whole, _ = begin(tmp_path / "g.mp4", 100, speed)
    whole.finish()
    assert (tmp_path / "f.mp4").read_bytes() == (tmp_path / "g.mp4").read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["f.mp4", "g.mp4"]


def test_pictures_that_are_kept_need_not_be_drawn(tmp_path, monkeypatch):
    monkeypatch.setattr(encoder, "PART_SECONDS", 1)
    kill(begin(tmp_path / "f.mp4", 75)[0])
    with FilmWriter(tmp_path / "f.mp4", width=WIDTH, height=HEIGHT, fps=30, settings=EncoderConfig()) as writer:
        writer.skip(60)
        with pytest.raises(ValueError, match="1 pictures cannot be skipped"):
            writer.skip(1)
        writer.write(picture(60))
        writer.finish()
    assert len(frames_of(tmp_path / "f.mp4")) == 61


def test_a_film_made_otherwise_begins_anew(tmp_path, monkeypatch):
    monkeypatch.setattr(encoder, "PART_SECONDS", 1)
    kill(begin(tmp_path / "f.mp4", 75)[0])
    writer, kept = begin(tmp_path / "f.mp4", 1, speed="veryfast")
    kill(writer)
    assert kept == (0, [])


def test_the_encoder_of_a_graphics_card_is_tried_first_and_passed_over_without_one(tmp_path, capfd):
    assert encoders("mp4", EncoderConfig())[0] == "h264_nvenc"
    assert encoders("mp4", EncoderConfig(hardware=False))[0] == "libx264"
    choose_codec(encoders("mp4", EncoderConfig()), width=WIDTH, height=HEIGHT, fps=30, settings=EncoderConfig())
    assert capfd.readouterr().err == ""


def test_av1_is_smaller_and_still_an_mp4(tmp_path, capfd):
    write(tmp_path / "f.mp4", format="av1")
    facts = Looks().examine(tmp_path / "f.mp4")
    assert (facts.codec, facts.seconds, facts.fps) == ("av1", 2.5, 30)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("name", ["f.gif", "f.webp"])
def test_snippets_move_and_are_as_long_as_asked(tmp_path, name):
    write(tmp_path / name, frames=60)
    with Image.open(tmp_path / name) as image:
        assert image.n_frames > 40
        assert image.info["loop"] == 0
    assert Looks().examine(tmp_path / name).seconds == pytest.approx(2.0, abs=0.2)
    assert sorted(path.name for path in tmp_path.iterdir()) == [name]


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
    assert list(tmp_path.iterdir()) == []


def _write_then_fail(writer):
    for i in range(60):
        writer.write(picture(i))
    raise KeyError
