import os
import subprocess
import sys
import time

import pytest

from retroml_core.events import RunState
from retroml_core.files import read_json, write_json
from retroml_core.runs.state import (
    STALE_SECONDS,
    TRANSITIONS,
    IllegalTransition,
    RunStatus,
    StateFile,
    process_lives,
    read_status,
    status_json,
)

LEGAL_LIFE = [RunState.STARTING, RunState.RUNNING, RunState.PAUSED, RunState.STARTING, RunState.RUNNING, RunState.STOPPING]


def test_a_fresh_folder_is_created(tmp_path):
    assert read_status(tmp_path) == RunStatus()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"state": "dancing"}', "null"])
def test_a_broken_state_reads_as_created(tmp_path, text):
    (tmp_path / "state.json").write_text(text)
    assert read_status(tmp_path).state is RunState.CREATED


def test_unknown_fields_of_a_newer_version_are_passed_over(tmp_path):
    write_json(tmp_path / "state.json", {"state": "completed", "step": 4, "colour": "red"})
    assert read_status(tmp_path).step == 4


def test_a_whole_life(tmp_path):
    state = StateFile(tmp_path, 1)
    for word in [*LEGAL_LIFE, RunState.STOPPED]:
        state.move(word, "because")
        status = read_status(tmp_path)
        assert (status.state, status.reason, status.pid) == (word, "because", os.getpid())


@pytest.mark.parametrize("word", list(RunState))
def test_every_move_that_is_not_listed_is_refused(tmp_path, word):
    for target in set(RunState) - TRANSITIONS[word]:
        state = StateFile(tmp_path, 1)
        state.set(state=word)
        with pytest.raises(IllegalTransition, match=f"{word} cannot become {target}"):
            state.move(target)
        assert not (tmp_path / "state.json").exists()


@pytest.mark.parametrize("word", [word for word in RunState if word.ended])
def test_what_ended_may_be_taken_up_again(word):
    assert RunState.STARTING in TRANSITIONS[word]


def test_a_live_state_of_a_process_that_is_gone_is_interrupted(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    state = StateFile(tmp_path, 1)
    state.move(RunState.STARTING)
    state.set(pid=child.pid, process_started=time.time())
    state.move(RunState.RUNNING, seconds_left=5.0)
    assert read_status(tmp_path).state is RunState.RUNNING
    child.kill()
    child.communicate()
    status = read_status(tmp_path)
    assert status.state is RunState.INTERRUPTED
    assert status.seconds_left is None
    assert "resume" in status.reason


def test_another_process_with_the_same_number_is_not_ours(tmp_path):
    state = StateFile(tmp_path, 1)
    state.move(RunState.STARTING)
    state.set(process_started=time.time() - 1000)
    state.write()
    raw = read_json(tmp_path / "state.json")
    write_json(tmp_path / "state.json", raw | {"updated_at": raw["updated_at"] - STALE_SECONDS})
    assert read_status(tmp_path).state is RunState.INTERRUPTED


@pytest.mark.parametrize(("age", "state"), [(1, RunState.RUNNING), (60, RunState.INTERRUPTED)])
def test_a_run_of_another_machine_is_judged_by_its_last_word(tmp_path, age, state):
    status = RunStatus(state=RunState.RUNNING, host="elsewhere", pid=1, process_started=1.0, updated_at=time.time() - age)
    write_json(tmp_path / "state.json", status_json(status))
    assert read_status(tmp_path).state is state


def test_a_process_that_still_writes_lives_though_the_clock_was_set(tmp_path):
    state = StateFile(tmp_path, 1)
    state.move(RunState.STARTING)
    state.set(process_started=time.time() - 1000)
    state.write()
    assert read_status(tmp_path).state is RunState.STARTING


def test_whoever_takes_a_run_up_finds_nobody_at_work(tmp_path):
    StateFile(tmp_path, 1).move(RunState.STARTING)
    StateFile(tmp_path, 2).move(RunState.STARTING)
    assert read_status(tmp_path).attempt == 2


def test_numbers_that_json_does_not_know_become_null(tmp_path):
    state = StateFile(tmp_path, 1)
    state.set(mean_score=float("nan"), steps_per_second=float("inf"))
    state.write()
    assert read_json(tmp_path / "state.json")["mean_score"] is None


def test_a_new_attempt_keeps_the_counters_and_takes_over_the_process(tmp_path):
    first = StateFile(tmp_path, 1)
    first.set(step=40, pid=1, reason="old")
    first.write()
    status = StateFile(tmp_path, 2).status
    assert (status.step, status.attempt, status.pid, status.reason) == (40, 2, os.getpid(), "")


def test_no_process_does_not_live():
    assert not process_lives(None, None)
    assert process_lives(os.getpid(), __import__("psutil").Process().create_time())
