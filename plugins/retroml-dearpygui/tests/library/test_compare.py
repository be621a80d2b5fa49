"""Runs compared, without a window."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest
from retroml_dearpygui.services.seeds import over_seeds, told_apart, training_settings
from retroml_dearpygui.services.smoothing import Smooth
from retroml_dearpygui.ui.pages.compare import compared_lines
from retroml_dearpygui.viewmodels.compare import BANDED, HEADS, MOST_LINES, MOST_RUNS, CompareViewModel

from retroml_core.testing import TinyRun, tiny_config, tiny_run


@pytest.fixture
def compare(desk):
    return CompareViewModel(desk)


@pytest.fixture
def both(app):
    """Two runs that have trained."""
    return [tiny_run(app.root.path, TinyRun(updates=2), app=app, config=tiny_config(seed=seed)).id for seed in (1, 2)]


def test_each_run_has_its_curve_and_its_figures(compare, both, front):
    compare.open(both)
    assert (front.toasts, front.crashes) == ([], [])
    assert (compare.shown, [run.rows[0].id for run in compare.runs], compare.note) == (True, both, "")
    for run in compare.runs:
        assert len(run.curve.mean) == len(run.curve.steps) > 0
        assert len(run.figures) == len(HEADS)
        assert run.figures[0] == run.title
    compare.leave()
    assert (compare.shown, compare.runs) == (False, [])


@pytest.mark.parametrize("count", [1, MOST_RUNS + 1])
def test_too_few_or_too_many_are_told(compare, front, count):
    compare.open([str(number) for number in range(count)])
    assert (compare.shown, f"not {count}" in front.toasts[-1][1]) == (False, True)


def test_a_run_that_is_gone_is_told(compare, both, front):
    compare.open([both[0], "20200101t000000-tiny-random-0000000000"])
    assert (compare.shown, len(front.toasts)) == (False, 1)


def test_runs_of_different_games_are_compared_with_a_warning(compare, make_run):
    compare.open([make_run(1).id, make_run(2, game="pong").id])
    assert "different games" in compare.note
    assert [run.figures[1] for run in compare.runs] == ["–", "–"]


def test_runs_that_differ_in_seed_alone_become_one_line_when_asked(compare, both):
    compare.open(both)
    assert (compare.can_join, compare.joined, compare.lines) == (True, False, compare.runs)
    compare.join(True)
    (line,) = compare.lines
    assert [row.id for row in line.rows] == both
    assert "2 seeds" in line.title
    assert "±" in line.figures[1]
    assert len(line.figures) == len(HEADS)
    compare.join(False)
    assert compare.lines == compare.runs


def test_means_are_told_apart_by_what_their_settings_differ_in(compare, app, both):
    config = dataclasses.replace(tiny_config(1), deterministic=True)
    third = tiny_run(app.root.path, TinyRun(updates=2), app=app, config=config).id
    compare.open([*both, third])
    assert compare.joined is False
    compare.join(True)
    assert (compare.joined, [len(line.rows) for line in compare.lines]) == (True, [2, 1])
    assert ["deterministic false" in compare.lines[0].title, "deterministic true" in compare.lines[1].title] == [True, True]


def test_several_seeds_of_each_of_several_settings_are_means_at_first(compare, make_run):
    compare.open([make_run(1).id, make_run(2).id, make_run(3, threads=2).id, make_run(4, threads=2).id])
    assert [len(line.rows) for line in compare.lines] == [2, 2]


def test_more_runs_than_lines_can_be_told_apart_are_drawn_as_means(compare, make_run):
    compare.open([make_run(number).id for number in range(MOST_LINES + 1)])
    assert (compare.shown, compare.joined, compare.can_part, len(compare.lines)) == (True, True, False, 1)
    compare.join(False)
    assert compare.joined


def test_more_settings_than_lines_can_be_told_apart_are_told(compare, make_run, front):
    compare.open([make_run(number, threads=number).id for number in range(MOST_LINES + 1)])
    assert compare.shown is False
    assert f"make {MOST_LINES + 1} lines" in front.toasts[-1][1]


def test_runs_at_work_are_followed_and_others_are_not(compare, make_run, at_work, clock):
    runs = [make_run(1), make_run(2)]
    compare.open([run.id for run in runs])
    before = compare.version
    clock.pass_by(60)
    compare.tick()
    assert compare.version == before
    at_work(runs[0])
    compare.refresh()
    before = compare.version
    clock.pass_by(60)
    compare.tick()
    assert compare.version == before + 1


def compared(title, *steps):
    at = np.array(steps, np.float64)
    curve = Smooth(steps=at, seconds=at / 10, mean=at, low=at - 1, high=at + 1, window=100, band_name="")
    return SimpleNamespace(title=title, curve=curve)


def test_lines_share_a_unit_and_keep_the_colour_of_their_row():
    lines, unit = compared_lines([compared("a", 1000, 40_000), compared("none"), compared("c", 20_000)], by_time=False)
    assert unit == "thousand steps"
    assert [(line.name, line.x.tolist(), line.style) for line in lines] == [("a", [1, 40], "line0"), ("c", [20], "line2")]


@pytest.mark.parametrize(("last", "unit", "end"), [(500, "seconds", 50), (6000, "minutes", 10), (360_000, "hours", 10)])
def test_the_time_trained_is_told_in_a_unit_that_fits(last, unit, end):
    lines, name = compared_lines([compared("a", 0, last)], by_time=True)
    assert (name, lines[0].x[-1]) == (f"{unit} trained", end)


def test_runs_of_one_name_are_told_apart_by_seed_and_id(compare, make_run):
    runs = [make_run(1, name="First light"), make_run(2, name="First light"), make_run(3, name="Other")]
    compare.open([run.id for run in runs])
    assert [run.title for run in compare.runs] == ["First light · seed 1 · 0001", "First light · seed 2 · 0002", "Other"]


def test_many_more_runs_than_before_are_drawn_as_means_too(compare, make_run):
    runs = [make_run(number).id for number in range(MOST_LINES + 1)]
    compare.open(runs[:2])
    compare.open(runs)
    assert compare.joined


def test_beyond_six_lines_there_are_marks_in_the_same_colours_and_no_bands():
    few, _ = compared_lines([compared("a", 0, 9)] * BANDED, by_time=False)
    many, _ = compared_lines([compared("a", 0, 9)] * 7, by_time=False)
    assert {(line.mark, line.low is None) for line in few} == {("", False)}
    assert [(line.style, line.mark, line.low) for line in many][::6] == [("line0", "", None), ("line0", "mark0", None)]
    assert (many[0].name, many[6].name) == ("— a", "● a")


# --- seeds ------------------------------------------------------------------------------------------------------------


def curve(steps, values):
    at = np.array(steps, np.float64)
    mean = np.array(values, np.float64)
    return Smooth(steps=at, seconds=at / 10, mean=mean, low=mean, high=mean, window=100, band_name="")


@pytest.mark.parametrize("by_time", [False, True])
def test_the_mean_over_seeds_goes_as_far_as_all_of_them(by_time):
    line = over_seeds([curve([0, 100], [0, 10]), curve([20, 60], [6, 10])], by_time=by_time)
    assert (line.steps[0], line.steps[-1], line.seconds[-1]) == (20, 60, 6)
    assert (line.mean[0], line.mean[-1]) == (4, 8)
    assert line.high[0] - line.mean[0] == pytest.approx(8**0.5)
    assert line.mean[-1] - line.low[-1] == pytest.approx(8**0.5)


@pytest.mark.parametrize("other", [curve([], []), curve([200, 300], [1, 2])])
def test_seeds_that_have_nothing_in_common_have_no_line(other):
    assert len(over_seeds([curve([0, 100], [0, 10]), other], by_time=False).steps) == 0


def test_settings_are_told_apart_by_what_differs_and_no_more():
    one = {"seed": 1, "film": {"fps": 30}, "algorithm": {"name": "ppo", "epochs": 3, "rate": 0.1}, "preset": "short"}
    two = {"seed": 2, "algorithm": {"name": "ppo", "epochs": 4, "rate": 0.1}, "preset": "short"}
    assert told_apart([training_settings(one), training_settings(two)]) == ["epochs 3", "epochs 4"]
    many = [{f"algorithm.key{number}": value for number in range(5)} for value in "ab"]
    assert told_apart(many)[0] == "key0 a, key1 a, 3 more"


def test_the_usual_length_counts_only_where_no_other_is_given():
    usual = {"budget": {"minutes": None, "default_hours": 1.5}}
    given = {"budget": {"minutes": 5.0, "default_hours": 1.5}}
    assert [sorted(training_settings(tree)) for tree in (usual, given)] == [
        ["budget.default_hours", "budget.minutes"],
        ["budget.minutes"],
    ]
