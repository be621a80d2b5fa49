"""A run whose `config.json` was half written or holds something else: told in a line that names the file, never a traceback."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from retroml_core.cli import main
from retroml_core.faults import Fault
from retroml_core.files import write_json
from retroml_core.runs.config_file import DamagedConfig, read_tree
from retroml_core.services import ExperimentService
from retroml_core.testing.runs import TinyRun, tiny_run

if TYPE_CHECKING:
    from retroml_core.runs.run import Run

WHOLE = {"game": "catch", "algorithm": {"name": "random"}, "environment": {"name": "catch"}}
DAMAGES = ('{"schema_version": 1, "game": "cat', "[]", "3", '{"game": "catch"}')
COMMANDS = (
    ["show"],
    ["rerun", "--dry-run"],
    ["models", "save"],
    ["continue"],
    ["config", "export"],
    ["film"],
    ["evaluate"],
    ["verify"],
)


@pytest.fixture
def run(home: Path) -> Run:
    """A completed run in the data root of the process."""
    return tiny_run(home, TinyRun(updates=1))


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_names_the_file(run, capsys, command):
    for text in DAMAGES:
        (run.folder / "config.json").write_text(text)
        assert main(["--safe", *command, run.id]) in (1, 2)
        error = capsys.readouterr().err
        assert str(run.folder / "config.json") in error
        assert "Traceback" not in error
        assert len(error.splitlines()) <= 3


def test_what_goes_and_comes_back_is_not_kept_by_it(run, capsys):
    (run.folder / "config.json").write_text("[]")
    assert main(["--safe", "delete", run.id]) == 0
    assert main(["--safe", "restore", run.id]) == 0
    shown = capsys.readouterr()
    assert f"taken back: {run.folder}" in shown.out
    assert f"the index does not follow {run.id}: {run.folder / 'config.json'}" in shown.err
    assert run.checkpoints()


def test_show_still_says_what_is_left(run, capsys):
    (run.folder / "config.json").write_text("[]")
    main(["--safe", "show", run.id])
    shown = capsys.readouterr().out
    assert "completed" in shown
    assert "128 (512 frames)" in shown
    assert "000000000128 (end" in shown


def test_a_rerun_names_its_parent_when_the_config_does_not(run, capsys):
    write_json(run.folder / "config.json", WHOLE)
    assert main(["--safe", "rerun", "--dry-run", run.id]) == 0
    assert json.loads(capsys.readouterr().out)["parent"]["id"] == run.id


def test_a_run_with_damaged_parts_is_told_and_the_others_are_listed(run, home, capsys):
    bad = tiny_run(home, TinyRun(updates=1))
    write_json(bad.folder / "config.json", WHOLE | {"parent": "x"})
    assert main(["--safe", "runs"]) == 0
    shown = capsys.readouterr()
    assert "tiny" in shown.out
    assert f"{bad.id} is not in the index" in shown.err


def test_labels_of_such_a_run_are_refused_in_words(app, make_run):
    fake = make_run()
    (fake.run.folder / "config.json").write_text("3")
    with pytest.raises(Fault, match=r"config\.json is damaged"):
        ExperimentService(app).rename(fake.run.id, "x")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"game": None}, "game names no game"),
        ({"algorithm": "ppo"}, r"algorithm\.name is missing"),
        ({"environment": {"name": 3}}, r"environment\.name is missing"),
        ({"parent": "x"}, "parent cannot be 'x'"),
        ({"tags": "x"}, "tags cannot be 'x'"),
        ({"seed": {}}, "seed cannot be {}"),
    ],
)
def test_what_every_reader_relies_on_must_be_there(tmp_path, changes, words):
    write_json(tmp_path / "config.json", WHOLE | changes)
    with pytest.raises(DamagedConfig, match=words):
        read_tree(tmp_path / "config.json")


def test_what_may_be_missing_is_not_asked_for(tmp_path):
    write_json(tmp_path / "config.json", WHOLE | {"seed": None})
    assert read_tree(tmp_path / "config.json")["seed"] is None


@pytest.mark.parametrize(("provenance", "words"), [({"config": WHOLE}, "provenance.json beside it"), ({}, "backup")])
def test_the_advice_is_where_the_settings_still_are(tmp_path, provenance, words):
    (tmp_path / "config.json").write_text("{")
    write_json(tmp_path / "provenance.json", provenance)
    with pytest.raises(ValueError, match=words):
        read_tree(tmp_path / "config.json")
