"""Videos, Models and Settings in a real window, with real events of mouse and keyboard."""

from __future__ import annotations

import threading

import dearpygui.dearpygui as dpg
import numpy as np
import pytest
from retroml_dearpygui.robot import texts
from retroml_dearpygui.viewmodels.models import ModelsViewModel
from retroml_dearpygui.viewmodels.set_up import SetUpViewModel
from retroml_dearpygui.viewmodels.settings import SettingsViewModel
from retroml_dearpygui.viewmodels.videos import VideosViewModel

from retroml_core.choices import read_choices
from retroml_core.live import LiveFrames
from retroml_core.services import ModelService

# --- videos -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def videos(robot, desk, make_run, make_film):
    """The page with two films of one run."""
    run = make_run()
    made = [
        make_film(run, "one", label="First"),
        make_film(run, "two", label="Second", created_at="2026-11-24T10:00:00+00:00", size=500),
    ]
    model = desk.viewmodel(VideosViewModel)
    robot.page("videos")
    robot.wait(lambda: model.films == made[::-1], "two films")
    robot.frames(3)
    return model


def item(videos, index, part):
    film = videos.films[index]
    return f"videos.{film.run_id}.{film.name}.{part}"


def titles(videos):
    return [videos.title(film) for film in videos.films]


def test_without_films_the_page_says_how_they_come(robot):
    robot.page("videos")
    robot.wait(lambda: dpg.get_value("videos.empty.title") == "No films yet", "the words")


def test_a_film_is_played_paused_stepped_sought_and_left(robot, videos):
    robot.click(item(videos, 0, "picture"))
    robot.wait(lambda: videos.player.position > 0.1, "the film to run")
    robot.click("film.toggle")
    robot.wait(lambda: not videos.player.playing, "the pause")
    at = videos.player.position
    robot.click("film.step")
    robot.wait(lambda: videos.player.position > at, "the next picture")
    robot.click("film.slider", across=0.8)
    robot.wait(lambda: videos.player.position > 1.3, "the place sought")
    robot.press("j")
    robot.wait(lambda: videos.player.position == 0.0, "the beginning")
    robot.click("film.back")
    robot.wait(lambda: dpg.is_item_shown("videos.list"), "all films")


def test_all_of_the_player_is_in_the_window_at_large_letters(robot, videos):
    robot.window.settings.set(scale=1.5)
    robot.window.shell.restyle()
    robot.wait(lambda: robot.window.ui.scale == 1.5, "the size")
    videos.play(videos.films[0])
    robot.wait(lambda: dpg.is_item_shown("videos.player"), "the player")
    robot.see("film.large")
    right = {tag: dpg.get_item_rect_max(tag)[0] for tag in ("film.name", "film.copy", "film.delete", "film.large", "film.rate")}
    assert {tag for tag, end in right.items() if end > dpg.get_viewport_client_width()} == set()
    robot.wait(lambda: dpg.get_item_rect_size("film.picture")[0] > 100, "the picture, at its size")
    robot.see("film.facts.rows")
    assert dpg.get_item_rect_min("film.facts.rows")[0] < dpg.get_item_rect_max("film.picture")[0]


def test_escape_leaves_the_player(robot, videos):
    robot.click(item(videos, 0, "play"))
    robot.wait(lambda: dpg.is_item_shown("videos.player"), "the player")
    robot.press("esc")
    robot.wait(lambda: videos.playing is None, "all films")


def test_a_film_that_is_broken_says_so(robot, videos):
    videos.films[0].path.write_bytes(b"no film")
    robot.click(item(videos, 0, "play"))
    robot.wait(lambda: "cannot be played" in dpg.get_value("film.error"), "the reason")


def test_a_film_is_renamed_in_its_place(robot, videos):
    robot.click(item(videos, 0, "rename"))
    robot.frames(3)
    robot.press("ctrl+a")
    robot.write("Mine")
    robot.press("enter")
    robot.wait(lambda: "Mine" in titles(videos), "the name")


def test_a_film_is_deleted_after_a_question_and_taken_back(robot, videos):
    robot.click(item(videos, 0, "delete"))
    robot.click("confirm.ok")
    robot.wait(lambda: titles(videos) == ["First"], "the film to go")
    robot.wait(lambda: [tag for tag in dpg.get_aliases() if tag.endswith(".undo")], "an undo")
    robot.click(next(tag for tag in dpg.get_aliases() if tag.endswith(".undo")))
    robot.wait(lambda: len(videos.films) == 2, "the film to come back")


def test_the_order_is_turned_round(robot, videos):
    assert titles(videos) == ["Second", "First"]
    robot.click("videos.direction")
    robot.wait(lambda: titles(videos) == ["First", "Second"], "the other order")


def test_words_find_films(robot, videos):
    robot.click("videos.text")
    robot.write("first")
    robot.wait(lambda: titles(videos) == ["First"], "one film")


def test_the_path_is_copied(robot, videos):
    robot.click(item(videos, 0, "copy"))
    robot.wait(lambda: dpg.get_clipboard_text() == str(videos.films[0].path), "the clipboard")


def test_a_film_of_no_run_is_refused_in_words(robot, videos):
    robot.click("videos.make")
    robot.wait(lambda: dpg.is_item_shown("videos.wish"), "the question")
    robot.click("videos.wish.go")
    robot.wait(lambda: "Choose a run" in dpg.get_value("videos.wish.problem"), "the fault")
    robot.click("videos.wish.cancel")
    robot.wait(lambda: not dpg.is_item_shown("videos.wish"), "the question to go")


