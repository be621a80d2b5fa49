"""The tour leads from nothing to a first film, and is over for good when it was left."""

import pytest
from retroml_dearpygui.services.children import Children
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.tour import TourViewModel
from retroml_dearpygui.viewmodels.train import TrainViewModel


@pytest.fixture
def tour(desk, monkeypatch):
    monkeypatch.setattr(Children, "start", lambda self, run: None)
    desk.viewmodel(RunsViewModel).refresh()
    tour = desk.viewmodel(TourViewModel)
    tour.tick()
    return tour


def test_its_buttons_alone_lead_from_nothing_to_videos(tour, desk, front):
    train = desk.viewmodel(TrainViewModel)
    titles = []
    while tour.step is not None:
        titles.append(tour.step.title)
        tour.act()
        tour.tick()
    assert titles == ["Pick a game", "Five minutes are enough", "Start", "Watch it learn", "Its film"]
    assert (train.game, train.length.seconds) == ("kung_fu_master", 300)
    assert desk.viewmodel(RunsViewModel).look.total == 1
    assert [page for page, _ in front.places] == ["watch", "videos"]
    assert desk.settings.now.toured


def test_it_goes_on_by_itself_when_one_does_what_it_says(tour, desk):
    desk.viewmodel(TrainViewModel).choose_game("pong")
    tour.tick()
    assert tour.step.title == "Five minutes are enough"


def test_who_starts_by_himself_is_shown_how_to_watch(tour, desk):
    desk.viewmodel(TrainViewModel).start()
    desk.viewmodel(RunsViewModel).refresh()
    for _ in range(4):
        tour.tick()
    assert tour.step.title == "Watch it learn"


def test_at_the_next_start_it_goes_on_where_it_was(tour, desk):
    tour.go_on()
    assert TourViewModel(desk).step.title == "Five minutes are enough"


def test_it_waits_for_the_start(tour, desk):
    tour.go_on()
    tour.go_on()
    desk.viewmodel(TrainViewModel).set_length("x", "")
    tour.act()
    assert tour.step.title == "Start"


def test_once_left_it_is_gone_until_asked_for(tour, desk):
    tour.leave()
    assert (tour.step, TourViewModel(desk).step) == (None, None)
    from retroml_dearpygui.actions import tour as again

    again(desk)
    assert tour.step.title == "Pick a game"
