from __future__ import annotations

import itertools

import pytest
from retroml_video.layout import ATARI_PIXEL_ASPECT, Box, Layout, best_scale

SHAPES = ["wide", "vertical", "square"]
HEIGHTS = [240, 360, 480, 720, 1080, 1440, 2160]


def fit(height: int, **changes) -> Layout:
    return Layout.fit(height, **{"game_width": 160, "game_height": 210, **changes})


def boxes(layout: Layout) -> list[Box]:
    return [box for box in (layout.game, layout.panel, layout.header, layout.side) if box is not None]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("height", HEIGHTS)
def test_everything_lies_inside_the_picture_and_nothing_overlaps(height, shape):
    layout = fit(height, shape=shape)
    for box in boxes(layout):
        assert min(box.x, box.y) >= 0
        if height >= 480:
            assert (box.right <= layout.width, box.bottom <= layout.height) == (True, True)
    for one, other in itertools.combinations(boxes(layout), 2):
        if height >= 480:
            apart = one.right <= other.x or other.right <= one.x or one.bottom <= other.y or other.bottom <= one.y
            assert apart, (one, other)


@pytest.mark.parametrize(("shape", "size"), [("wide", (1920, 1080)), ("vertical", (1080, 1920)), ("square", (1080, 1080))])
def test_the_shorter_side_is_the_size_asked_for(shape, size):
    layout = fit(1080, shape=shape)
    assert (layout.width, layout.height) == size


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("height", HEIGHTS)
def test_the_game_is_scaled_by_whole_numbers(height, shape):
    layout = fit(height, shape=shape)
    assert (layout.game.width, layout.game.height) == (160 * layout.scale_x, 210 * layout.scale_y)


@pytest.mark.parametrize("shape", SHAPES)
def test_at_1080_lines_the_game_has_nearly_the_shape_of_a_television_picture(shape):
    layout = fit(1080, shape=shape)
    assert layout.scale_x / layout.scale_y == pytest.approx(ATARI_PIXEL_ASPECT, rel=0.1)


@pytest.mark.parametrize("shape", SHAPES)
def test_text_keeps_away_from_the_edges(shape):
    layout = fit(1080, shape=shape)
    for box in boxes(layout)[1:]:
        inside = 36 if box is layout.panel else 0
        assert box.x + inside >= 0.035 * layout.width
        assert box.right - inside <= 0.965 * layout.width
    assert shape != "vertical" or layout.panel.bottom < 0.94 * layout.height


@pytest.mark.parametrize("height", [720, 1080, 1440, 2160])
def test_the_game_has_nearly_the_shape_of_a_television_picture(height):
    layout = fit(height)
    assert layout.scale_x / layout.scale_y == pytest.approx(ATARI_PIXEL_ASPECT, rel=0.1)


@pytest.mark.parametrize("height", [720, 1080])
def test_the_game_fills_the_height(height):
    assert fit(height).game.height > 0.85 * height


def test_720_lines_show_800_by_630_pixels_of_game():
    layout = fit(720)
    assert (layout.width, layout.height) == (1280, 720)
    assert (layout.game.width, layout.game.height) == (800, 630)


@pytest.mark.parametrize("height", [241, 483, 721])
def test_odd_heights_are_made_even(height):
    layout = fit(height)
    assert layout.height == height - 1
    assert layout.width % 2 == 0


@pytest.mark.parametrize("height", HEIGHTS)
def test_the_game_begins_where_a_colour_sample_does(height):
    for captions in (True, False):
        game = fit(height, captions=captions).game
        assert (game.x % 2, game.y % 2) == (0, 0)


def test_without_captions_the_game_stands_in_the_middle():
    layout = fit(720, captions=False)
    assert layout.panel is None
    assert abs((layout.width - layout.game.right) - layout.game.x) <= 2


def test_square_pixels_of_another_console_stay_square():
    layout = fit(720, game_width=240, game_height=160, pixel_aspect=1.0)
    assert layout.scale_x == layout.scale_y == 3


@pytest.mark.parametrize(
    ("room", "scale"), [((5, 3), (5, 3)), ((8, 5), (8, 5)), ((6, 4), (5, 3)), ((0, 0), (2, 1)), ((1, 1), (2, 1))]
)
def test_the_right_shape_goes_before_size_and_no_room_is_the_smallest_scale(room, scale):
    assert best_scale(*room, ATARI_PIXEL_ASPECT) == scale
