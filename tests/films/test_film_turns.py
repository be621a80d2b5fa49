from __future__ import annotations

from pathlib import Path

import pytest
from filelock import FileLock

from retroml_core.films.turns import Turn


class Enough(Exception):
    pass


def enough(ahead):
    raise Enough(ahead)


def tickets(folder):
    return sorted(path.name for path in folder.glob("*.ticket"))


def test_whoever_is_alone_does_not_wait_and_leaves_nothing(tmp_path):
    with Turn(tmp_path / "filming", at_once=1, waiting=enough):
        assert len(tickets(tmp_path / "filming")) == 1
    assert tickets(tmp_path / "filming") == []


def test_the_second_waits_for_the_first(tmp_path):
    with Turn(tmp_path, at_once=1, waiting=enough):
        with pytest.raises(Enough, match="1"), Turn(tmp_path, at_once=1, waiting=enough):
            raise AssertionError("it was not its turn")
        assert len(tickets(tmp_path)) == 1


def test_as_many_as_agreed_work_at_once(tmp_path):
    with (
        Turn(tmp_path, at_once=2, waiting=enough),
        Turn(tmp_path, at_once=2, waiting=enough),
        pytest.raises(Enough, match="2"),
        Turn(tmp_path, at_once=2, waiting=enough),
    ):
        raise AssertionError("it was not its turn")


def test_nobody_waits_for_the_dead(tmp_path):
    (tmp_path / "00000000000000000001-1.ticket").touch()
    with Turn(tmp_path, at_once=1, waiting=enough):
        assert len(tickets(tmp_path)) == 1


def test_those_who_came_later_are_not_waited_for(tmp_path):
    with FileLock(tmp_path / "99999999999999999999-1.ticket"), Turn(tmp_path, at_once=1, waiting=enough):
        assert len(tickets(tmp_path)) == 2


def test_it_is_somebodys_turn_once_those_before_are_done(tmp_path):
    first = FileLock(tmp_path / "00000000000000000001-1.ticket")
    first.acquire()
    with Turn(tmp_path, at_once=1, waiting=lambda ahead: first.release(), poll_seconds=0.01):
        assert not first.is_locked


def test_where_no_ticket_can_be_written_nobody_waits(tmp_path):
    (tmp_path / "file").touch()
    with Turn(tmp_path / "file", at_once=1, waiting=enough):
        pass


def test_a_turn_given_back_is_another_makers(tmp_path):
    with Turn(tmp_path, at_once=1, waiting=enough) as mine:
        mine.give_back()
        assert tickets(tmp_path) == []
        with Turn(tmp_path, at_once=1, waiting=enough), pytest.raises(Enough, match="1"):
            mine.take()


def test_a_turn_taken_again_is_held_to_the_end(tmp_path):
    with Turn(tmp_path, at_once=1, waiting=enough) as mine:
        mine.give_back()
        mine.take()
        with pytest.raises(Enough, match="1"), Turn(tmp_path, at_once=1, waiting=enough):
            raise AssertionError("it was not its turn")
    assert tickets(tmp_path) == []


def test_who_rests_while_waiting_keeps_nobody_waiting(tmp_path):
    first = FileLock(tmp_path / "00000000000000000001-1.ticket")
    first.acquire()

    def rest(ahead):
        mine.give_back()
        assert tickets(tmp_path) == [Path(first.lock_file).name]
        first.release()
        mine.take()

    mine = Turn(tmp_path, at_once=1, waiting=rest, poll_seconds=0.01)
    with mine:
        assert len(tickets(tmp_path)) == 1
