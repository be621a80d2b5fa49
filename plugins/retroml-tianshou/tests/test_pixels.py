"""Observations laid out as networks want them."""

import numpy as np
import pytest
from retroml_tianshou.pixels import channels_last, move_on, pack_stacks, unpack_stacks

from retroml_core.tree import tree_bytes


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


def stacks_of(steps: int, games: int, begun: set[tuple[int, int]], frames: int = 4):
    """Stacks (T, B, H, W, C) that move on by one frame a step, but where a game is `begun` at (step, game)."""
    random = np.random.default_rng(0)
    obs = random.integers(0, 256, (steps, games, 7, 6, frames), dtype=np.uint8)
    for t in range(1, steps):
        for game in range(games):
            if (t, game) not in begun:
                obs[t, game, ..., :-1] = obs[t - 1, game, ..., 1:]
    return obs


@pytest.mark.parametrize("steps", [0, 1, 5])
@pytest.mark.parametrize("frames", [1, 2, 4])
def test_packed_stacks_are_unpacked_as_they_were(steps, frames):
    obs = stacks_of(steps, 3, {(1, 0), (1, 2), (4, 1)}, frames)
    assert np.array_equal(unpack_stacks(pack_stacks(obs)), obs)


def test_packed_stacks_hold_each_frame_once():
    frame, steps, games = 7 * 6, 100, 3
    packed = pack_stacks(stacks_of(steps, games, {(50, 1)}))
    assert tree_bytes(packed) == (4 * games + (steps - 1) * games + 4) * frame + steps * games


def test_what_was_never_packed_is_what_it_is():
    obs = stacks_of(2, 2, set())
    assert np.array_equal(unpack_stacks(obs), obs)
