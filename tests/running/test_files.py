import os
import threading

import pytest

from retroml_core import files


def test_json_comes_back(tmp_path):
    files.write_json(tmp_path / "x.json", {"a": [1, "ü"]})
    assert files.read_json(tmp_path / "x.json") == {"a": [1, "ü"]}


def test_broken_json_names_the_file(tmp_path):
    (tmp_path / "x.json").write_text('{"a": ')
    with pytest.raises(ValueError, match=r"x\.json is not valid JSON"):
        files.read_json(tmp_path / "x.json")


def test_nan_is_not_json(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        files.write_json(tmp_path / "x.json", float("nan"))
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path, monkeypatch):
    files.write_bytes(tmp_path / "x", b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write_bytes(tmp_path / "x", b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["x"]
    assert (tmp_path / "x").read_bytes() == b"old"


def test_what_the_system_refuses_names_the_file_that_was_asked_for(tmp_path):
    with pytest.raises(FileNotFoundError) as refused:
        files.write_json(tmp_path / "nowhere" / "x.json", {})
    assert refused.value.filename == str(tmp_path / "nowhere" / "x.json")


def test_a_reader_never_sees_half_a_file(tmp_path):
    path, done = tmp_path / "x", threading.Event()
    files.write_bytes(path, b"0" * 50_000)

    def write():
        for number in range(100):
            files.write_bytes(path, str(number % 10).encode() * 50_000)
        done.set()

    writer = threading.Thread(target=write)
    writer.start()
    while not done.is_set():
        seen = path.read_bytes()
        assert len(seen) == 50_000
        assert len(set(seen)) == 1
    writer.join()


def test_threads_that_write_the_same_file_do_not_meet(tmp_path):
    path = tmp_path / "x"
    writers = [threading.Thread(target=lambda: [files.write_bytes(path, b"x") for _ in range(50)]) for _ in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]


def test_replace_is_patient_on_windows(tmp_path, monkeypatch):
    (tmp_path / "a").write_text("a")
    plain, refusals = type(tmp_path).replace, iter(range(3))

    def busy(self, target):
        if next(refusals, None) is not None:
            raise PermissionError
        return plain(self, target)

    monkeypatch.setattr(type(tmp_path), "replace", busy)
    monkeypatch.setattr(files.os, "name", "nt")
    files.replace(tmp_path / "a", tmp_path / "b")
    monkeypatch.undo()
    assert (tmp_path / "b").read_text() == "a"
