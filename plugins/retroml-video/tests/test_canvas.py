from __future__ import annotations

import numpy as np
import pytest
from retroml_video.canvas import Canvas, Label
from retroml_video.layout import Box
from retroml_video.palette import Palette
from retroml_video.text import Face

COLOURS = Palette.of()
CARD, TEXT, ACCENT = COLOURS.card, COLOURS.text, COLOURS.accent


@pytest.fixture
def canvas() -> Canvas:
    made = Canvas(426, 240, COLOURS)
    made.drawn()
    return made


def label(canvas: Canvas, **changes) -> Label:
    return Label(canvas, 40, 20, 60, **{"face": Face.REGULAR, "size": 12, "colour": TEXT, "back": CARD, **changes})


def test_a_new_canvas_is_all_new():
    assert Canvas(426, 240, COLOURS).drawn() == [Box(0, 0, 426, 240)]


def test_nothing_drawn_is_nothing(canvas):
    assert canvas.drawn() == []


def test_what_was_drawn_is_told_once_in_even_numbers(canvas):
    canvas.fill(11, 21, 4, 4, ACCENT)
    assert canvas.drawn() == [Box(10, 20, 6, 6)]
    assert canvas.drawn() == []


def test_what_lies_apart_is_told_apart(canvas):
    canvas.fill(10, 20, 2, 2, ACCENT)
    canvas.fill(100, 60, 2, 2, ACCENT)
    assert canvas.drawn() == [Box(10, 20, 2, 2), Box(100, 60, 2, 2)]


def test_what_lies_together_is_told_together(canvas):
    canvas.fill(10, 20, 30, 10, ACCENT)
    canvas.fill(40, 20, 30, 10, ACCENT)
    assert canvas.drawn() == [Box(10, 20, 60, 10)]


def test_however_much_is_drawn_the_rectangles_stay_few_and_hold_all_of_it(canvas):
    places = np.random.default_rng(1).integers(0, (420, 234), (200, 2)).tolist()
    for x, y in places:
        canvas.fill(x, y, 5, 5, ACCENT)
    boxes = canvas.drawn()
    assert len(boxes) <= 12
    for x, y in places:
        assert any(box.x <= x and x + 5 <= box.right and box.y <= y and y + 5 <= box.bottom for box in boxes)


def test_a_named_label_says_what_it_shows(canvas):
    shown = label(canvas, name="score")
    shown.show("12")
    shown.show("13")
    assert canvas.said == {"score": "13"}


def test_a_picture_over_the_edge_is_cut(canvas):
    canvas.paste(canvas.width - 3, 0, np.full((5, 10, 3), 9, np.uint8))
    assert (canvas.pixels[:5, -3:, :3] == 9).all()


def test_a_label_draws_only_when_it_changes(canvas):
    shown = label(canvas)
    shown.show("12")
    canvas.drawn()
    shown.show("12")
    assert canvas.drawn() == []
    shown.show("13")
    assert canvas.drawn() != []


def test_a_shorter_text_leaves_nothing_of_the_longer_one(canvas):
    shown = label(canvas)
    shown.show("1234567")
    shown.show("")
    assert (canvas.pixels[20 : 20 + shown.height, 40:100, :3] == CARD).all()


def test_a_label_on_the_right_ends_at_its_place(canvas):
    shown = label(canvas, right=True, face=Face.MONO)
    shown.x = 100
    shown.show("8")
    columns = np.flatnonzero((canvas.pixels[20 : 20 + shown.height, :, :3] == TEXT).all(axis=2).any(axis=0))
    assert 90 <= columns.max() < 100


def test_a_label_stays_in_its_room(canvas):
    before = canvas.pixels.copy()
    label(canvas).show("a text that is much too long for this room")
    changed = (canvas.pixels != before).any(axis=(0, 2))
    assert np.flatnonzero(changed).max() < 100
