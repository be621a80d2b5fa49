"""Runs compared, without a window."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from retroml_dearpygui.services.smoothing import Smooth
from retroml_dearpygui.ui.pages.compare import compared_lines
from retroml_dearpygui.viewmodels.compare import HEADS, CompareViewModel

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
    assert (compare.shown, [run.row.id for run in compare.runs], compare.note) == (True, both, "")
    for run in compare.runs:
        assert len(run.curve.mean) == len(run.curve.steps) > 0
        assert len(run.figures) == len(HEADS)
        assert run.figures[0] == run.title
    compare.leave()
    assert (compare.shown, compare.runs) == (False, [])


@pytest.mark.parametrize("count", [1, 7])
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
