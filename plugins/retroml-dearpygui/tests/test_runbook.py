"""How runs stand is read from their folders: true at once, whatever happened meanwhile."""

import os

import psutil
import pytest
from retroml_dearpygui.services.runbook import RECENT, RunBook

from retroml_core.events import RunState
from retroml_core.files import write_json
from retroml_core.runs.roots import DataRoot
from retroml_core.runs.state import RunStatus, status_json


@pytest.fixture
def root(tmp_path):
    root = DataRoot(tmp_path / "data")
    root.prepare()
    return root


def make(root, number, state=RunState.COMPLETED, **values):
    folder = root.experiments / f"20261123t0415{number:02}-ms_pacman-ppo-7k3f9dq2mx"
    folder.mkdir(exist_ok=True)
    write_json(folder / "config.json", {"name": values.pop("name", "")})
    write_json(folder / "state.json", status_json(RunStatus(state=state, **values)))
    return folder


def alive():
    import socket

    return {"pid": os.getpid(), "process_started": psutil.Process().create_time(), "host": socket.gethostname()}


def test_the_newest_runs_come_first(root):
    for number in range(RECENT + 2):
        make(root, number)
    look = RunBook(root).look()
    assert (look.total, len(look.recent)) == (RECENT + 2, RECENT)
    assert look.recent[0].id.startswith("20261123t041511")


def test_a_card_tells_game_algorithm_and_name(root):
    make(root, 1, name="mine")
    (card,) = RunBook(root).look().recent
    assert (card.game, card.algorithm, card.created, card.name) == ("ms_pacman", "ppo", "20261123t041501", "mine")


def test_a_run_at_work_is_live_however_old_it_is(root):
    make(root, 0, RunState.RUNNING, **alive())
    for number in range(1, RECENT + 3):
        make(root, number)
    look = RunBook(root).look()
    assert [card.created for card in look.live] == ["20261123t041500"]
    assert look.live[0] not in look.recent


def test_a_run_whose_process_is_gone_is_interrupted_at_the_first_look(root):
    make(root, 1, RunState.RUNNING, pid=2**22 + 5, process_started=1.0, host="")
    look = RunBook(root).look()
    assert look.live == ()
    assert look.recent[0].status.state is RunState.INTERRUPTED


def test_what_changed_is_seen_at_the_next_look(root):
    book = RunBook(root)
    make(root, 1, RunState.RUNNING, **alive())
    assert book.look().live
    make(root, 1, RunState.COMPLETED, step=9)
    look = book.look()
    assert (look.live, look.recent[0].status.step) == ((), 9)


def test_new_and_vanished_runs_are_seen(root):
    book = RunBook(root)
    first = make(root, 1)
    assert book.look().total == 1
    first.rename(root.trash / first.name)
    make(root, 2)
    assert [card.created for card in book.look().recent] == ["20261123t041502"]


def test_a_data_root_that_vanishes_is_no_runs_and_one_that_cannot_be_read_a_problem(root, tmp_path):
    assert RunBook(DataRoot(tmp_path / "nowhere")).look().total == 0
    (tmp_path / "file").write_text("")
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "experiments").write_text("")
    assert "cannot be read" in RunBook(DataRoot(tmp_path / "other")).look().problem


def test_a_data_root_that_goes_away_while_it_is_shown_is_told_until_it_is_back(root, tmp_path):
    make(root, 1)
    book = RunBook(root)
    assert book.look().total == 1
    root.path.rename(tmp_path / "away")
    assert (" is gone: " in book.look().problem, " is gone: " in book.look().problem) == (True, True)
    (tmp_path / "away").rename(root.path)
    assert (book.look().total, book.look().problem) == (1, "")


def test_a_damaged_folder_is_shown_as_it_can_be(root):
    folder = make(root, 1)
    (folder / "state.json").write_text("{")
    (folder / "config.json").write_text("{")
    (card,) = RunBook(root).look().recent
    assert (card.status.state, card.name) == (RunState.CREATED, "")


def test_a_run_that_came_in_the_same_tick_as_the_last_look_is_seen(root):
    book = RunBook(root)
    book.look()
    before = root.experiments.stat()
    make(root, 1)
    os.utime(root.experiments, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert book.look().total == 1
