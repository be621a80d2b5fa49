"""The runs at work and the newest: which one is shown, what is said when one ends."""

import pytest
from retroml_dearpygui.viewmodels.run_states import state_words
from retroml_dearpygui.viewmodels.runs import RunsViewModel

from retroml_core.events import RunState
from retroml_core.testing import TinyRun, tiny_run


@pytest.fixture
def make(app):
    def make(updates=2):
        return tiny_run(app.root.path, TinyRun(updates=updates))

    return make


@pytest.fixture
def runs(desk):
    return desk.viewmodel(RunsViewModel)


def test_the_newest_run_is_shown_first(runs, make):
    run = make()
    runs.refresh()
    assert (runs.chosen, runs.card.id) == (run.id, run.id)


def test_a_run_that_is_no_longer_among_the_newest_stays_on_screen(runs, make):
    oldest = min(make().id for _ in range(12))
    runs.refresh()
    runs.choose(oldest)
    runs.refresh()
    assert runs.chosen == runs.card.id == oldest
    assert oldest not in {card.id for card in runs.look.recent}


def test_a_run_chosen_before_it_was_seen_stays_chosen(runs, make):
    make()
    runs.refresh()
    run = make()
    runs.choose(run.id)
    runs.refresh()
    assert runs.card.id == run.id


def test_a_run_that_was_deleted_makes_room_for_another(runs, make, front):
    other, run = make(), make()
    runs.refresh()
    runs.delete(runs.chosen)
    front.answer()
    assert runs.chosen in {other.id, run.id} - {front.toasts[-1][1]}
    assert runs.card is not None


def test_every_state_has_words():
    assert all(state_words(state).words for state in RunState)
    assert state_words(RunState.RUNNING).pause
    assert not state_words(RunState.RUNNING).resume
    assert not state_words(RunState.COMPLETED).resume


def test_what_was_asked_for_is_shown_until_it_is_done():
    words = state_words(RunState.RUNNING, "Pausing")
    assert (words.words, words.pause, words.stop) == ("Pausing", False, False)
