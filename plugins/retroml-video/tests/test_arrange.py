from __future__ import annotations

import pytest
from retroml_video.arrange import Column, Row, leave_out
from retroml_video.layout import Box


class Brick:
    """A block of fixed height that remembers where it was placed."""

    def __init__(self, name, height, *, grows=False, width=1.0):
        self.name, self.height, self.grows, self.width = name, height, grows, width
        self.box = None

    def least(self, width):
        return self.height

    def place(self, box):
        self.box = box

    def blocks(self):
        yield self

    def without(self, name):
        return None if name == self.name else self


def test_a_column_stands_from_the_top_down_with_gaps():
    bricks = [Brick("a", 10), Brick("b", 20, grows=True)]
    Column(bricks, gap=5).place(Box(3, 4, 50, 35))
    assert [brick.box for brick in bricks] == [Box(3, 4, 50, 10), Box(3, 19, 50, 20)]


def test_what_is_left_over_goes_to_those_that_grow():
    bricks = [Brick("a", 10), Brick("b", 20, grows=True)]
    Column(bricks, gap=5).place(Box(0, 0, 50, 100))
    assert bricks[1].box == Box(0, 15, 50, 85)


def test_when_none_grows_the_gaps_do_within_reason():
    bricks = [Brick("a", 10), Brick("b", 10)]
    Column(bricks, gap=4).place(Box(0, 0, 50, 26))
    assert bricks[1].box == Box(0, 16, 50, 10)


def test_rules_stand_in_the_middle_of_the_gaps():
    drawn = []
    Column([Brick("a", 10), Brick("b", 10, grows=True)], gap=6, rule=lambda box, y: drawn.append(y)).place(Box(0, 0, 9, 26))
    assert drawn == [13]


def test_a_row_gives_pixels_to_those_that_ask_and_shares_the_rest():
    bricks = [Brick("a", 10), Brick("b", 12, width=30), Brick("c", 8, width=0.5)]
    row = Row(bricks, gap=10)
    row.place(Box(0, 0, 200, 12))
    assert row.least(200) == 12
    assert [(brick.box.x, brick.box.width) for brick in bricks] == [(0, 100), (110, 30), (150, 50)]


@pytest.mark.parametrize(("room", "left"), [(100, ["a", "b", "c"]), (40, ["a", "c"]), (15, ["c"]), (1, [])])
def test_what_does_not_fit_is_given_up_in_order(room, left):
    column = Column([Brick("a", 20), Row([Brick("b", 30)], gap=1), Brick("c", 10)], gap=5)
    kept, gone = leave_out(column, Box(0, 0, 50, room), ("b", "a", "c"))
    assert [block.name for block in kept.blocks()] == left if kept else left == []
    assert sorted(gone + left) == ["a", "b", "c"]
