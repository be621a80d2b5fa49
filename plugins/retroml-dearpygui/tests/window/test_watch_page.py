"""The Watch page with real events: the live view of a training, time travel, the curve, pinned metrics."""

import time

import dearpygui.dearpygui as dpg
import numpy as np
import pytest
from retroml_dearpygui.robot import texts
from retroml_dearpygui.services.film_jobs import FilmJobs
from retroml_dearpygui.services.time_machine import Scene, TimeMachine
from retroml_dearpygui.ui.widgets.screen import HEIGHT, WIDTH
from retroml_dearpygui.viewmodels.curves import CurvesViewModel
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.videos import VideosViewModel
from retroml_dearpygui.viewmodels.watch import WatchViewModel

from retroml_core.filming import FilmError
from retroml_core.live import LiveFrames
from retroml_core.testing import TinyRun, tiny_run


def live(sequence=1, agents=4):
    """What four agents see, each picture brighter than the one before."""
    frames = np.stack([np.full((84, 84), 50 * number + 40, np.uint8) for number in range(agents)])
    shares = np.tile(np.array([0.7, 0.3], np.float32), (agents, 1))
    return LiveFrames(
        sequence=sequence, step=1000 + sequence, written_at=time.time(), attempt=1, frames=frames,
        actions=np.zeros(agents, np.int32), probabilities=shares, values=np.arange(agents, dtype=np.float32),
        scores=np.arange(agents, dtype=float), lengths=None, action_names=("NOOP", "UPFIRE"),
    )  # fmt: skip


def listeners():
    """How many items listen to events of others."""
    return sum(dpg.get_item_type(item).endswith("mvItemHandlerRegistry") for item in dpg.get_all_items())


@pytest.fixture
def first_page():
    return "watch"


@pytest.fixture
def watch(robot):
    """The page with a run that was completed."""
    run = tiny_run(robot.window.app.root.path, TinyRun(updates=30), app=robot.window.app)
    robot.window.shell.go("watch", {"run": run.id})
    runs = robot.window.desk.viewmodel(RunsViewModel)
    robot.wait(lambda: runs.card is not None and runs.card.id == run.id and runs.card.status.state.ended, "the run at its end")
    return robot.window.desk.viewmodel(WatchViewModel)


@pytest.fixture
def agents(robot, watch, monkeypatch):
    """The page while four agents are seen, however often it looks for a process at work."""
    monkeypatch.setattr(watch, "_follow", lambda: None)
    watch.frames = live()
    watch.changed()
    robot.wait(lambda: dpg.is_item_shown("watch.agent"), "the choice of agents")
    return watch


def test_all_agents_are_seen_and_one_is_enlarged_by_a_click(robot, agents):
    robot.wait(lambda: dpg.get_value("watch.words").startswith("4 agents at step 1.0 k"), "the agents")
    robot.click("watch.screen", across=0.75, down=0.75)
    robot.wait(lambda: agents.agent == 3, "the fourth agent")
    robot.wait(lambda: dpg.get_value("watch.words").startswith("agent 4 of 4"), "its words")
    robot.click("watch.all")
    robot.wait(lambda: agents.agent is None, "all agents again")


def test_an_agent_is_enlarged_from_the_list_which_needs_no_mouse(robot, agents):
    assert dpg.get_item_configuration("watch.agent")["items"] == ["All agents", "Agent 1", "Agent 2", "Agent 3", "Agent 4"]
    choose = dpg.get_item_callback("watch.agent")
    choose("watch.agent", "Agent 3")
    assert agents.agent == 2
    choose("watch.agent", "All agents")
    assert agents.agent is None


def test_the_edge_between_the_columns_is_moved_by_keyboard_and_stays(robot, watch):
    before = dpg.get_item_state(dpg.get_item_children("watch.split", 0)[1])["rect_size"][0]
    robot.press("ctrl+shift+left")
    layout = robot.window.desk.layout
    robot.wait(lambda: layout.panel("watch.split", 0) > before, "the width to be kept")
    robot.wait(lambda: dpg.get_item_state(dpg.get_item_children("watch.split", 0)[1])["rect_size"][0] > before + 20, "the edge")
    robot.press("ctrl+shift+right")
    robot.wait(lambda: layout.panel("watch.split", 0) == before, "the edge to go back")


