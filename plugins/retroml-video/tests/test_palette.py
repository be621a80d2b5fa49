from __future__ import annotations

import pytest
from retroml_video.palette import Palette, contrast

from retroml_core.filming import FilmError

ACCENTS = ["#6D5CFF", "#2FD1B5", "#FFFF00", "#000000", "#ffffff", "f5b83d"]


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("accent", ACCENTS)
def test_whatever_the_accent_everything_can_be_read(theme, accent):
    colours = Palette.of(theme, accent)
    for back in (colours.card, colours.page):
        assert contrast(colours.text, back) > 10
        assert contrast(colours.dim, back) > 4.5
        assert contrast(colours.accent_bright, back) > 3
    assert contrast(colours.accent, colours.card) >= 3


def test_an_accent_that_stands_out_stays_as_it_is():
    assert Palette.of("dark", "#6D5CFF").accent == (0x6D, 0x5C, 0xFF)


def test_black_on_white_is_the_greatest_contrast():
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)


@pytest.mark.parametrize("accent", ["", "red", "#12345", "#GGGGGG", "#1234567"])
def test_what_is_no_colour_is_refused_with_an_example(accent):
    with pytest.raises(FilmError, match="#6D5CFF"):
        Palette.of("dark", accent)
