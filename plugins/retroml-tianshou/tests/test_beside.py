"""A pass of the target beside that of the network: the same numbers, the right threads, errors that arrive."""

from __future__ import annotations

import threading

import pytest
import torch
from retroml_tianshou.beside import Beside


@pytest.fixture(params=[1, 2, 3])
def beside(request):
    threads = torch.get_num_threads()
    beside = Beside(request.param)
    torch.set_num_threads(request.param)
    yield beside
    beside.close()
    torch.set_num_threads(threads)


def test_gives_what_the_work_gives(beside):
    assert beside.begin(lambda: 7)() == 7


def test_the_caller_has_all_threads_again(beside):
    before = torch.get_num_threads()
    beside.begin(lambda: None)()
    assert torch.get_num_threads() == before


def test_a_failure_arrives_and_the_next_work_is_done(beside):
    before = torch.get_num_threads()
    with pytest.raises(ZeroDivisionError):
        beside.begin(lambda: 1 // 0)()
    assert torch.get_num_threads() == before
    assert beside.begin(lambda: "next")() == "next"


def test_both_work_at_the_same_time():
    beside, met = Beside(2), threading.Barrier(2)
    before = torch.get_num_threads()
    met_there = beside.begin(lambda: met.wait(60))
    met_here = met.wait(60)
    assert {met_here, met_there()} == {0, 1}
    beside.close()
    torch.set_num_threads(before)


def test_threads_are_shared_out():
    beside = Beside(4)
    before = torch.get_num_threads()
    asked = beside.begin(torch.get_num_threads)
    assert torch.get_num_threads() == 2
    assert asked() == 2
    beside.close()
    torch.set_num_threads(before)


def test_may_be_closed_twice(beside):
    beside.close()
    beside.close()
