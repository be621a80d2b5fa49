"""What people see of the set-up."""

import io
import json

import pytest

from setting_up.progress import LineProgress, Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock():
    times = iter(range(0, 1000, 65))
    return lambda: float(next(times))


def _one_step(stream: io.StringIO, clock) -> str:
    progress = Progress(stream, 5, clock)
    progress.begin("PyTorch")
    progress.tick("Downloading torch (191.8 MB)")
    progress.end()
    return stream.getvalue()


def test_a_pipe_gets_plain_lines(clock):
    assert _one_step(io.StringIO(), clock) == "[1/5] PyTorch ...\n[1/5] PyTorch: done in 1:05\n"


def test_a_terminal_sees_what_is_being_done_on_one_line(clock):
    text = _one_step(Terminal(), clock)
    assert "[1/5] PyTorch  2:10  Downloading torch (191.8 MB)" in text
    assert text.count("\n") == 1


def test_a_line_on_a_terminal_never_wraps(clock, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    stream = Terminal()
    progress = Progress(stream, 5, clock)
    progress.begin("PyTorch")
    progress.tick("x" * 300)
    assert max(len(part) for part in stream.getvalue().split("\r")) == 39


def test_steps_are_counted(clock):
    stream = io.StringIO()
    progress = Progress(stream, 2, clock)
    progress.begin("One")
    progress.begin("Two")
    assert "[1/2] One" in stream.getvalue()
    assert "[2/2] Two" in stream.getvalue()


def test_programs_get_a_line_of_json_for_each_news(clock):
    stream = io.StringIO()
    progress = LineProgress(stream, 5, clock)
    progress.begin("PyTorch")
    progress.tick("Downloading torch (191.8 MB)")
    progress.end()
    progress.say("\nIt is done.")
    first, second, said = map(json.loads, stream.getvalue().splitlines())
    assert first == {"step": 1, "of": 5, "title": "PyTorch", "seconds": 65, "detail": ""}
    assert (second["detail"], second["seconds"]) == ("Downloading torch (191.8 MB)", 130)
    assert said == {"said": "It is done."}
