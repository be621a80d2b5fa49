"""How far long work is, said in lines where nobody sees a bar."""

import pytest

from retroml_core.terminal.counting import Lines, counting


@pytest.fixture
def said():
    return []


@pytest.fixture
def lines(said):
    """Lines of a clock that goes on by six seconds with each look at it."""
    times = iter(range(0, 10_000, 6))
    return Lines(said.append, lambda: float(next(times)))


def test_there_is_a_line_every_ten_seconds_at_most(lines, said):
    for done in range(0, 60, 10):
        lines("Training again", done, 100)
    assert [line.partition(",")[0] for line in said] == ["Training again: 10%", "Training again: 30%", "Training again: 50%"]


def test_the_time_left_is_told_from_the_pace_of_the_work_at_hand(lines, said):
    lines("Playing", 0, 10)
    lines("Playing", 10, 10)
    lines("Training again", 0, 100)
    lines("Training again", 10, 100)
    assert said[-1] == "Training again: 10%, about 54 s left"


def test_work_that_has_not_moved_has_no_time_left_to_tell(lines, said):
    lines("Training again", 0, 100)
    lines("Training again", 0, 100)
    assert said == ["Training again: 0%"]


def test_short_work_is_silent_in_a_pipe(capsys):
    with counting() as progress:
        progress("Playing", 1, 1)
    assert capsys.readouterr().err == ""
