"""Comparing algorithms, without a window and without their trainings."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import pytest
from retroml_dearpygui.services.comparing import start_comparison
from retroml_dearpygui.viewmodels.compare import CompareViewModel
from retroml_dearpygui.viewmodels.comparison import ComparisonViewModel
from retroml_dearpygui.viewmodels.train import TrainViewModel

from retroml_core.testing import TinyRun, tiny_config, tiny_run


class FakeProcess:
    """A process that is still there."""

    def poll(self):
        return None


@pytest.fixture
def commands():
    """The commands that were started."""
    return []


@pytest.fixture
def comparison(desk, commands):
    made = desk.viewmodel(ComparisonViewModel)
    made.spawn = lambda root, command: commands.append(list(command)) or FakeProcess()
    return made


@pytest.fixture
def chosen(comparison, desk):
    """Two algorithms with two seeds each, in five minutes of Pong."""
    train = desk.viewmodel(TrainViewModel)
    train.choose_game("pong")
    train.set_length("0", "5")
    train.set_seed("7")
    comparison.choose("dqn", True)
    comparison.choose("ppo", True)
    comparison.set_seeds(2)
    return comparison


def test_one_start_trains_each_algorithm_with_each_seed_on_one_game_and_budget(chosen, commands):
    chosen.start()
    (command,) = commands
    assert command[3] == "--multirun"
    words = dict(word.split("=") for word in command[4:])
    assert (words["game"], words["budget.seconds"], words["seed"]) == ("pong", "300", "7,8")
    assert set(words["algorithm"].split(",")) == {"ppo", "dqn"}
    assert words["group"] == chosen.group != ""


def test_what_is_started_is_what_the_command_line_understands(chosen, commands, app):
    from retroml_core.config.spelling import spelled
    from retroml_core.terminal.sweeping import fault_of, jobs_of, split_flags

    chosen.start()
    _, words = split_flags(commands[0][3:])
    jobs = jobs_of(spelled(words, app.registry))
    assert [job[-3:-1] for job in jobs] == [
        [f"seed={seed}", f"algorithm={name}"] for seed in (7, 8) for name in _in_order(chosen)
    ]
    assert fault_of(app, jobs[0]) == ""


def test_one_algorithm_is_nothing_to_compare(comparison, commands):
    comparison.choose("ppo", True)
    comparison.start()
    assert (comparison.can_start, commands) == (False, [])


def test_what_it_comes_to_is_said(chosen):
    assert chosen.words.startswith("4 trainings, one after the other, about 20 min")


def test_a_disk_too_small_for_all_of_them_is_said_and_nothing_is_started(chosen, commands, front, monkeypatch):
    from retroml_dearpygui.services import expectation

    monkeypatch.setattr(expectation, "free_bytes", lambda folder: 1_000_000_000)
    chosen.start()
    assert commands == []
    assert "free some, or choose fewer" in front.toasts[-1][1]


def test_its_runs_are_shown_together_and_filmed_side_by_side(chosen, desk, app, front):
    chosen.start()
    runs = [
        tiny_run(
            app.root.path, TinyRun(updates=2), app=app, config=dataclasses.replace(tiny_config(seed), group=chosen.group)
        ).id
        for seed in (1, 2)
    ]
    chosen.show()
    assert {row.id for one in desk.viewmodel(CompareViewModel).runs for row in one.rows} == set(runs)
    assert front.places[-1] == ("experiments", {})
    chosen.race()
    page, arguments = front.places[-1]
    assert (page, set(arguments["race"].split(","))) == ("videos", set(runs))


def test_the_last_one_is_known_at_the_next_start(chosen, desk):
    chosen.start()
    desk.forget()
    assert desk.viewmodel(ComparisonViewModel).group == chosen.group


def test_its_process_works_in_the_data_folder_and_keeps_what_it_says(app):
    app.root.prepare()
    words = [sys.executable, "-c", "import os; print(os.environ['RETROML_HOME']); print(os.getcwd())"]
    assert start_comparison(app.root.path, words).wait() == 0
    said = (app.root.cache / "comparison.log").read_text(encoding="utf-8").splitlines()
    assert [Path(path).resolve() for path in said] == [app.root.path.resolve()] * 2


def _in_order(comparison):
    """The names chosen, as the page lists them."""
    train = comparison.desk.viewmodel(TrainViewModel)
    return [spec.name for spec in train.algorithms if spec.name in comparison.algorithms]