def test_a_click_on_an_enlarged_agent_goes_back(robot, agents):
    agents.enlarge(1)
    robot.frames(3)
    robot.click("watch.screen")
    robot.wait(lambda: agents.agent is None, "all agents again")


def test_a_picture_is_uploaded_until_it_is_there_whatever_page_is_shown(robot):
    texture = robot.window.ui.moving("screen", WIDTH, HEIGHT)

    def place():
        return dpg.get_item_type(dpg.get_item_parent(texture.item)).rpartition("::")[2]

    texture.write(np.full((84, 84), 128, np.uint8))
    assert place() == "mvTextureRegistry"
    robot.wait(lambda: place() == "mvStage", "the texture to rest")


def test_pages_built_anew_leave_no_listeners_behind(robot, agents):
    before = listeners()
    robot.window.shell.restyle()
    robot.frames(2)
    assert listeners() == before


def test_what_an_agent_thinks_is_said(robot, agents):
    agents.enlarge(2)
    robot.wait(lambda: "Value estimate 2.00." in dpg.get_value("mind.words"), "its value")
    assert (dpg.get_value("mind.0.name"), dpg.get_value("mind.1.name")) == ("Nothing", "Up fire")
    assert (dpg.get_value("mind.0.share"), dpg.get_value("mind.1.share")) == ("70%", "30%")


def test_the_slider_travels_in_time(robot, watch, monkeypatch):
    wishes = []
    monkeypatch.setattr(TimeMachine, "go", lambda self, run, step: wishes.append(step))
    robot.drag("watch.slider", start=0.95, end=0.5)
    robot.wait(lambda: wishes and watch.moment is not None, "a moment")
    steps = watch.runs.card.status.step
    assert 0.3 * steps < watch.moment < 0.7 * steps
    robot.click("watch.now")
    robot.wait(lambda: watch.moment is None, "now")


def test_a_click_on_the_curve_travels_to_that_moment(robot, watch, monkeypatch):
    monkeypatch.setattr(TimeMachine, "go", lambda self, run, step: None)
    curves = robot.window.desk.viewmodel(CurvesViewModel)
    robot.wait(lambda: curves.shown.run_id == watch.runs.chosen and curves.shown.score is not None, "the curve")
    robot.frames(20)
    robot.click("watch.plot", across=0.6, down=0.5)
    robot.wait(lambda: watch.moment is not None, "a moment")
    assert 0 < watch.moment < watch.runs.card.status.step
    assert dpg.is_item_shown("watch.plot.cursor")


def test_the_curve_is_zoomed_and_moved_along_by_keyboard(robot, watch):
    curves = robot.window.desk.viewmodel(CurvesViewModel)
    robot.wait(lambda: curves.shown.run_id == watch.runs.chosen and curves.shown.score is not None, "the curve")
    robot.frames(20)

    def limits():
        return dpg.get_axis_limits("watch.plot.x")

    low, high = limits()
    robot.press("ctrl+shift+up")
    robot.wait(lambda: limits()[1] - limits()[0] < 0.6 * (high - low), "the middle half")
    start = limits()[0]
    robot.press("ctrl+left")
    robot.wait(lambda: limits()[0] < start - 0.05 * (high - low), "the part before")
    robot.press("ctrl+shift+down")
    robot.wait(lambda: limits()[1] - limits()[0] > 0.95 * (high - low), "all of it")


def test_a_run_that_has_ended_shows_its_last_game_at_a_press(robot, watch, monkeypatch):
    wishes = []
    monkeypatch.setattr(TimeMachine, "go", lambda self, run, step: wishes.append(step))
    robot.click("watch.last")
    robot.wait(lambda: wishes == [watch.runs.card.status.step], "its last step")


def test_the_past_is_played_and_left_by_keyboard(robot, moment):
    robot.press("k")
    robot.wait(lambda: not moment.playing, "the play to be held")
    robot.press("j")
    robot.wait(lambda: moment.moment == 0, "ten seconds back, where it begins")
    robot.press("l")
    robot.wait(lambda: moment.moment > 0, "ten seconds on")
    robot.press("esc")
    robot.wait(lambda: moment.moment is None, "now")


def test_escape_leads_from_one_agent_to_all(robot, agents):
    agents.enlarge(1)
    robot.press("esc")
    robot.wait(lambda: agents.agent is None, "all agents")


