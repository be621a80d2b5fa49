"""What is done last can be taken back, also when its message is gone."""

from __future__ import annotations

import pytest
from retroml_dearpygui.actions import undo


@pytest.fixture
def back():
    """What was taken back, in order."""
    return []


@pytest.fixture
def done(desk, back):
    """`done(title)` does something that can be taken back."""
    return lambda title: desk.toast(title, undo=lambda: back.append(title))


def test_the_newest_is_taken_back_first(desk, done, back, front):
    done("one")
    desk.toast("nothing to undo here")
    done("two")
    undo(desk)
    assert (back, front.toasts[-1][:2]) == (["two"], ("Taken back", "two"))
    undo(desk)
    assert back == ["two", "one"]


def test_what_its_own_button_took_back_is_not_taken_back_again(desk, done, back, front):
    done("one")
    done("two")
    front.undos[-1]()
    front.undos[-1]()
    undo(desk)
    assert back == ["two", "one"]


def test_nothing_to_take_back_is_told(desk, back, front):
    undo(desk)
    assert (back, front.toasts[-1][0]) == ([], "There is nothing to take back")
