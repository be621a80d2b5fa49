from __future__ import annotations

import numpy as np
import pytest
from retroml_video.canvas import Canvas, Label
from retroml_video.layout import Box, Layout
from retroml_video.palette import ACCENT, CARD, TEXT
from retroml_video.text import Face


@pytest.fixture
def canvas() -> Canvas:
    made = Canvas(Layout.fit(240, game_width=160, game_height=210))
    made.drawn()
    return made


def label(canvas: Canvas, **changes) -> Label:
    return Label(canvas, 40, 20, 60, **{"face": Face.REGULAR, "size": 12, "colour": TEXT, "back": CARD, **changes})


def test_a_new_canvas_is_all_new():
    layout = Layout.fit(240, game_width=160, game_height=210)
    assert Canvas(layout).drawn() == Box(0, 0, layout.width, layout.height)


def test_nothing_drawn_is_nothing(canvas):
    assert canvas.drawn() is None


def test_what_was_drawn_is_told_once_in_even_numbers(canvas):
    canvas.fill(11, 21, 4, 4, ACCENT)
    assert canvas.drawn() == Box(10, 20, 6, 6)
    assert canvas.drawn() is None


def test_drawing_twice_tells_of_both(canvas):
    canvas.fill(10, 20, 2, 2, ACCENT)
    canvas.fill(100, 60, 2, 2, ACCENT)
    assert canvas.drawn() == Box(10, 20, 92, 42)


def test_a_picture_over_the_edge_is_cut(canvas):
    canvas.paste(canvas.layout.width - 3, 0, np.full((5, 10, 3), 9, np.uint8))
    assert (canvas.pixels[:5, -3:, :3] == 9).all()


def test_a_label_draws_only_when_it_changes(canvas):
    shown = label(canvas)
    shown.show("12")
    canvas.drawn()
    shown.show("12")
    assert canvas.drawn() is None
    shown.show("13")
    assert canvas.drawn() is not None


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