# --- models -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def models(robot, desk, trained, app):
    """The page with two models."""
    made = {ModelService(app).save(trained, name=name).id for name in ("First", "Second")}
    model = desk.viewmodel(ModelsViewModel)
    robot.page("models")
    robot.wait(lambda: {saved.id for saved in model.models} == made and model.sources, "two models")
    robot.frames(3)
    yield model
    for saved in ModelService(app).list():
        ModelService(app).delete(saved.id)


def test_two_models_are_compared(robot, models):
    assert dpg.get_item_children("models.table.0.picture", 1)
    robot.click("models.table.0.name", across=0.2)
    robot.wait(lambda: len(models.facts) > 5, "the facts of one")
    robot.click("models.table.1.tick")
    robot.wait(lambda: len(models.facts) > 5 and len(models.facts[0].values) == 2, "the facts of two")
    robot.wait(lambda: "Side by side" in texts("models.details"), "the table")


def test_a_model_is_saved_from_a_run_and_deleted(robot, models):
    robot.click("models.save")
    robot.wait(lambda: models.total == 3, "a third model")
    robot.frames(3)
    robot.click(f"models.{models.chosen[0]}.delete")
    robot.click("confirm.ok")
    robot.wait(lambda: models.total == 2, "the model to go")


class FakePerformance:
    """A model at play that is seen once and goes on until it is closed."""

    def __init__(self):
        self.scores, self.problem, self.over = [12.0], "", threading.Event()
        self.moments = [
            LiveFrames(
                sequence=1, step=9, written_at=0.0, attempt=1, frames=np.full((1, 84, 84), 90, np.uint8),
                actions=np.zeros(1, np.int32), probabilities=np.array([[0.7, 0.3]], np.float32), values=None,
                scores=np.array([40.0]), lengths=None, action_names=("NOOP", "FIRE"),
            )
        ]  # fmt: skip

    def read(self):
        return self.moments.pop() if self.moments else None

    def close(self):
        self.over.set()


@pytest.fixture
def performance(robot, models, monkeypatch):
    """The first model of the page at play."""
    made = FakePerformance()
    monkeypatch.setattr(models.performing, "_perform", lambda root, source: made)
    robot.click("models.table.0.name", across=0.2)
    tag = f"models.{models.models[0].id}.play"
    robot.wait(lambda: models.facts and dpg.does_item_exist(tag), "the facts")
    robot.click(tag)
    robot.wait(lambda: dpg.get_value("models.play.words") == "game 2 · 40 points", "its game")
    return made


def test_a_model_is_watched_at_play_until_it_is_left(robot, performance):
    assert not dpg.is_item_shown("models.list")
    assert dpg.get_value("models.play.games") == "1 game, 12 points on average"
    assert dpg.get_value("models.play.mind.0.share") == "70%"
    robot.click("models.play.back")
    robot.wait(lambda: dpg.is_item_shown("models.list"), "all models")
    assert performance.over.is_set()


def test_another_page_ends_the_play(robot, performance):
    robot.page("train")
    assert performance.over.is_set()


# --- settings ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def settings(robot, desk):
    robot.page("settings")
    return desk.viewmodel(SettingsViewModel)


def test_the_look_is_changed_at_once(robot, settings, desk):
    robot.click("settings.theme.light")
    robot.wait(lambda: desk.settings.now.theme == "light", "the choice")
    robot.wait(lambda: robot.window.ui.tone("page")[0] > 200, "a light page")


def test_the_mode_hides_pages_and_shows_them_again(robot, settings):
    robot.click("settings.mode.1")
    robot.wait(lambda: not dpg.does_item_exist("nav.models"), "Models to be hidden")
    robot.click("settings.mode.3")
    robot.wait(lambda: dpg.does_item_exist("nav.models"), "Models to be shown")


def test_notifications_are_switched_off(robot, settings, desk):
    robot.click("settings.notify", across=0.05)
    robot.wait(lambda: not desk.settings.now.notify, "the choice")


def test_the_rule_is_typed_and_tried(robot, settings, make_run):
    make_run(1, created_at="2020-01-01T00:00:00+00:00")
    robot.fill("settings.runs", "0")
    robot.wait(lambda: settings.rule.runs == 0, "the rule")
    robot.click("settings.preview")
    robot.wait(lambda: settings.outdated, "what it would delete")
    robot.wait(lambda: dpg.get_value("settings.outdated").startswith("1 run"), "the words")


def test_plugins_are_listed_and_switched(robot, settings, tmp_path, monkeypatch):
    monkeypatch.setenv("RETROML_CONFIG", str(tmp_path))
    robot.wait(lambda: dpg.does_item_exist("settings.plugin.example"), "the plugins")
    robot.click("settings.plugin.example")
    robot.wait(lambda: read_choices().disabled_plugins == ("example",), "the choice")


# --- set-up -----------------------------------------------------------------------------------------------------------


def test_the_set_up_says_how_this_machine_stands(robot, desk):
    model = desk.viewmodel(SetUpViewModel)
    robot.page("setup")
    robot.wait(lambda: model.findings, "what is found")
    robot.frames(3)
    assert dpg.get_value("setup.title") == "Everything is installed"
    assert "packages" in texts("setup.findings")
    before = model.findings
    robot.click("setup.again")
    robot.wait(lambda: model.findings is not before, "another look")
