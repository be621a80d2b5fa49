"""Command lines with flags: which jobs they ask for, and what is said of flags and jobs that cannot be run."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from retroml_core.app import App
from retroml_core.cli import main
from retroml_core.terminal import multirun
from retroml_core.terminal.sweeping import jobs_of, split_flags
from retroml_core.testing.apps import tiny_app


@pytest.fixture
def started(tmp_path, monkeypatch) -> list[dict]:
    """The configs of the runs whose process would have been started."""
    trees = []

    def begin(app, config):
        trees.append(config)
        return SimpleNamespace(id=f"run-{config.seed}", status=lambda: SimpleNamespace(state=None, mean_score=None))

    monkeypatch.setattr(App, "open", classmethod(lambda cls, safe=False: tiny_app(tmp_path / "home")))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(multirun, "begin", begin)
    monkeypatch.setattr(multirun, "follow", lambda run: 0)
    return trees


def test_flags_come_first_with_their_values():
    flags, overrides = split_flags(["seed=1", "--cfg", "job", "~film", "-m", "x"])
    assert (flags, overrides) == (["--cfg", "job", "-m"], ["seed=1", "~film", "x"])


def test_each_combination_is_a_job():
    assert jobs_of(["seed=1,2", "game=catch", "lr=range(0,2)"]) == [
        ["seed=1", "game=catch", "lr=0"],
        ["seed=1", "game=catch", "lr=1"],
        ["seed=2", "game=catch", "lr=0"],
        ["seed=2", "game=catch", "lr=1"],
    ]


@pytest.mark.parametrize("override", ["hydra/sweeper=optuna", "lr=interval(0,1)", "algorithm=glob(*)"])
def test_what_only_hydra_can_expand_is_left_to_it(override):
    assert jobs_of(["seed=1,2", override]) == []


def test_a_job_with_a_value_of_the_wrong_kind_fails_alone_and_is_said_first(started, capsys):
    assert main(["--multirun", "game=catch", "seed=abc,2"]) == 2
    assert [config.seed for config in started] == [2]
    err = capsys.readouterr().err
    assert "left out: environment=catch game=catch seed=abc\n  seed=abc: must be a whole number" in err
    assert "2 jobs, 1 failed:" in err
    assert "HYDRA" not in err


def test_what_is_wrong_with_every_job_is_said_once(started, capsys):
    assert main(["--multirun", "seed=1,2", "budget.stepz=4"]) == 2
    assert capsys.readouterr().err == "budget.stepz: there is no such setting; did you mean budget.steps?\n"
    assert started == []


def test_whole_numbers_of_jobs_may_be_written_with_an_exponent(started):
    assert main(["-m", "budget.steps=1e3,1e4"]) == 0
    assert [config.budget.steps for config in started] == [1000, 10_000]


def test_a_dry_run_makes_no_data_folder(started, tmp_path, capsys):
    assert main(["--multirun", "--dry-run", "game=catch", "seed=1,2"]) == 0
    assert capsys.readouterr().out.count('"schema_version"') == 2
    assert list(tmp_path.iterdir()) == []


def test_text_of_jobs_stays_as_typed(started):
    assert main(["-m", "name=1e3,b"]) == 0
    assert [config.name for config in started] == ["1e3", "b"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--nonsense"], "no flag is called '--nonsense'; there is --cfg, "),
        (["--mulitrun", "seed=1,2"], "no flag is called '--mulitrun'; did you mean --multirun?"),
        (["--dryrun", "--json"], "--json goes with --dry-run"),
        (["--cfg", "job", "seed=abc"], "seed=abc: must be a whole number"),
        (["--multirun", "seed=1,2", "fast"], "fast: write KEY=VALUE"),
    ],
)
def test_wrong_flags_and_words_are_refused_in_our_words(started, capsys, arguments, words):
    assert main(arguments) == 2
    err = capsys.readouterr().err
    assert err.startswith(words)
    assert "hydra.cc" not in err
    assert started == []
