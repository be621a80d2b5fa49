"""The learning curve of the run chosen, without a window."""

from __future__ import annotations

import pytest
from retroml_dearpygui.viewmodels.curves import CurvesViewModel
from retroml_dearpygui.viewmodels.runs import RunsViewModel

from retroml_core.testing import TinyRun, tiny_config, tiny_run


@pytest.fixture
def two(app):
    """Two runs that have trained."""
    return [tiny_run(app.root.path, TinyRun(updates=2), app=app, config=tiny_config(seed)).id for seed in (1, 2)]


@pytest.fixture
def runs(desk, two):
    runs = desk.viewmodel(RunsViewModel)
    runs.refresh()
    return runs


def test_the_curve_of_another_run_is_read_at_once_however_long_the_last_one_took(desk, runs, two, clock, monkeypatch):
    curves = CurvesViewModel(desk)
    read = curves._read
    monkeypatch.setattr(curves, "_read", lambda *wanted: clock.pass_by(30) or read(*wanted))
    for run_id in (*two, two[0]):
        runs.choose(run_id)
        curves.tick()
        assert (curves.shown.run_id, curves.there) == (run_id, True)


def test_curves_are_read_as_often_as_the_settings_say(desk, runs, two, clock, monkeypatch):
    curves = CurvesViewModel(desk)
    reads = []
    read = curves._read
    monkeypatch.setattr(curves, "_read", lambda *wanted: reads.append(clock()) or read(*wanted))
    desk.settings.set(update_seconds=5.0)
    runs.choose(two[0])
    for _ in range(11):
        curves.tick()
        curves._asked = ()  # as if the run had said something new
        clock.pass_by(1)
    assert [at - reads[0] for at in reads] == [0, 5, 10]


def test_a_run_that_says_nothing_new_is_not_read_again(desk, runs, two, clock):
    curves = CurvesViewModel(desk)
    runs.choose(two[0])
    curves.tick()
    before = curves.version
    clock.pass_by(60)
    curves.tick()
    assert curves.version == before
