"""Travelling in time, without a window: the moment shown follows the play, and everything is let go of at the end."""

from types import SimpleNamespace

import numpy as np
import pytest
from retroml_dearpygui.services.time_machine import Scene
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.watch import WatchViewModel

from retroml_core.events import RunState
from retroml_core.runs.state import RunStatus

RUN = "20261123t041500-tiny-random-0000000001"
PIXELS = np.zeros((2, 2, 3), np.uint8)


class Machine:
    """Shows the scenes it is given."""

    def __init__(self):
        self.wishes, self.scenes, self.closed = [], [], False

    def go(self, run, step):
        self.wishes.append(step)

    def next(self):
        return self.scenes.pop(0) if self.scenes else None

    def rest(self):
        pass

    def close(self):
        self.closed = True


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def watch(desk, machine, monkeypatch):
    """The page of a run that has ended."""
    card = SimpleNamespace(id=RUN, run=None, status=RunStatus(state=RunState.COMPLETED, step=1000))
    monkeypatch.setattr(RunsViewModel, "card", property(lambda runs: card if runs.chosen == RUN else None))
    model = desk.viewmodel(WatchViewModel)
    model._machine = machine
    model.runs.chosen = RUN
    return model


def test_the_moment_is_that_of_the_scene_shown(watch, machine):
    watch.travel(500)
    assert (watch.moment, machine.wishes) == (500, [500])
    machine.scenes = [Scene(wish=1, pixels=PIXELS, step=496), Scene(wish=1, pixels=PIXELS, step=504)]
    moments = []
    for now in (1.0, 2.0, 3.0):
        watch.tick(now)
        moments.append(watch.moment)
    assert moments == [496, 504, 504]


def test_a_moment_that_cannot_be_shown_stays_where_it_was_asked_for(watch, machine):
    watch.travel(500)
    machine.scenes = [Scene(wish=1, problem="nothing was recorded yet")]
    watch.tick(1.0)
    assert (watch.moment, watch.scene.problem) == (500, "nothing was recorded yet")


def test_what_was_made_for_another_run_is_not_shown(watch, machine):
    watch.runs.chosen = "another"
    watch.travel(500)
    machine.scenes = [Scene(wish=1, pixels=PIXELS, step=7)]
    watch.tick(1.0)
    assert (watch.moment, watch.scene) == (500, None)


def test_the_past_goes_on_where_it_was(watch, machine):
    watch.travel(500)
    machine.scenes = [Scene(wish=1, pixels=PIXELS, step=496)]
    watch.tick(1.0)
    watch.leave()
    watch.tick(2.0)
    assert machine.wishes == [500, 496]


def test_ten_seconds_of_play_on_and_back_count_for_all_games_at_a_time(watch, machine):
    watch.travel(500)
    machine.scenes = [Scene(wish=1, pixels=PIXELS, step=500, games=2)]
    watch.tick(1.0)
    watch.skip(-10.0)
    assert watch.moment == 200
    watch.skip(1000.0)
    assert watch.moment == 1000, "no further than was trained"


def test_there_is_nothing_to_skip_in_the_present(watch, machine):
    watch.skip(10.0)
    assert (watch.moment, machine.wishes) == (None, [])


def test_the_tape_is_let_go_of_with_the_app(watch, machine, desk):
    desk.close()
    assert machine.closed


def test_the_tape_is_let_go_of_when_everything_begins_anew(watch, machine, desk):
    desk.forget()
    assert machine.closed
