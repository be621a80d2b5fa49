"""`retroml export`: which runs, which formats, where to, what is said and the exit code."""

import json
import re

import pytest

from retroml_core.commands.export import main
from retroml_core.faults import Fault
from retroml_core.plugins.suggestions import UnknownName
from retroml_core.runs.run import RunNotFound


@pytest.fixture
def to(tmp_path):
    return tmp_path / "exports"


def export(app, to, *argv):
    return main(app, [*argv, "--to", str(to)])


def test_the_newest_run_is_exported_when_none_is_named(app, runs, to):
    assert export(app, to, "--format", "note") == 0
    assert (to / max(run.id for run in runs)).is_dir()


def test_ids_may_be_shortened(app, runs, to):
    assert export(app, to, runs[0].id[:-2], "--format", "note") == 0
    assert (to / runs[0].id).is_dir()


def test_a_run_named_twice_is_exported_once(app, runs, to, capsys):
    export(app, to, runs[0].id, runs[0].id[:-1], "--format", "note", "--json")
    assert len(json.loads(capsys.readouterr().out)["exports"]) == 1


def test_all_runs(app, runs, to):
    assert export(app, to, "--all", "--format", "note") == 0
    assert all((to / run.id).is_dir() for run in runs)


def test_all_of_no_runs_says_so(app, to):
    with pytest.raises(RunNotFound, match="no run yet"):
        export(app, to, "--all", "--format", "note")


def test_several_formats(app, runs, to, capsys):
    export(app, to, runs[0].id, "--format", "note, folder,note", "--json")
    assert [made["format"] for made in json.loads(capsys.readouterr().out)["exports"]] == ["note", "folder"]


@pytest.mark.parametrize("more", [[], ["--zip"]])
def test_a_setting_of_a_format_can_be_given(app, runs, to, more):
    assert export(app, to, runs[0].id, "--format", "folder,note", "--set", "note.times=2", *more) == 0
    if not more:
        assert (to / runs[0].id / f"{runs[0].id}.txt").read_text().count(runs[0].id) == 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("note.times=9", "times=9: must be between 1 and 3"),
        ("note.times=x", "could not be converted"),
        ("note.time=2", "note has no setting 'time'; did you mean times?"),
        ("nope.times=2", "write FORMAT.KEY=VALUE with one of the formats note"),
        ("note.times", "write FORMAT.KEY=VALUE"),
    ],
)
def test_a_wrong_setting_is_named_before_anything_is_made(app, runs, to, given, words):
    with pytest.raises(Fault, match=re.escape(words)):
        export(app, to, runs[0].id, "--format", "note", "--set", given)
    assert not to.exists()


def test_the_help_lists_the_settings_of_formats(app, to, capsys):
    with pytest.raises(SystemExit):
        export(app, to, "--help")
    assert "note.times=1  How often it says so." in capsys.readouterr().out


def test_it_says_where_the_files_are(app, runs, to, capsys):
    export(app, to, runs[0].id, "--format", "note")
    assert capsys.readouterr().out.splitlines() == [f"{runs[0].id}  note: {runs[0].id}.txt", str(to)]


def test_a_failure_is_told_and_the_exit_code_is_one(app, runs, to, capsys):
    assert export(app, to, "--all", "--format", "fussy") == 1
    assert f"{runs[1].id}  fussy: {runs[1].id} is odd" in capsys.readouterr().err


def test_an_unknown_run_among_others_is_told_and_the_others_exported(app, runs, to, capsys):
    assert export(app, to, "nope", runs[0].id, "--format", "note") == 1
    assert "there is no run 'nope'" in capsys.readouterr().err
    assert (to / runs[0].id).is_dir()


def test_an_unknown_run_alone_is_wrong_use(app, runs, to):
    with pytest.raises(RunNotFound):
        export(app, to, "nope", "--format", "note")


def test_an_unknown_format_is_wrong_use(app, runs, to):
    with pytest.raises(UnknownName, match="note"):
        export(app, to, "--format", "xls")


def test_without_exporters_the_usual_formats_are_asked_for_by_name(app, runs, to):
    with pytest.raises(UnknownName, match="csv"):
        export(app, to)


def test_a_folder_that_cannot_be_written_to(app, runs, tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert export(app, tmp_path / "file" / "deep", "--format", "note") == 1
    assert "cannot write to" in capsys.readouterr().err


def test_a_zip_of_one_run_has_its_name(app, runs, to):
    assert export(app, to, runs[0].id, "--format", "note", "--zip") == 0
    assert [path.name for path in to.iterdir()] == [f"{runs[0].id}.zip"]


def test_a_zip_of_several_runs_says_how_many(app, runs, to):
    export(app, to, "--all", "--format", "note", "--zip")
    (made,) = to.iterdir()
    assert made.name.startswith("2_runs_")


def test_json_tells_files_failures_and_unknown_runs(app, runs, to, capsys):
    export(app, to, runs[1].id, "nope", "--format", "note,fussy", "--json")
    told = json.loads(capsys.readouterr().out)
    assert told["to"] == to.as_posix()
    assert told["exports"][0]["files"] == [(to / runs[1].id / f"{runs[1].id}.txt").as_posix()]
    assert told["exports"][1]["error"] == f"{runs[1].id} is odd"
    assert "'nope'" in told["not_found"][0]


def test_help_lists_the_formats(app, capsys):
    with pytest.raises(SystemExit):
        main(app, ["--help"])
    assert "fussy" in capsys.readouterr().out
