from __future__ import annotations

import numpy as np
import pytest
from av.video.frame import VideoFrame
from retroml_video.canvas import Canvas
from retroml_video.layout import Layout
from retroml_video.palette import Palette
from retroml_video.planes import Planes, pack, unpack

from retroml_core.testing.film import made_up_frame

HEIGHTS = [240, 480, 720]
COLOURS = Palette.of()


def canvas_of(layout):
    return Canvas(layout.width, layout.height, COLOURS)


def luma_of(frame):
    """BT.709 brightness in the range 16 to 235, straight from the standard."""
    red, green, blue = (frame[..., i].astype(float) for i in range(3))
    return 16 + 219 / 255 * (0.2126 * red + 0.7152 * green + 0.0722 * blue)


def rgb(planes: Planes):
    frame = VideoFrame.from_ndarray(planes.yuv, format="yuv420p")
    return frame.reformat(format="rgb24", src_colorspace="ITU709", dst_colorspace="ITU709").to_ndarray()


@pytest.mark.parametrize("shape", ["wide", "vertical", "square"])
@pytest.mark.parametrize("height", HEIGHTS)
def test_every_pixel_of_the_game_is_a_rectangle_of_its_own_brightness(height, shape):
    layout = Layout.fit(height, shape, game_width=80, game_height=105)
    planes, frame = Planes(layout), made_up_frame(3, 17, 2)
    planes.show_game(pack(frame))
    scaled = luma_of(frame).repeat(layout.scale_y, axis=0).repeat(layout.scale_x, axis=1)
    assert np.abs(planes.game_luma() - scaled).max() < 1.0
    for row in range(layout.scale_y):
        for column in range(layout.scale_x):
            first = planes.game_luma()[:: layout.scale_y, :: layout.scale_x]
            assert np.array_equal(planes.game_luma()[row :: layout.scale_y, column :: layout.scale_x], first)


def test_the_game_keeps_its_colours():
    layout = Layout.fit(480, game_width=80, game_height=105)
    planes, frame = Planes(layout), np.zeros((105, 80, 3), np.uint8)
    frame[:, :40], frame[:, 40:] = (200, 72, 72), (66, 158, 130)
    planes.show_game(pack(frame))
    shown = rgb(planes)[layout.game.y : layout.game.bottom, layout.game.x : layout.game.right].astype(int)
    assert np.abs(shown[50, 20] - (200, 72, 72)).max() <= 4
    assert np.abs(shown[50, -20] - (66, 158, 130)).max() <= 4


def test_the_game_does_not_spill_over_its_edges():
    layout = Layout.fit(240, game_width=80, game_height=105)
    planes = Planes(layout)
    planes.take(canvas_of(layout))
    before = planes.luma.copy()
    planes.show_game(pack(np.full((105, 80, 3), 255, np.uint8)))
    outside = np.ones_like(before, bool)
    outside[layout.game.y : layout.game.bottom, layout.game.x : layout.game.right] = False
    assert np.array_equal(planes.luma[outside], before[outside])


def test_the_canvas_is_taken_over_with_its_colours():
    layout = Layout.fit(240, game_width=80, game_height=105)
    planes, canvas = Planes(layout), canvas_of(layout)
    canvas.fill(10, 10, 20, 20, (109, 92, 255))
    planes.take(canvas)
    assert np.abs(rgb(planes)[20, 20].astype(int) - (109, 92, 255)).max() <= 6
    assert np.abs(rgb(planes)[200, -5].astype(int) - COLOURS.page).max() <= 6


def test_taking_only_what_changed_gives_the_same_picture_as_taking_all():
    layout = Layout.fit(240, game_width=80, game_height=105)
    piecewise, whole = Planes(layout), Planes(layout)
    canvas = canvas_of(layout)
    piecewise.take(canvas)
    canvas.fill(31, 47, 33, 9, (10, 200, 30))
    canvas.fill(50, 50, 3, 3, (250, 0, 30))
    piecewise.take(canvas)
    canvas.paste(0, 0, canvas.pixels[:, :, :3].copy())
    whole.take(canvas)
    assert np.array_equal(piecewise.yuv, whole.yuv)


def test_packing_loses_nothing():
    frame = made_up_frame(1, 2, 3)
    assert np.array_equal(unpack(pack(frame)), frame)


@pytest.mark.parametrize("rows", [0, 1, 20, 60, 105])
def test_what_stays_of_a_game_need_not_be_shown_again(rows):
    layout = Layout.fit(480, game_width=80, game_height=105)
    frame, chance = made_up_frame(3, 17, 2), np.random.default_rng(rows)
    planes, anew = Planes(layout), Planes(layout)
    planes.show_game(pack(frame))
    frame = frame.copy()
    frame[chance.permutation(105)[:rows]] = chance.integers(0, 255, (rows, 80, 3), np.uint8)
    planes.show_game(pack(frame))
    anew.show_game(pack(frame))
    assert np.array_equal(planes.yuv, anew.yuv)


def test_a_game_that_was_drawn_over_is_shown_again():
    layout = Layout.fit(480, game_width=80, game_height=105)
    planes, canvas, frame = Planes(layout), canvas_of(layout), pack(made_up_frame(3, 17, 2))
    planes.take(canvas)
    planes.show_game(frame)
    before = planes.yuv.copy()
    canvas.fill(layout.game.x + 10, layout.game.y + 10, 40, 40, (255, 255, 255))
    planes.take(canvas)
    assert not np.array_equal(planes.yuv, before)
    planes.show_game(frame)
    assert np.array_equal(planes.yuv, before)
