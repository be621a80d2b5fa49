import errno
import json
import math

import pytest

from retroml_core.events import Event
from retroml_core.runs.eventlog import EventLog, decode, encode, last_seq, read_backwards, read_events
from retroml_core.runs.tailing import EventTail, read_part


def event(seq=1, type="update_finished", step=0, attempt=1, **data):
    return Event(seq=seq, t=1.5, attempt=attempt, type=type, step=step, data=data)


def write(folder, attempt, events):
    log = EventLog(folder, attempt)
    for one in events:
        log.write(one)
    log.close()


def test_a_line_is_what_the_format_says():
    raw = json.loads(encode(event(seq=17, step=4096, type="episode_finished", score=3.0)))
    assert raw == {
        "v": 1,
        "seq": 17,
        "t": 1.5,
        "attempt": 1,
        "type": "episode_finished",
        "step": 4096,
        "data": {"score": 3.0},
    }


@pytest.mark.parametrize("value", [math.inf, -math.inf])
def test_infinities_survive(value):
    assert decode(encode(event(metrics={"a": [value]}))).data == {"metrics": {"a": [value]}}


def test_nan_survives_and_the_line_is_plain_json():
    line = encode(event(a=math.nan))
    assert json.loads(line)["data"] == {"a": {"$float": "nan"}}
    assert math.isnan(decode(line).data["a"])


def test_numpy_numbers_are_written():
    import numpy as np

    assert decode(encode(event(a=np.float32(0.5), b=np.int64(3)))).data == {"a": 0.5, "b": 3}


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"seq": 1}', b"\x00\x00"])
def test_what_is_no_event_is_refused(line):
    with pytest.raises(ValueError, match=r"."):
        decode(line)


def test_events_come_back_in_order(tmp_path):
    write(tmp_path, 1, [event(1), event(2, "run_state", state="running")])
    write(tmp_path, 2, [event(3, attempt=2)])
    assert [e.seq for e in read_events(tmp_path)] == [1, 2, 3]


def test_types_and_seq_filter(tmp_path):
    write(tmp_path, 1, [event(1), event(2, "problem"), event(3), event(4, "problem")])
    assert [e.seq for e in read_events(tmp_path, {"problem"}, after_seq=2)] == [4]


def test_a_torn_last_line_is_cut_and_read_once_whole(tmp_path):
    write(tmp_path, 1, [event(1)])
    path = tmp_path / "0001.jsonl"
    line = encode(event(2)) + b"\n"
    with path.open("ab") as file:
        file.write(line[:10])
    events, offset = read_part(path)
    assert [e.seq for e in events] == [1]
    assert [e.seq for e in read_events(tmp_path)] == [1]
    with path.open("ab") as file:
        file.write(line[10:])
    assert [e.seq for e in read_part(path, offset)[0]] == [2]
    assert [e.seq for e in read_events(tmp_path)] == [1, 2]


def test_what_is_written_by_now_is_skipped_with_the_rest_of_a_torn_line(tmp_path):
    write(tmp_path, 1, [event(1)])
    line = encode(event(2)) + b"\n"
    with (tmp_path / "0001.jsonl").open("ab") as file:
        file.write(line[:10])
        file.flush()
        tail = EventTail(tmp_path)
        tail.skip()
        file.write(line[10:])
    write(tmp_path, 1, [event(3)])
    assert [e.seq for e in tail.read()] == [3]


def test_a_damaged_line_is_passed_over(tmp_path):
    write(tmp_path, 1, [event(1)])
    with (tmp_path / "0001.jsonl").open("ab") as file:
        file.write(b"\x00\x00\x00\n" + encode(event(2)) + b"\n")
    assert [e.seq for e in read_events(tmp_path)] == [1, 2]


def test_a_resume_takes_back_later_points(tmp_path):
    write(tmp_path, 1, [event(1, step=10), event(2, step=20), event(3, step=30)])
    write(tmp_path, 2, [event(4, "run_state", step=20, state="running", resumed_from=20), event(5, step=25)])
    assert [e.seq for e in read_events(tmp_path)] == [1, 2, 4, 5]


def test_the_earliest_resume_point_counts(tmp_path):
    write(tmp_path, 1, [event(1, step=10), event(2, step=20)])
    write(tmp_path, 2, [event(3, "run_state", state="running", resumed_from=20), event(4, step=25)])
    write(tmp_path, 3, [event(5, "run_state", state="running", resumed_from=10), event(6, step=15)])
    assert [e.seq for e in read_events(tmp_path)] == [1, 3, 5, 6]


def test_history_is_never_taken_back(tmp_path):
    write(tmp_path, 1, [event(1, "problem", step=90), event(2, "control_ack", step=90)])
    write(tmp_path, 2, [event(3, "run_state", state="running", resumed_from=0)])
    assert [e.seq for e in read_events(tmp_path)] == [1, 2, 3]


def test_last_seq_goes_on_over_attempts(tmp_path):
    assert last_seq(tmp_path) == 0
    write(tmp_path, 1, [event(7)])
    write(tmp_path, 2, [])
    assert last_seq(tmp_path) == 7


def test_points_are_batched_and_states_written_at_once(tmp_path):
    log = EventLog(tmp_path, 1)
    log.write(event(1))
    assert (tmp_path / "0001.jsonl").read_bytes() == b""
    log.write(event(2, "run_state", state="running"))
    assert len((tmp_path / "0001.jsonl").read_bytes().splitlines()) == 2
    log.close()


def test_what_waits_a_second_is_flushed(tmp_path, monkeypatch):
    log = EventLog(tmp_path, 1)
    log.write(event(1))
    monkeypatch.setattr("retroml_core.runs.eventlog.FLUSH_SECONDS", 0.0)
    log.flush_if_due()
    assert last_seq(tmp_path) == 1
    log.close()


def test_the_last_event_comes_first_when_read_backwards(tmp_path, monkeypatch):
    monkeypatch.setattr("retroml_core.runs.eventlog.PART_BYTES", 50)
    write(tmp_path, 1, [event(number, words="x" * number) for number in range(1, 40)])
    with (tmp_path / "0001.jsonl").open("ab") as file:
        file.write(b'{"torn')
    assert [e.seq for e in read_backwards(tmp_path / "0001.jsonl")] == list(range(39, 0, -1))


def test_events_are_read_one_at_a_time(tmp_path):
    write(tmp_path, 1, [event(1), event(2)])
    events = read_events(tmp_path)
    assert next(events).seq == 1
    write(tmp_path, 1, [event(3)])
    assert [e.seq for e in events] == [2, 3]


class FullDisk:
    """A file on a disk that takes `room` more bytes."""

    def __init__(self, file, room):
        self.file = file
        self.room = room

    def write(self, data):
        taken = self.file.write(data[: self.room])
        self.room -= taken
        if not taken:
            raise OSError(errno.ENOSPC, "No space left on device")
        return taken

    def __getattr__(self, name):
        return getattr(self.file, name)


def test_a_full_disk_leaves_no_half_line_and_nothing_is_lost(tmp_path):
    log = EventLog(tmp_path, 1)
    log.write(event(1))
    log.flush()
    log._file = disk = FullDisk(log._file, 20)
    log.write(event(2))
    with pytest.raises(OSError, match="No space left"):
        log.flush()
    assert (tmp_path / "0001.jsonl").read_bytes() == encode(event(1)) + b"\n"
    disk.room = 10_000
    log.close()
    assert [e.seq for e in read_events(tmp_path)] == [1, 2]
