from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from retroml_video.activations import Activations, best_tiling
from retroml_video.canvas import Canvas
from retroml_video.layout import Box
from retroml_video.palette import Palette

SHAPES = [(16, 20, 20), (32, 20, 20), (64, 9, 9), (64, 7, 7), (256, 5, 5), (512,), (256,), (30,), (1, 84, 84)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("room", [(60, 60), (110, 60), (190, 150)])
def test_a_mosaic_fits_its_room(shape, room):
    tiling = best_tiling(shape, *room, 6)
    if tiling is not None:
        assert tiling.width <= room[0]
        assert tiling.height <= room[1]


def test_all_maps_are_shown_where_there_is_room():
    tiling = best_tiling((64, 9, 9), 100, 100, 6)
    assert tiling.rows * tiling.columns >= 64


def test_a_room_smaller_than_one_map_shows_none():
    assert best_tiling((4, 84, 84), 60, 60, 6) is None


def shown(layer, seconds=()):
    canvas = Canvas(426, 240, Palette.of())
    block = Activations(canvas, {"layer": layer})
    block.place(Box(0, 0, 200, 120))
    canvas.drawn()

    block.show(SimpleNamespace(layers={"layer": layer}))
    (box,) = canvas.drawn()
    return canvas.pixels[box.y : box.bottom, box.x : box.right, :3].astype(int).sum(axis=2)


def test_each_unit_is_as_bright_as_its_answer():
    picture = shown(np.asarray([0.0, 1.0, 2.0, 4.0] * 8, np.float32))
    assert len(np.unique(picture)) == 4


def test_negative_answers_are_as_dark_as_none():
    quiet, negative = np.zeros(32, np.float32), np.zeros(32, np.float32)
    quiet[3] = negative[3] = 1.0
    negative[5:9] = -5.0
    assert np.array_equal(shown(quiet), shown(negative))


def test_a_map_keeps_its_picture():
    layer = np.zeros((4, 6, 8), np.float32)
    layer[0, 1, 2] = 9.0
    picture = shown(layer)
    tiling = best_tiling(layer.shape, 200, min(120 - 8, 37), 2)
    bright = np.argwhere(picture == picture.max())
    assert bright.min(axis=0).tolist() == [1 * tiling.scale, 2 * tiling.scale]
