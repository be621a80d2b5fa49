"""Films are read to the very picture and played at the right speed."""

from __future__ import annotations

import threading
import time

import av
import numpy as np
import pytest
from retroml_dearpygui.services.film_reader import FilmReader, Unplayable, fitted
from retroml_dearpygui.services.player import Player
from retroml_dearpygui.services.thumbnails import letterboxed

FPS, PICTURES = 10, 40


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Four seconds in which the grey of picture n is 6 n, with keyframes two seconds apart."""
    path = tmp_path_factory.mktemp("films") / "grey.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mpeg4", rate=FPS)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 64, 48, "yuv420p", 20
        stream.bit_rate = 8_000_000
        for number in range(PICTURES):
            pixels = np.full((48, 64, 3), number * 6, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
        container.mux(stream.encode())
    return path


def number_of(picture):
    """Which picture it is, by its grey."""
    return round(float(picture.pixels_HWC.mean()) / 6)


@pytest.fixture
def reader(film):
    with FilmReader(film, (640, 480)) as reader:
        yield reader


def test_a_film_says_what_it_is(reader):
    assert (reader.duration, reader.fps, reader.size) == (pytest.approx(4.0, abs=0.11), FPS, (64, 48))


def test_pictures_come_in_order_to_the_end(reader):
    numbers = []
    while (picture := reader.next()) is not None:
        numbers.append(number_of(picture))
    assert numbers == list(range(PICTURES))


@pytest.mark.parametrize("number", [0, 1, 19, 20, 33, 39])
def test_seeking_finds_the_very_picture(reader, number):
    reader.seek(number / FPS)
    assert number_of(reader.next()) == number


def test_seeking_beyond_the_ends_stays_inside(reader):
    reader.seek(-5.0)
    assert number_of(reader.next()) == 0
    reader.seek(99.0)
    assert reader.next() is None or number_of(reader.next() or reader.next()) == PICTURES - 1


def test_pictures_that_nobody_waits_for_are_passed_over(reader):
    assert number_of(reader.next(1.5)) == 15


@pytest.mark.parametrize("content", [b"", b"no film at all"])
def test_what_is_no_film_is_said_so(tmp_path, content):
    path = tmp_path / "broken.mp4"
    path.write_bytes(content)
    with pytest.raises(Unplayable, match=r"broken\.mp4 cannot be played"):
        FilmReader(path, (64, 48))


@pytest.mark.parametrize(
    ("picture", "box", "size"),
    [((1920, 1080), (1280, 720), (1280, 720)), ((405, 720), (1280, 720), (404, 720)), ((64, 48), (1280, 720), (64, 48))],
)
def test_pictures_fit_into_the_box_in_their_shape(picture, box, size):
    assert fitted(*picture, box) == size


def test_a_still_picture_stands_in_the_middle():
    whole = letterboxed(np.full((216, 122, 3), 255, np.uint8))
    assert whole.shape == (216, 384, 3)
    assert (whole[:, 131:253] == 255).all()
    assert not whole[:, :131].any()


@pytest.fixture
def player(clock):
    player = Player((640, 480), clock=clock)
    yield player
    player.shut_down()


def until(so, what):
    """Wait for the thread that decodes."""
    deadline = time.monotonic() + 60
    while not (answer := so()):
        assert time.monotonic() < deadline, what
        threading.Event().wait(0.001)
    return answer


def shown(player):
    """The next picture that comes."""
    until(lambda: player.ready, "a picture to be ready")
    return until(player.due, "a picture to be due")


def buffered(player):
    until(lambda: player._full(), "some pictures to be decoded")


def test_a_film_plays_by_the_clock(player, film, clock):
    player.open(film)
    assert number_of(shown(player)) == 0
    buffered(player)
    assert player.due() is None
    clock.pass_by(0.2)
    assert number_of(player.due()) == 2
    assert player.position == pytest.approx(0.2)


def test_a_paused_film_stands(player, film, clock):
    player.open(film)
    shown(player)
    player.pause()
    clock.pass_by(10)
    buffered(player)
    assert player.due() is None
    player.toggle()
    clock.pass_by(0.15)
    assert number_of(player.due()) == 1


def test_speed_changes_from_where_it_is(player, film, clock):
    player.open(film)
    shown(player)
    player.rate = 2.0
    buffered(player)
    clock.pass_by(0.2)
    assert number_of(player.due()) == 4


@pytest.mark.parametrize("playing", [True, False])
def test_seeking_shows_the_picture_there(player, film, playing):
    player.open(film)
    shown(player)
    player.playing = playing
    player.seek(2.7)
    assert number_of(shown(player)) == 27
    assert player.playing == playing


def test_single_steps_go_on_and_back(player, film):
    player.open(film)
    shown(player)
    player.seek(2.0)
    shown(player)
    player.step(1)
    assert number_of(shown(player)) == 21
    player.step(-1)
    assert number_of(shown(player)) == 20
    assert not player.playing


def test_at_the_end_it_stops_and_can_be_played_again(player, film, clock):
    player.open(film)
    shown(player)
    player.seek(3.9)
    assert number_of(shown(player)) == 39
    until(lambda: player._ended, "the end")
    player.due()
    assert not player.playing
    player.toggle()
    assert number_of(shown(player)) == 0


def test_another_film_takes_the_place_of_the_first(player, film):
    player.open(film)
    shown(player)
    player.seek(3.0)
    player.open(film)
    assert number_of(shown(player)) == 0


def test_what_cannot_be_played_is_told(player, tmp_path):
    path = tmp_path / "broken.mp4"
    path.write_bytes(b"no film")
    player.open(path)
    until(lambda: player.error, "the reason")
    assert "broken.mp4 cannot be played" in player.error
    assert not player.playing
    player.seek(1.0)
    player.toggle()
    assert player.due() is None


def test_after_a_broken_film_another_one_plays(player, tmp_path, film):
    player.open(tmp_path / "none.mp4")
    until(lambda: player.error, "the reason")
    player.open(film)
    assert number_of(shown(player)) == 0
    assert player.error == ""
