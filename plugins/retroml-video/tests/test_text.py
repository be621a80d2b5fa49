from __future__ import annotations

import numpy as np
import pytest
from retroml_video.text import Face, Typesetter
from retroml_video.words import action_words

CARD, TEXT = (22, 26, 34), (232, 236, 242)

ALL_ACTIONS = [
    "NOOP",
    "FIRE",
    *(f"{a}{b}" for a in ("UP", "DOWN", "LEFT", "RIGHT", "UPLEFT", "DOWNRIGHT") for b in ("", "FIRE")),
]


def line(text: str, width: int = 300, face: Face = Face.REGULAR, size: int = 20):
    return Typesetter().line(text, face, size, TEXT, CARD, width)


def test_text_is_smooth():
    shades = {tuple(pixel) for pixel in line("Score").reshape(-1, 3)}
    assert len(shades) > 10


@pytest.mark.parametrize("text", ["a", "Breakout", "a title that is far too long for the panel it stands in, by any measure"])
def test_text_is_never_wider_than_its_room(text):
    assert line(text, 120).shape[1] <= 120


def test_long_text_is_cut_with_an_ellipsis_that_shows():
    words = "a title that is far too long for the panel it stands in"
    assert not np.array_equal(line(words, 120), line(words[:10], 120))


def test_lines_of_one_size_are_equally_high_whatever_they_say():
    assert len({line(text, 80).shape[0] for text in ("a", "Ag", "a title that is made smaller", "")}) == 1


def test_the_same_line_is_set_once():
    typesetter = Typesetter()
    first = typesetter.line("Step", Face.MONO, 20, TEXT, CARD, 100)
    assert typesetter.line("Step", Face.MONO, 20, TEXT, CARD, 100) is first


def test_what_is_kept_is_bounded():
    typesetter = Typesetter()
    for i in range(2000):
        typesetter.line(str(i), Face.MONO, 8, TEXT, CARD, 100)
    assert len(typesetter._set) <= 300


def test_every_digit_of_the_number_font_is_as_wide():
    typesetter = Typesetter()
    assert len({typesetter.width(digit * 8, Face.MONO, 20) for digit in "0123456789"}) == 1


@pytest.mark.parametrize("action", ALL_ACTIONS)
def test_the_font_has_a_glyph_for_every_action(action):
    missing = _glyph("\U000f1234")
    for character in set(action_words(action)) - {" "}:
        assert _glyph(character) != missing


def _glyph(character: str) -> bytes:
    return bytes(Typesetter()._font(Face.REGULAR, 40).getmask(character))
