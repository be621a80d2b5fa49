"""The process of the app: work beside the window, pacing, crashes, no display."""

import threading

import pytest
from retroml_dearpygui.main import main
from retroml_dearpygui.runtime.background import Background
from retroml_dearpygui.runtime.crashes import KEPT, CrashLog
from retroml_dearpygui.runtime.display import NoDisplay, check_display
from retroml_dearpygui.runtime.pacing import Pacing
from retroml_dearpygui.runtime.single import AlreadyOpen, called, only_one


@pytest.fixture
def worker():
    worker = Background()
    yield worker
    worker.close()


def drained(worker):
    """Wait for what comes next and call it."""
    worker.wait(60)
    for do in worker.drain():
        do()


def test_the_result_of_background_work_arrives_on_the_thread_that_drains(worker):
    seen = []
    worker.run(threading.get_ident, lambda thread: seen.append((thread, threading.get_ident())), seen.append)
    drained(worker)
    ((working, arriving),) = seen
    assert arriving == threading.get_ident() != working


def test_what_background_work_raises_is_handed_on(worker):
    seen = []
    worker.run(lambda: 1 // 0, seen.append, seen.append)
    drained(worker)
    assert [type(error) for error in seen] == [ZeroDivisionError]


def test_what_is_posted_is_called_in_order(worker):
    seen = []
    for number in range(3):
        worker.post(lambda number=number: seen.append(number))
    drained(worker)
    assert seen == [0, 1, 2]


def test_the_window_is_slow_when_nothing_moves_and_quick_for_a_while_after_input():
    pacing = Pacing()
    assert pacing.delay(10.0, 10.0, 0) == pytest.approx(1 / 5)
    assert pacing.delay(10.0, 10.0, 30) == pytest.approx(1 / 30)
    pacing.touch(10.0)
    assert pacing.delay(10.0, 10.0, 0) == pytest.approx(1 / 60)
    assert pacing.delay(20.0, 20.0, 0) == pytest.approx(1 / 5)


def test_a_late_frame_is_not_waited_for():
    assert Pacing().delay(10.0, 11.0, 30) == 0


def test_a_crash_leaves_a_report_that_names_place_and_error(tmp_path):
    log = CrashLog(tmp_path)
    report = log.report("page x", ValueError("broken"))
    assert "page x" in report
    assert "ValueError: broken" in report
    assert [path.read_text(encoding="utf-8") for path in tmp_path.glob("*.txt")] == [report]


def test_only_the_newest_reports_are_kept(tmp_path):
    log = CrashLog(tmp_path)
    for number in range(KEPT + 3):
        log.report("x", ValueError(str(number)))
    assert len(list(tmp_path.glob("*.txt"))) == KEPT


def test_a_report_is_given_also_when_it_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    assert "ValueError" in CrashLog(tmp_path / "file" / "crashes").report("x", ValueError())


def test_without_a_display_the_message_says_what_to_do(monkeypatch):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    with pytest.raises(NoDisplay, match=r"DISPLAY is not set.*graphical session"):
        check_display()


def test_the_command_without_a_display_says_why_and_ends_with_2(app, monkeypatch, capsys):
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("DISPLAY", raising=False)
    assert main(app, []) == 2
    assert capsys.readouterr().err.startswith("there is no display")
    assert not app.root.path.exists()


def test_a_second_window_for_the_same_data_says_that_there_is_one(tmp_path):
    with only_one(tmp_path / "root"):
        with pytest.raises(AlreadyOpen, match="open already"):
            only_one(tmp_path / "root")
        only_one(tmp_path / "other").release()


def test_a_second_start_calls_the_open_window_once(tmp_path):
    with only_one(tmp_path):
        assert not called(tmp_path)
        with pytest.raises(AlreadyOpen):
            only_one(tmp_path)
        assert [called(tmp_path), called(tmp_path)] == [True, False]


def test_a_call_that_nobody_heard_is_forgotten_at_the_next_start(tmp_path):
    with only_one(tmp_path), pytest.raises(AlreadyOpen):
        only_one(tmp_path)
    with only_one(tmp_path):
        assert not called(tmp_path)
