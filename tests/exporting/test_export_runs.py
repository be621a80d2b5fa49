"""Exporting several runs at once: folders, index, zip, and failures that stop nothing else."""

import csv
import hashlib
import zipfile
from collections import namedtuple

import pytest

from retroml_core.exporting import ExportError
from retroml_core.plugins.suggestions import UnknownName
from retroml_core.terminal import export_runs as module
from retroml_core.terminal.export_runs import check_folder, export_runs, export_zip


def index_of(folder):
    with (folder / "index.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_every_run_gets_a_folder(app, runs, tmp_path):
    export_runs(app, runs, ["note"], tmp_path / "out")
    for run in runs:
        assert (tmp_path / "out" / run.id / f"{run.id}.txt").read_text().startswith(run.id)


def test_the_index_names_every_file_with_its_digest(app, runs, tmp_path):
    export_runs(app, runs, ["note"], tmp_path)
    rows = index_of(tmp_path)
    assert [row["run_id"] for row in rows] == [run.id for run in runs]
    for row in rows:
        data = (tmp_path / row["file"]).read_bytes()
        assert row["sha256"] == hashlib.sha256(data).hexdigest()
        assert row["size_bytes"] == str(len(data))


def test_the_index_says_what_the_runs_were_and_reached(app, runs, tmp_path):
    export_runs(app, runs[:1], ["note"], tmp_path)
    (row,) = index_of(tmp_path)
    assert (row["game"], row["algorithm"], row["seed"], row["state"]) == ("tiny", "random", "2", "completed")
    assert row["episodes"] == "4"
    assert float(row["best_score"]) == runs[0].status().best_score


def test_one_failure_stops_nothing_else(app, runs, tmp_path):
    results = export_runs(app, runs, ["fussy", "buggy", "note"], tmp_path)
    assert [result.format for result in results] == ["fussy", "buggy", "note"] * 2
    assert [bool(result.error) for result in results] == [False, True, False, True, True, False]


def test_a_refusal_is_told_in_the_exporters_words(app, runs, tmp_path):
    (result,) = export_runs(app, runs[1:], ["fussy"], tmp_path)
    assert result.error == f"{runs[1].id} is odd"
    assert index_of(tmp_path)[0]["error"] == result.error


def test_a_bug_is_told_with_the_name_of_its_plugin(app, runs, tmp_path):
    (result,) = export_runs(app, runs[:1], ["buggy"], tmp_path)
    assert result.error.startswith("offers failed: TypeError")


def test_nothing_half_written_is_left(app, runs, tmp_path):
    export_runs(app, runs[1:], ["fussy", "buggy"], tmp_path / "out")
    assert [path.name for path in (tmp_path / "out").rglob("*")] == ["index.csv"]


def test_exporting_again_replaces_files_and_rows(app, runs, tmp_path):
    export_runs(app, runs, ["note", "folder"], tmp_path)
    export_runs(app, runs, ["note", "folder"], tmp_path)
    assert len(index_of(tmp_path)) == 4


def test_rows_of_other_exports_stay(app, runs, tmp_path):
    export_runs(app, runs[:1], ["note"], tmp_path)
    export_runs(app, runs[1:], ["note"], tmp_path)
    assert {row["run_id"] for row in index_of(tmp_path)} == {run.id for run in runs}


def test_files_inside_folders_are_listed_one_by_one(app, runs, tmp_path):
    export_runs(app, runs[:1], ["folder"], tmp_path)
    assert [row["file"] for row in index_of(tmp_path)] == [f"{runs[0].id}/inner/file.txt"]


def test_progress_hears_of_each_result(app, runs, tmp_path):
    heard = []
    results = export_runs(app, runs, ["note"], tmp_path, heard.append)
    assert heard == results


def test_an_unknown_format_is_refused_before_anything_is_made(app, runs, tmp_path):
    with pytest.raises(UnknownName):
        export_runs(app, runs, ["note", "nope"], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_run_whose_config_is_broken_still_has_a_row(app, runs, tmp_path):
    (runs[0].folder / "config.json").write_text("{")
    export_runs(app, runs[:1], ["note"], tmp_path / "out")
    (row,) = index_of(tmp_path / "out")
    assert (row["run_id"], row["game"]) == (runs[0].id, "")


def test_a_file_in_the_way_of_the_folder_is_named(app, runs, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match=r"cannot write to .*file.*--to"):
        check_folder(tmp_path / "file" / "out", runs, ["note"])


def test_a_full_disk_is_told_before_the_start(app, runs, tmp_path, monkeypatch):
    monkeypatch.setattr(module.shutil, "disk_usage", lambda folder: namedtuple("Usage", "free")(1_000_000))
    with pytest.raises(ExportError, match=r"1\.0 MB free, but up to"):
        export_runs(app, runs, ["note"], tmp_path / "out")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_zip_holds_all_files_and_the_index(app, runs, tmp_path):
    results = export_zip(app, runs, ["note"], tmp_path / "out" / "all.zip")
    with zipfile.ZipFile(tmp_path / "out" / "all.zip") as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(["index.csv", *(result.files[0].as_posix() for result in results)])
        assert archive.read(results[0].files[0].as_posix()).startswith(runs[0].id.encode())


def test_beside_a_zip_nothing_is_left(app, runs, tmp_path):
    export_zip(app, runs, ["note"], tmp_path / "out" / "all.zip")
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["all.zip"]


def test_a_zip_tells_failures_as_well(app, runs, tmp_path):
    results = export_zip(app, runs, ["fussy"], tmp_path / "all.zip")
    assert [bool(result.error) for result in results] == [False, True]
