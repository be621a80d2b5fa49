from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from retroml_video.reel import Reel

from retroml_core.testing.film import made_up_episode


def reel(*lengths: int) -> Reel:
    return Reel([made_up_episode(number, length=length, first_step=number * 1000) for number, length in enumerate(lengths, 1)])


def shown(made: Reel):
    return [(stretch.episode.number, stretch.first, stretch.last, stretch.title) for stretch in made.stretches()]


def test_what_is_free_is_taken_where_it_is_wanted():
    made = reel(100)
    assert made.take(0, 30, 20, 5, "here") == 20
    assert shown(made) == [(1, 30, 50, "here")]


def test_what_is_taken_already_moves_the_next_aside():
    made = reel(100)
    made.take(0, 30, 20, 5, "first")
    made.take(0, 40, 20, 5, "second")
    assert shown(made) == [(1, 30, 70, "first")]


def test_a_snippet_is_not_taken():
    made = reel(100)
    made.take(0, 0, 92, 5, "most")
    assert made.take(0, 92, 50, 20, "rest") == 0


def test_a_short_episode_is_taken_whole():
    made = reel(8)
    assert made.take(0, 3, 50, 20, "all") == 8


def test_growing_makes_pieces_longer_and_adds_none():
    made = reel(100, 100)
    made.take(0, 40, 20, 5, "here")
    assert made.grow(30) == 30
    assert [(number, last - first) for number, first, last, _ in shown(made)] == [(1, 50)]


def test_growing_stops_where_there_is_no_more():
    made = reel(100)
    made.take(0, 40, 20, 5, "here")
    assert made.grow(500) == 80
    assert shown(made) == [(1, 0, 100, "here")]


def test_stretches_come_in_order_of_time():
    made = reel(100, 100, 100)
    for number in (2, 0, 1):
        made.take(number, 10, 20, 5, "")
    assert [number for number, *_ in shown(made)] == [1, 2, 3]


wishes = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60), st.integers(1, 60), st.integers(1, 30)), max_size=30)


@given(wishes, st.integers(0, 100))
def test_no_step_is_ever_shown_twice_and_every_count_is_true(wishes, more):
    made = reel(60, 7, 33, 1, 50)
    total = sum(made.take(number, wanted, steps, least, "") for number, wanted, steps, least in wishes)
    total += made.grow(more)
    played = [(stretch.episode.number, step) for stretch in made.stretches() for step in range(stretch.first, stretch.last)]
    assert len(played) == len(set(played)) == total
    assert all(stretch.last <= stretch.episode.length and stretch.first >= 0 for stretch in made.stretches())
