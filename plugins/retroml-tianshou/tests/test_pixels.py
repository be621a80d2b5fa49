"""Observations laid out as networks want them."""

import numpy as np
import pytest
from retroml_tianshou.pixels import channels_last, move_on


@pytest.mark.parametrize("shape", [(3, 4, 6, 5), (1, 1, 2, 2), (2, 3, 84, 84)])
def test_every_pixel_keeps_its_place(shape):
    obs = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    laid = channels_last(obs)
    assert laid.flags.c_contiguous
    assert np.array_equal(laid, obs.transpose(0, 2, 3, 1))


def test_it_fills_what_it_is_given():
    obs = np.arange(2 * 3 * 4 * 5, dtype=np.uint8).reshape(2, 3, 4, 5)
    room = np.zeros((2, 4, 5, 3), np.uint8)
    assert channels_last(obs, room) is room
    assert np.array_equal(room, obs.transpose(0, 2, 3, 1))


@pytest.mark.parametrize("in_place", [True, False])
def test_stacks_move_on_by_one_frame(in_place):
    random = np.random.default_rng(0)
    frames = random.integers(0, 256, (5, 3, 7, 6), dtype=np.uint8)  # time, games, height, width
    before = np.ascontiguousarray(frames[:4].transpose(1, 2, 3, 0))
    room = before if in_place else np.zeros_like(before)
    move_on(before, frames[4], room)
    assert np.array_equal(room, frames[1:].transpose(1, 2, 3, 0))
