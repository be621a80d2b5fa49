from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from retroml_video.encoder import FilmWriter
from retroml_video.looks import Looks
from retroml_video.settings import EncoderConfig

WIDTH, HEIGHT = 128, 72


def film(path, fps=30, poster_seconds=None):
    """Three seconds: black, then a pattern, then black again."""
    black = np.full((HEIGHT * 3 // 2, WIDTH), 128, np.uint8)
    black[:HEIGHT] = 16
    pattern = black.copy()
    pattern[:HEIGHT, ::3] = 200
    with FilmWriter(path, width=WIDTH, height=HEIGHT, fps=fps, settings=EncoderConfig()) as writer:
        for i in range(fps * 3):
            writer.write(pattern if fps <= i < fps * 2 else black)
        writer.finish(poster_seconds=poster_seconds)
    return path


@pytest.mark.parametrize("name", ["f.mp4", "f.gif", "f.webp"])
def test_a_thumbnail_shows_play_and_is_never_black(tmp_path, name):
    Looks().thumbnail(film(tmp_path / name), tmp_path / "t.jpg", width=100)
    with Image.open(tmp_path / "t.jpg") as image:
        assert image.format == "JPEG"
        assert image.width <= 100
        assert np.asarray(image.convert("L")).mean() > 40


def test_a_cover_asked_for_where_all_is_black_is_taken_elsewhere(tmp_path):
    Looks().thumbnail(film(tmp_path / "f.mp4", poster_seconds=2.5), tmp_path / "t.jpg", width=100)
    with Image.open(tmp_path / "t.jpg") as image:
        assert np.asarray(image.convert("L")).mean() > 40


@pytest.mark.parametrize("content", [b"", b"no film at all"])
@pytest.mark.parametrize("name", ["f.mp4", "f.webp"])
def test_what_is_no_film_is_said_to_be_none(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ValueError, match=name):
        Looks().examine(tmp_path / name)
    with pytest.raises(ValueError, match=name):
        Looks().thumbnail(tmp_path / name, tmp_path / "t.jpg")


def test_the_file_says_what_it_is(tmp_path):
    facts = Looks().examine(film(tmp_path / "f.mp4"))
    assert (facts.seconds, facts.width, facts.height, facts.fps, facts.codec) == (3.0, WIDTH, HEIGHT, 30.0, "h264")
    assert facts.size_bytes == (tmp_path / "f.mp4").stat().st_size
    assert (facts.chapters, facts.sound) == (0, False)
