"""The bookkeeping of the speed comparison; what it measures takes minutes and is no test."""

import importlib.util
import json
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

PATH = Path(__file__).parents[3] / "benchmarks" / "train_speed.py"


@pytest.fixture(scope="module")
def train_speed():
    spec = importlib.util.spec_from_file_location("train_speed", PATH)
    module = importlib.util.module_from_spec(spec)
    sys.modules["train_speed"] = module
    spec.loader.exec_module(module)
    yield module
    del sys.modules["train_speed"]


def test_runs_alternate_and_neighbours_are_compared(train_speed):
    ours, peer = train_speed.Trainer("retroml", ()), train_speed.Trainer("other", ())
    speeds, order = iter([300.0, 100.0, 50.0, 200.0]), []

    def speed(trainer):
        order.append(trainer.name)
        return next(speeds)

    comparison = train_speed.compare(ours, peer, 2, speed)
    assert order == ["retroml", "other", "other", "retroml"]
    assert comparison.ratios == [3.0, 4.0]
    assert "3.50 x   (3.00 to 4.00, 2 pairs)" in str(comparison)


def test_a_speed_is_what_the_last_line_says(train_speed):
    code = 'print("noise"); print(\'{"steps": 1000, "seconds": 4.0}\')'
    trainer = train_speed.Trainer("echo", (sys.executable, "-c", code))
    assert train_speed.measure(trainer, 1, 1) == 250.0


def test_a_trainer_that_fails_is_named_with_what_it_said(train_speed):
    trainer = train_speed.Trainer("broken", (sys.executable, "-c", "raise SystemExit('no such game')"))
    with pytest.raises(SystemExit, match="broken failed:\nno such game"):
        train_speed.measure(trainer, 1, 1)


def test_an_unknown_peer_is_refused(train_speed):
    with pytest.raises(SystemExit, match="unknown peer dopamine; there are sb3, cleanrl, tianshou"):
        train_speed.peers(["dopamine"], [])


def test_cleanrl_needs_a_downloaded_script(train_speed):
    with pytest.raises(SystemExit, match=r"download ppo_atari\.py"):
        train_speed.peers(["cleanrl"], [])


@pytest.mark.parametrize("algorithm", ["ppo", "dqn"])
def test_every_peer_has_its_trainer(train_speed, algorithm):
    there = {path.stem for path in train_speed.TRAINERS.glob(f"*_{algorithm}.py")}
    assert there == {f"{name}_{algorithm}" for name in ("retroml", *train_speed.NEEDS)}


def test_the_record_is_json_with_the_ratios(train_speed):
    args = SimpleNamespace(algorithm="ppo", steps=8, precision="float32", overlap=False, threads=2)
    record = train_speed.record(args, [train_speed.Comparison("other", [4.0], [2.0])])
    assert json.loads(json.dumps(record))["comparisons"][0]["ratios"] == [2.0]


# --- what was measured ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def speed_results():
    spec = importlib.util.spec_from_file_location("speed_results", PATH.with_name("speed_results.py"))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_shows_the_tables_of_the_committed_figures(speed_results):
    kept = json.loads(speed_results.RESULTS.read_text(encoding="utf-8"))
    page = speed_results.PAGE.read_text(encoding="utf-8")
    assert kept.keys() <= speed_results.SECTIONS.keys()
    assert {"ppo", "dqn"} <= kept.keys()
    assert speed_results.renewed(page, kept) == page
    assert all(f"<!-- {section} -->\n\n{speed_results.where(kept[section])}\n\n| " in page for section in kept)


def test_the_readme_states_the_ratios_of_the_committed_figures(speed_results):
    kept = json.loads(speed_results.RESULTS.read_text(encoding="utf-8"))
    readme = " ".join((PATH.parents[1] / "README.md").read_text(encoding="utf-8").split())
    for section in ("ppo", "dqn"):
        for name, ratio in speed_results.ratios(kept[section]["figures"]).items():
            assert f"{ratio:.2f} times {name}" in readme
        assert kept[section]["measured"] in readme


def test_figures_are_taken_up_with_their_day_and_machine(speed_results, tmp_path):
    one, other = ({"comparisons": [{"peer": name, "ours": [3.0], "theirs": [2.0], "ratios": [1.5]}]} for name in ("sb3", "new"))
    (tmp_path / "ppo.json").write_text(json.dumps(one))
    (tmp_path / "ppo_other.json").write_text(json.dumps(other))
    taken = speed_results.taken(tmp_path, "an abacus")
    assert taken.keys() == {"ppo"}
    assert [each["peer"] for each in taken["ppo"]["figures"]["comparisons"]] == ["sb3", "new"]
    page = speed_results.renewed("before\n<!-- ppo -->\nold\n<!-- end -->\nafter\n", taken)
    assert f"Measured on {taken['ppo']['measured']}, an abacus." in page
    assert "| Stable-Baselines3 | 3 | 2 | **1.50** | 1.50 to 1.50 | 1 |" in page
    assert "old" not in page
    assert page.endswith("<!-- end -->\nafter\n")


def test_a_folder_without_figures_is_refused(speed_results, tmp_path):
    with pytest.raises(SystemExit, match=r"holds none of ppo\.json"):
        speed_results.taken(tmp_path, "here")
