"""A model at play: its process, and what the app knows of it."""

from __future__ import annotations

import sys
import threading
from types import SimpleNamespace

import pytest
from retroml_dearpygui.services.performance import Performance, play_command
from retroml_dearpygui.viewmodels.performing import PerformingViewModel

PATIENCE_SECONDS = 120.0


class FakePerformance:
    """Plays what it is told."""

    def __init__(self, root, source):
        self.source = source
        self.scores, self.problem, self.over, self.closed = [], "", threading.Event(), False
        self.moments = []

    def read(self):
        return self.moments.pop() if self.moments else None

    def close(self):
        self.closed = True


@pytest.fixture
def played():
    """The performances that were begun."""
    return []


@pytest.fixture
def performing(desk, played):
    def perform(root, source):
        played.append(FakePerformance(root, source))
        return played[-1]

    return PerformingViewModel(desk, perform)


MODEL, OTHER = SimpleNamespace(id="one", name="One"), SimpleNamespace(id="two", name="Two")


def test_nothing_plays_at_first(performing):
    performing.tick()
    assert (performing.model, performing.fps, performing.frames) == (None, 0.0, None)


def test_what_it_sees_and_how_its_games_end_is_shown(performing, played):
    performing.start(MODEL)
    played[0].moments.append("a moment")
    played[0].scores.append(7.0)
    performing.tick()
    assert (performing.frames, performing.scores, performing.fps) == ("a moment", (7.0,), 30.0)
    performing.tick()
    assert performing.frames == "a moment"


def test_nothing_new_is_nothing_to_draw(performing):
    performing.start(MODEL)
    seen = performing.version
    performing.tick()
    assert performing.version == seen


def test_it_ends_when_it_is_left(performing, played):
    performing.start(MODEL)
    performing.stop()
    assert played[0].closed
    assert (performing.model, performing.fps) == (None, 0.0)


def test_only_one_plays(performing, played):
    performing.start(MODEL)
    performing.start(OTHER)
    assert [performance.closed for performance in played] == [True, False]
    assert performing.model is OTHER


def test_why_it_plays_no_more_is_said(performing, played):
    performing.start(MODEL)
    played[0].problem = "no sound policy"
    played[0].over.set()
    performing.tick()
    assert (performing.problem, performing.fps, performing.model) == ("no sound policy", 0.0, MODEL)


def test_a_process_that_cannot_be_started_is_told(desk, front):
    def perform(root, source):
        raise OSError("no more processes")

    performing = PerformingViewModel(desk, perform)
    performing.start(MODEL)
    assert performing.model is None
    assert front.toasts[-1][1] == "no more processes"


@pytest.fixture
def perform(tmp_path):
    """`perform(code)` runs Python instead of a model; the folder of its moments is its argument."""
    made, folders = [], []

    def start(code):
        def command(_source, folder):
            folders.append(folder)
            return [sys.executable, "-S", "-c", code, str(folder)]

        made.append(Performance(tmp_path, "model", command))
        return made[-1]

    yield start
    for one in made:
        one.close()
        assert one.over.wait(PATIENCE_SECONDS)
    assert not any(folder.exists() for folder in folders)


def test_the_process_is_the_command_that_plays(tmp_path):
    assert play_command("model", tmp_path)[1:] == [
        "-m", "retroml_core", "play", "model", "--live", str(tmp_path), "--attached", "--json",
    ]  # fmt: skip


def test_scores_are_taken_from_what_it_says_and_other_lines_passed_over(perform):
    said = '{"game": 1, "score": 4.0, "steps": 9}'
    performance = perform(f"print('hello'); print('{said}'); print('{said}')")
    assert performance.over.wait(PATIENCE_SECONDS)
    assert performance.scores == [4.0, 4.0]


def test_a_process_that_fails_is_quoted(perform):
    performance = perform("import sys; sys.exit('the model is damaged')")
    assert performance.over.wait(PATIENCE_SECONDS)
    assert performance.problem == "the model is damaged"


def test_a_process_that_says_nothing_is_named_by_its_code(perform):
    performance = perform("import os; os._exit(3)")
    assert performance.over.wait(PATIENCE_SECONDS)
    assert "ended with code 3" in performance.problem


def test_closing_ends_a_process_that_goes_on_and_blames_nobody(perform):
    performance = perform("import sys; sys.stdin.read()")
    assert performance.read() is None
    performance.close()
    assert performance.over.wait(PATIENCE_SECONDS)
    assert performance.problem == ""
