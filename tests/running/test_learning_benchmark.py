"""The bookkeeping of the learning benchmark, on the built-in game; what it measures takes hours and is no test."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from retroml_core.specs import GameSpec

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def modules():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        from benchmarks import learning, learning_results, learning_table

        yield learning, learning_results, learning_table


@pytest.fixture(scope="module")
def measured(modules, tmp_path_factory):
    """The command line, its exit code and the folder of a measurement that had been begun before."""
    from retroml_core.app import App
    from retroml_core.config.composing import compose
    from retroml_core.runs.run import create_run

    learning, folder = modules[0], tmp_path_factory.mktemp("learning")
    words = ["--games=catch", "--algorithms=random", "--seeds=3", "--steps=800", "--evaluation=2"]
    words += [f"--root={folder / 'root'}", f"--output={folder / 'results' / 'learning.json'}", "environment.balls=2"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RETROML_HOME", str(folder / "root"))
        (cell,) = learning.cells(learning.arguments(words))
        with App.open() as app:
            create_run(app, compose(app, [*cell.words, f"tags=[{cell.tag}]"]))
        return words, learning.main(words), folder


def runs_in(folder):
    return sorted(path.name for path in (folder / "root" / "experiments").iterdir())


def test_a_run_that_was_begun_is_finished_instead_of_made_again(measured):
    _, code, folder = measured
    assert code == 0
    assert len(runs_in(folder)) == 1


def test_a_result_holds_scores_and_protocol(measured):
    (run,) = json.loads((measured[2] / "results" / "learning.json").read_text())["runs"]
    assert (run["game"], run["algorithm"], run["seed"], run["state"], run["steps"]) == ("catch", "random", 3, "completed", 800)
    assert run["overrides"] == ["environment.balls=2", "budget.steps=800", "evaluation.episodes=2"]
    assert len(run["evaluation"]) == 2
    assert 0 <= run["first"] <= 2
    assert 0 <= run["last"] <= 2
    assert run["curve"][-1][0] == 800
    assert run["config_hash"]
    assert run["versions"]["numpy"]


def test_what_is_complete_is_not_run_again(measured, modules, monkeypatch, capsys):
    words, _, folder = measured
    monkeypatch.setenv("RETROML_HOME", "")
    monkeypatch.setattr(modules[0], "worker_command", lambda run: pytest.fail(f"{run} was run again"))
    before = (folder / "results" / "learning.json").read_text()
    assert modules[0].main(words) == 0
    assert (folder / "results" / "learning.json").read_text() == before
    assert "| catch | random | - | 800 | 1 |" in capsys.readouterr().out


def test_a_faulty_setting_is_said_in_words(modules, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("RETROML_HOME", "")
    assert modules[0].main(["--games=catch", "--algorithms=random", f"--output={tmp_path / 'x.json'}", "budget.stepz=1"]) == 2
    assert "stepz" in capsys.readouterr().err


def test_a_sigterm_is_a_ctrl_c_until_the_end(modules, monkeypatch):
    handlers = []
    monkeypatch.setattr("signal.signal", lambda number, handler: handlers.append(handler) or "before")
    with modules[0].ended_by_sigterm(), pytest.raises(KeyboardInterrupt):
        handlers[0](15, None)
    assert handlers[1] == "before"


def test_an_interrupted_measurement_ends_its_run_and_says_how_to_go_on(measured, modules, monkeypatch, capsys, tmp_path):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setenv("RETROML_HOME", "")
    monkeypatch.setattr(modules[0], "carry_out", interrupted)
    assert modules[0].main([*measured[0], f"--output={tmp_path / 'x.json'}"]) == 130
    assert "the same command goes on from here" in capsys.readouterr().err


def test_every_algorithm_has_been_through_every_game_before_the_next_seed(modules):
    asked = modules[0].arguments(["--games=a,b", "--algorithms=x,y", "--seeds=1,2"])
    order = [(cell.seed, cell.algorithm, cell.game) for cell in modules[0].cells(asked)]
    assert order == [(seed, algorithm, game) for seed in (1, 2) for algorithm in "xy" for game in "ab"]


@pytest.mark.parametrize("changed", [{"seed": 2}, {"game": "pong"}, {"algorithm": "dqn"}, {"overrides": ("network=quick",)}])
def test_another_run_has_another_tag(modules, changed):
    cell = modules[0].Cell("breakout", "ppo", 1, ())
    assert replace(cell, **changed).tag != cell.tag
    assert replace(cell).tag == cell.tag


# --- results and their table ------------------------------------------------------------------------------------------


@pytest.fixture
def make_outcome(modules):
    def make(**parts):
        values = {
            "game": "breakout",
            "algorithm": "ppo_quick",
            "family": "ppo",
            "seed": 1,
            "overrides": ["budget.steps=1000"],
            "state": "completed",
            "reason": "",
            "steps": 1000,
            "seconds": 2.0,
            "episodes": 30,
            "first": 1.0,
            "last": 4.0,
            "evaluation": [6.0, 8.0],
            "curve": [],
            "config_hash": "",
            "measured_on": "2026-11-23",
        }
        return modules[1].Outcome(**values | parts)

    return make


GAMES = {"breakout": GameSpec(name="breakout", title="", summary="", environment="", random_score=1.7, human_score=30.5)}


def rows(modules, outcomes):
    return modules[2].table(outcomes, GAMES).splitlines()[2:]


def test_seeds_are_averaged_beside_random_human_and_published_scores(modules, make_outcome):
    (row,) = rows(modules, [make_outcome(), make_outcome(seed=2, last=6.0)])
    assert row.startswith("| breakout | ppo_quick | - | 1,000 | 2 | 1.0 ± 0.0 | 5.0 ± 1.4 | 7.0 ± 0.0 | 1.7 | 30.5 | ")
    assert "SB3 zoo 398.0" in row
    assert "CleanRL 415.0" in row


def test_other_budgets_are_other_rows(modules, make_outcome):
    assert len(rows(modules, [make_outcome(), make_outcome(overrides=["budget.steps=5"], steps=5)])) == 2


def test_a_row_names_what_was_said_of_the_network(modules, make_outcome):
    (row,) = rows(modules, [make_outcome(overrides=["network=small", "threads=1", "network.strides=[4,3]"])])
    assert row.startswith("| breakout | ppo_quick | small strides=[4,3] | 1,000 |")


def test_a_run_that_failed_is_in_no_row(modules, make_outcome):
    outcome = make_outcome(state="failed", reason="loss/policy is nan")
    assert rows(modules, [outcome]) == []
    assert "failed: loss/policy is nan" in str(outcome)


def test_a_run_that_was_stopped_says_so(modules, make_outcome):
    (row,) = rows(modules, [make_outcome(), make_outcome(seed=2, state="stopped", steps=600)])
    assert "| 600 (stopped) | 2 |" in row


def test_the_page_shows_the_table_of_the_committed_results(modules):
    outcomes = modules[1].Results.read(ROOT / "benchmarks" / "results" / "learning.json").records
    page = (ROOT / "docs" / "learning.md").read_text(encoding="utf-8")
    assert outcomes
    assert modules[2].table(outcomes) in page


def test_a_game_nobody_published_stands_alone(modules, make_outcome):
    (row,) = rows(modules, [make_outcome(game="catch", evaluation=[])])
    assert row == "| catch | ppo_quick | - | 1,000 | 1 | 1.0 | 4.0 | - | - | - | - |  |"


def test_evaluation_games_of_all_seeds_stand_beside_those_of_the_random_agent(modules, make_outcome):
    random = make_outcome(algorithm="random", family="random", evaluation=[1.0, 3.0])  # mean 2, squared standard error 1
    seeds = make_outcome(evaluation=[10.0]), make_outcome(seed=2, evaluation=[10.0])
    learned, chance = rows(modules, [random, *seeds])
    assert "| 30.5 | 8.0 s.e. |" in learned
    assert "| 30.5 | - |" in chance


def test_further_games_of_a_model_stand_for_it(modules, make_outcome):
    random = make_outcome(algorithm="random", family="random", evaluation=[1.0, 3.0])  # mean 2, squared standard error 1
    model = make_outcome(algorithm="sac", evaluation=[50.0], further=[10.0, 14.0])  # mean 12, squared standard error 4
    _, row = rows(modules, [random, model])
    assert "| 12.0 | 1.7 | 30.5 | 4.5 s.e. |" in row


def test_many_games_of_few_seeds_count_as_few(modules, make_outcome):
    random = make_outcome(algorithm="random", family="random", evaluation=[1.0, 3.0])  # mean 2, squared standard error 1
    seeds = make_outcome(evaluation=[6.0] * 30), make_outcome(seed=2, evaluation=[14.0] * 30)  # likewise 10 and 16
    assert "| 1.9 s.e. |" in rows(modules, [random, *seeds])[0]


@pytest.mark.parametrize("scores", [[], [5.0], [1.0, 1.0]])
def test_no_distance_without_two_scores_that_differ(modules, scores):
    from benchmarks.learning_statistics import distance

    assert distance(scores, [1.0, 1.0]) is None


def test_a_further_measurement_takes_the_place_of_the_same_one(modules, make_outcome, tmp_path):
    results = modules[1].Results.read(tmp_path / "results.json")
    for outcome in (make_outcome(), make_outcome(seed=2), make_outcome(last=9.0)):
        results.keep(outcome)
    again = modules[1].Results.read(tmp_path / "results.json")
    assert [(each.seed, each.last) for each in again.records] == [(1, 9.0), (2, 4.0)]


def test_published_figures_have_sources_and_are_there_once(modules):
    figures = json.loads(modules[2].PUBLISHED.read_text(encoding="utf-8"))
    assert all(source["url"].startswith("https://") and source["steps"] for source in figures["sources"].values())
    keys = [(score["source"], score["algorithm"], score["game"]) for score in figures["scores"]]
    assert len(set(keys)) == len(keys)
    assert {source for source, _, _ in keys} == set(figures["sources"])
