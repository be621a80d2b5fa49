from __future__ import annotations

import pytest
from retroml_video.layout import ATARI_PIXEL_ASPECT, Layout

HEIGHTS = [240, 360, 480, 720, 1080, 1440, 2160]


def fit(height: int, **changes) -> Layout:
    return Layout.fit(height, **{"game_width": 160, "game_height": 210, **changes})


@pytest.mark.parametrize("height", HEIGHTS)
def test_everything_lies_inside_the_picture_and_nothing_overlaps(height):
    layout = fit(height)
    assert layout.game.x >= 0
    assert layout.game.y >= 0
    assert layout.game.bottom <= layout.height
    assert layout.panel is not None
    assert layout.game.right < layout.panel.x
    assert layout.panel.right <= layout.width
    assert layout.panel.bottom <= layout.height


@pytest.mark.parametrize("height", HEIGHTS)
def test_the_game_is_scaled_by_whole_numbers(height):
    layout = fit(height)
    assert (layout.game.width, layout.game.height) == (160 * layout.scale_x, 210 * layout.scale_y)


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


def test_lengths_follow_the_height():
    assert fit(1440).px(10) == 20
    assert fit(240).px(0.1) == 1