def test_the_slider_is_moved_by_keyboard(robot, watch, monkeypatch):
    monkeypatch.setattr(TimeMachine, "go", lambda self, run, step: None)
    robot.wait(lambda: dpg.is_item_shown("watch.time"), "the slider")
    robot.reach("watch.slider")
    robot.press("space")
    robot.wait(lambda: dpg.is_item_active("watch.slider"), "the slider to be taken")
    robot.press("left")
    robot.wait(lambda: watch.moment is not None and watch.moment < watch.runs.card.status.step, "a moment before the end")


def test_a_run_without_a_tape_says_so(robot, watch):
    watch.travel(100)
    robot.wait(lambda: "Nothing can be shown of this moment" in dpg.get_value("watch.empty"), "the reason")


def test_a_metric_is_pinned_and_taken_away(robot, watch):
    curves = robot.window.desk.viewmodel(CurvesViewModel)
    robot.wait(lambda: "loss/value" in curves.shown.names, "the metrics")
    curves.pin("loss/value")
    robot.wait(lambda: "Loss: value" in texts("watch.pinned"), "the plot")
    robot.click("pinned.0.close")
    robot.wait(lambda: curves.pinned == () and "Loss: value" not in texts("watch.pinned"), "the plot to go")


@pytest.fixture
def moment(robot, watch, monkeypatch):
    """A moment of the past on screen, of which films fail at once; the run of each wish is in `moment.wishes`."""
    monkeypatch.setattr(TimeMachine, "go", lambda self, run, step: None)
    videos = robot.window.desk.viewmodel(VideosViewModel)
    watch.wishes = []

    def refuse(run, renderer, options):
        watch.wishes.append((run.id, renderer, dict(options.settings)))
        raise FilmError("the disk is full")

    monkeypatch.setattr(videos, "making", FilmJobs(refuse))
    watch.travel(100)
    watch.scene = Scene(wish=1, pixels=np.full((210, 160, 3), 90, np.uint8), step=100, episode=4, length=450)
    robot.wait(lambda: dpg.is_item_enabled("watch.film") and dpg.is_item_shown("watch.film"), "the button")
    return watch


def test_a_film_is_made_of_the_game_at_a_moment(robot, moment):
    robot.click("watch.film")
    robot.wait(lambda: moment.wishes, "the wish")
    assert moment.wishes == [(moment.runs.chosen, "full_record", {"episode": "4"})]
    robot.wait(lambda: dpg.get_value("watch.film.words") == "No film of game 4: the disk is full", "why there is none")


def test_films_in_the_making_are_a_press_away_from_a_moment(robot, moment):
    robot.click("watch.film")
    robot.wait(lambda: dpg.is_item_shown("watch.film.state"), "how it stands")
    robot.click("watch.film.go")
    robot.wait(lambda: robot.window.shell.current == "videos", "the page of films")
    robot.wait(lambda: any("Game 4 of" in words for words in texts("videos.jobs")), "the job with its caption")


def test_other_films_are_asked_for_from_a_moment(robot, moment):
    robot.click("watch.film.other")
    robot.wait(lambda: robot.window.shell.current == "videos", "the page of films")
    robot.wait(lambda: dpg.is_item_shown("videos.wish"), "the question")


def test_the_past_goes_on_where_it_was_after_another_page(robot, moment):
    robot.page("train")
    robot.page("watch")
    robot.wait(lambda: dpg.get_value("watch.words").startswith("step 100 · game 4"), "the same moment")


def test_leaving_the_page_ends_the_watching(robot, agents):
    robot.page("train")
    assert (agents.frames, agents.fps) == (None, 0.0)


def test_without_a_finished_game_there_is_no_plot_to_travel_along(robot):
    robot.page("watch")
    words = "The curve begins with the first finished game."
    robot.wait(lambda: dpg.get_value("watch.curve.words") == words, "the words")
    assert not dpg.is_item_shown("watch.plot")


def test_without_runs_the_page_says_what_to_do(robot):
    robot.page("watch")
    robot.wait(lambda: "Start a training" in dpg.get_value("watch.empty"), "advice")


def test_without_a_run_it_leads_to_the_first_training(robot):
    robot.page("watch")
    robot.wait(lambda: dpg.is_item_shown("watch.first"), "the button")
    assert not dpg.is_item_shown("watch.time")
    robot.click("watch.first")
    robot.wait(lambda: robot.window.shell.current == "train", "the page to train on")
