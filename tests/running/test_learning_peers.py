"""The bookkeeping and the rule of the comparison of learning curves; the reference itself is not installed here."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from retroml_core.events import RunState
from retroml_core.faults import Fault

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def modules():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(ROOT))
        from benchmarks import learning_curves, learning_peers

        yield learning_curves, learning_peers


@pytest.fixture(scope="module")
def statistics(modules):
    from benchmarks import learning_statistics

    return learning_statistics


@pytest.fixture
def make_curve(modules):
    def make(side="retroml", seed=1, scores=(1.0,) * 20, **parts):
        values = {
            "recipe": "ppo",
            "side": side,
            "game": "catch",
            "algorithm": "ppo_quick",
            "seed": seed,
            "overrides": [],
            "steps": 2000,
            "seconds": 1.0,
            "episodes": 40,
            "curve": [[100 * (part + 1), score] for part, score in enumerate(scores)],
            "measured_on": "2026-11-23",
            "versions": {},
        }
        return modules[0].Curve(**values | parts)

    return make


@pytest.mark.parametrize(
    ("ours", "said"), [([4.0, 6.0], "within"), ([3.0, 7.0], "within"), ([3.0, 4.0], "below"), ([6.0, 8.0], "above")]
)
def test_the_mean_of_ours_is_judged_by_the_lowest_and_highest_seed_of_the_reference(statistics, ours, said):
    assert statistics.verdict(ours, [4.0, 5.0, 6.0]) == said


def test_groups_that_could_not_differ_more_are_as_unlikely_as_their_number_allows(statistics):
    assert statistics.chance([1.0, 2.0, 3.0], [7.0, 8.0, 9.0]) == pytest.approx(2 / 20)


def test_equal_groups_differ_by_chance(statistics):
    assert statistics.chance([1.0, 2.0], [1.0, 2.0]) == 1.0


def test_of_more_divisions_than_can_be_looked_at_some_are_drawn(statistics, monkeypatch):
    ours, reference = [1.0, 2.0, 4.0, 6.0], [3.0, 5.0, 7.0, 8.0]
    exact = statistics.chance(ours, reference)
    monkeypatch.setattr(statistics, "EXACT_UP_TO", 69)
    monkeypatch.setattr(statistics, "DRAWN", 2000)
    assert statistics.chance(ours, reference) == pytest.approx(exact, abs=0.05)
    assert statistics.chance(ours, reference) != exact


def test_groups_vary_each_in_their_own_way(statistics):
    assert statistics.standard_error([1.0, 3.0], [5.0, 5.0, 5.0]) == pytest.approx(1.0)
    assert statistics.standard_error([1.0], [5.0, 5.0]) is None


def test_the_last_quarter_is_five_twentieths(make_curve):
    curve = make_curve(scores=(0.0,) * 15 + (1.0, 2.0, 3.0, 4.0, 5.0))
    assert curve.mean() == pytest.approx(0.75)
    assert curve.mean(0.75) == pytest.approx(3.0)


def test_a_twentieth_in_which_no_game_ended_is_left_out(modules, make_curve):
    curve = make_curve(curve=[[100, 1.0], [300, 2.0]])
    other = replace(curve, side="reference")
    _, _, first, second, third, *_ = modules[0].curve_table([curve, other]).splitlines()
    assert (first, second, third) == ("| 1 | 1.0 | 1.0 |", "| 2 | - | - |", "| 3 | 2.0 | 2.0 |")


def test_both_sides_stand_beside_each_other(modules, make_curve):
    ours = [make_curve(seed=seed, scores=(seed,) * 20) for seed in (1, 3)]
    theirs = [make_curve("reference", seed, scores=(seed + 2,) * 20) for seed in (1, 3)]
    whole, end = modules[0].comparison_table([*ours, *theirs]).splitlines()[2:]
    told = "2.00 (1.00 to 3.00) | 4.00 (3.00 to 5.00) | -2.00 ± 1.41 | below | 0.67 |"
    assert whole == f"| ppo | 2,000 | 2 and 2 | whole curve | {told}"
    assert "| last quarter |" in end
    assert modules[0].curve_table([*ours, *theirs]).splitlines()[2] == "| 1 | 2.0 ± 1.4 | 4.0 ± 1.4 |"


def test_a_recipe_that_only_one_side_has_run_is_in_no_table(modules, make_curve):
    assert len(modules[0].comparison_table([make_curve()]).splitlines()) == 2


def test_what_is_in_the_file_is_not_run_again(modules, monkeypatch, tmp_path):
    ran = []

    def run(cell, *_, **__):
        ran.append(cell.seed)
        return {"steps": 200, "seconds": 1.0, "scores": [(100, 2.0), (200, 4.0)], "versions": {}}

    monkeypatch.setenv("RETROML_HOME", "")
    monkeypatch.setattr(modules[1], "ours", run)
    monkeypatch.setattr(modules[1], "theirs", run)
    output = tmp_path / "peers.json"
    for seeds in ("1", "1,2"):
        assert modules[1].main(["--recipes=ppo", f"--seeds={seeds}", f"--output={output}"]) == 0
    assert ran == [1, 1, 2, 2]
    held = json.loads(output.read_text(encoding="utf-8"))["runs"]
    assert [(each["side"], each["seed"]) for each in held] == [
        ("retroml", 1),
        ("retroml", 2),
        ("stable-baselines3", 1),
        ("stable-baselines3", 2),
    ]
    assert held[0]["curve"] == [[100, 2.0], [200, 4.0]]


class FakeRun:
    """A run that ended as `state` after two games."""

    log_file = Path("out.log")

    def __init__(self, state):
        self.state = state

    def status(self):
        return SimpleNamespace(state=self.state, reason="loss/policy is nan", step=200, seconds=3.0)

    def provenance(self):
        return {"packages": {"numpy": "2.0", "rich": "15.0"}}

    @property
    def tree(self):
        return {"algorithm": {"environments": 8}}

    def episodes(self):
        return [
            {"step": 1000, "score": 1.0, "first_step": 0, "length": 10},
            {"step": 1000, "score": 4.0, "first_step": 80, "length": 12},
        ]


@pytest.fixture
def ours(modules, monkeypatch, tmp_path):
    """Carries out our side, where the run ends as it is told."""
    monkeypatch.setenv("RETROML_HOME", str(tmp_path))

    def ours(state):
        monkeypatch.setattr(modules[1], "carry_out", lambda *_: FakeRun(state))
        return modules[1].ours(modules[1].RECIPES["ppo"].cell(1))

    return ours


def test_games_of_ours_count_where_they_ended_not_where_they_were_reported(ours):
    result = ours(RunState.COMPLETED)
    assert result == {"steps": 200, "seconds": 3.0, "scores": [(80, 1.0), (176, 4.0)], "versions": {"numpy": "2.0"}}


def test_a_run_of_ours_that_failed_ends_the_comparison(ours):
    with pytest.raises(Fault, match="loss/policy is nan"):
        ours(RunState.FAILED)


def test_every_recipe_composes_and_plays_whole_rollouts(modules, monkeypatch, tmp_path):
    from retroml_core.app import App
    from retroml_core.config.composing import compose

    monkeypatch.setenv("RETROML_HOME", str(tmp_path))
    with App.open() as app:
        for recipe in modules[1].RECIPES.values():
            algorithm = compose(app, list(recipe.cell(1).words)).algorithm
            assert recipe.steps % (algorithm.environments * getattr(algorithm, "rollout_steps", 1)) == 0


def test_an_unknown_recipe_is_named(modules, capsys):
    with pytest.raises(SystemExit):
        modules[1].main(["--recipes=ppo,sarsa"])
    assert "unknown recipe sarsa; there are ppo, a2c" in capsys.readouterr().err


def test_the_reference_begins_with_our_weights_where_a_recipe_says_so(modules, monkeypatch, tmp_path):
    asked = []

    def by_reference(script, words, python):
        asked.append(words[0])
        return {"steps": 200, "seconds": 1.0, "scores": [(200, 2.0)], "versions": {}}

    monkeypatch.setenv("RETROML_HOME", "")
    monkeypatch.setattr(modules[1], "by_reference", by_reference)
    monkeypatch.setattr(modules[1], "ours", lambda cell: by_reference("", ["ours"], None))
    assert modules[1].main(["--recipes=dqn,dqn_our_weights", "--seeds=1", f"--output={tmp_path / 'peers.json'}"]) == 0
    assert asked == ["ours", "game=catch", "ours", "--our-weights"]


def test_the_reference_of_a_fast_mode_is_ours_without_its_settings(modules, monkeypatch, tmp_path):
    asked = []

    def ours(cell):
        asked.append("algorithm.overlap=true" in cell.words)
        return {"steps": 200, "seconds": 1.0, "scores": [(200, 2.0)], "versions": {}}

    monkeypatch.setenv("RETROML_HOME", "")
    monkeypatch.setattr(modules[1], "ours", ours)
    output = tmp_path / "fast.json"
    for _ in range(2):
        assert modules[1].main(["--recipes=ppo_overlap", "--seeds=1", f"--output={output}"]) == 0
    assert asked == [True, False]
    assert [each["side"] for each in json.loads(output.read_text(encoding="utf-8"))["runs"]] == ["exact mode", "retroml"]


def test_a_reference_that_fails_is_quoted(modules, monkeypatch):
    failed = modules[1].subprocess.CompletedProcess([], 1, stdout="", stderr="no such module")
    monkeypatch.setattr(modules[1].subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(Fault, match="no such module"):
        modules[1].theirs(modules[1].RECIPES["ppo"].cell(1), Path("python"))


# --- what is committed ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["learning_peers", "learning_fast"])
def test_the_page_shows_the_tables_of_the_committed_curves(modules, name):
    curves = modules[0].Curves.read(ROOT / "benchmarks" / "results" / f"{name}.json").records
    page = (ROOT / "docs" / "learning.md").read_text(encoding="utf-8")
    assert curves
    assert modules[0].comparison_table(curves) in page
    assert modules[0].curve_table(curves) in page


# --- updates in lockstep ----------------------------------------------------------------------------------------------


@pytest.fixture
def lockstep(modules):
    from benchmarks import learning_lockstep

    return learning_lockstep


def test_the_page_shows_the_table_of_the_committed_lockstep(lockstep, capsys):
    assert lockstep.main(["--table", f"--output={ROOT / 'benchmarks' / 'results' / 'learning_lockstep.json'}"]) == 0
    table = capsys.readouterr().out.strip()
    assert table.count("\n") == len(lockstep.CASES) + 1
    assert table in (ROOT / "docs" / "learning.md").read_text(encoding="utf-8")


def test_every_case_of_the_lockstep_is_asked_for_and_kept(lockstep, monkeypatch, tmp_path, capsys):
    asked = []

    def by_reference(script, words, python):
        asked.extend(words)
        found = {"updates": 20, "difference": 2e-8, "moved": 0.01}
        return {"cases": [found] * words.count("--"), "versions": {"torch": "2"}}

    monkeypatch.setenv("RETROML_HOME", "")
    monkeypatch.setattr(lockstep, "by_reference", by_reference)
    output = tmp_path / "lockstep.json"
    assert lockstep.main([f"--output={output}"]) == 0
    assert "| DQN | 20 | 1.0e-02 | 2e-08 |" in capsys.readouterr().out
    kept = json.loads(output.read_text(encoding="utf-8"))
    assert [case["case"] for case in kept["cases"]] == list(lockstep.CASES)
    assert kept["cases"][0]["words"] == asked[2 : asked.index("--", 2)]
    assert kept["versions"] == {"torch": "2"}


def test_a_lockstep_that_cannot_be_made_is_said_in_words(lockstep, monkeypatch, tmp_path, capsys):
    def by_reference(*_):
        raise Fault("no such module")

    monkeypatch.setenv("RETROML_HOME", "")
    monkeypatch.setattr(lockstep, "by_reference", by_reference)
    assert lockstep.main([f"--output={tmp_path / 'x.json'}"]) == 2
    assert "no such module" in capsys.readouterr().err
