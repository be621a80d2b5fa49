import pytest

from retroml_core.files import folder_bytes, read_json
from retroml_core.runs.eventlog import EventLog, last_seq
from retroml_core.runs.state import StateFile
from retroml_core.training.bus import MetricEventBus
from retroml_core.training.pulse import Pulse


@pytest.fixture
def parts(tmp_path, monkeypatch):
    for name in ("BEAT_SECONDS", "STATE_BEATS", "RESOURCE_BEATS"):
        monkeypatch.setattr(f"retroml_core.training.pulse.{name}", 0.01 if name == "BEAT_SECONDS" else 1)
    monkeypatch.setattr("retroml_core.runs.eventlog.FLUSH_SECONDS", 0.0)
    log = EventLog(tmp_path / "events", 1)
    state = StateFile(tmp_path, 1)
    yield tmp_path, state, log, MetricEventBus(log)
    log.close()


def test_it_keeps_state_and_events_fresh_and_says_what_is_used(parts, wait_until):
    folder, state, log, bus = parts
    pulse = Pulse(folder, state, log, bus)
    state.set(step=77)
    wait_until(lambda: (folder / "state.json").exists() and read_json(folder / "state.json")["step"] == 77)
    wait_until(lambda: last_seq(folder / "events") > 0)
    pulse.close()
    pulse.check()


def test_what_it_meets_is_raised_once_by_check(parts, wait_until, monkeypatch):
    folder, state, log, bus = parts
    tried = []

    def full():
        tried.append(True)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(state, "write", full)
    pulse = Pulse(folder, state, log, bus)
    wait_until(lambda: len(tried) > 2)
    pulse.close()
    with pytest.raises(OSError, match="No space"):
        pulse.check()
    pulse.check()


def test_a_figure_that_cannot_be_had_is_no_reason_to_stop(parts, wait_until, capfd):
    folder, state, log, bus = parts

    def look():
        raise RuntimeError("no counters here")

    pulse = Pulse(folder, state, log, bus, look=look)
    wait_until(lambda: last_seq(folder / "events") > 0)
    pulse.close()
    pulse.check()
    assert "no counters here" in capfd.readouterr().err


def test_resources_are_figures_of_this_process(parts):
    pulse = Pulse(*parts)
    used = pulse.resources()
    pulse.close()
    assert used.memory_bytes > 10**6
    assert used.disk_free_bytes > 0
    assert used.gpu_utilization is None


def test_bytes_of_a_folder(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").write_bytes(b"123")
    (tmp_path / "c").write_bytes(b"45")
    assert folder_bytes(tmp_path) == 5
    assert folder_bytes(tmp_path / "gone") == 0
