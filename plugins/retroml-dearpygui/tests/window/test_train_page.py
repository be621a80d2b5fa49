"""The Train page in a real window, with real events of mouse and keyboard."""

from types import SimpleNamespace

import dearpygui.dearpygui as dpg
import pytest
from retroml_dearpygui.robot import texts
from retroml_dearpygui.services.children import Children
from retroml_dearpygui.viewmodels.comparison import ComparisonViewModel
from retroml_dearpygui.viewmodels.runs import RunsViewModel
from retroml_dearpygui.viewmodels.train import TrainViewModel

from retroml_core.events import RunState
from retroml_core.runs.run import Run
from retroml_core.testing import TinyRun, tiny_run


@pytest.fixture
def train(robot):
    """The view-model of the page, once it knows what the settings come to."""
    model = robot.window.desk.viewmodel(TrainViewModel)
    robot.wait(lambda: model.expectation is not None and not model.composing, "an expectation")
    return model


@pytest.fixture
def started(monkeypatch):
    runs = []
    monkeypatch.setattr(Children, "start", lambda self, run: runs.append(run))
    return runs


@pytest.fixture
def finished(window, robot):
    """A run that was completed."""
    run = tiny_run(window.app.root.path, TinyRun(updates=3), app=window.app)
    runs = robot.window.desk.viewmodel(RunsViewModel)
    robot.wait(lambda: run.id in runs.cards and runs.cards[run.id].status.state.ended, "the run to be seen at its end")
    robot.frames(2)
    return run


def toasted(robot):
    return [title for title, _ in robot.window.shell.toasts.words]


def test_a_fresh_profile_presses_start(robot, train, started):
    robot.click("train.start")
    robot.wait(lambda: started, "a start")
    robot.wait(lambda: "Training started" in toasted(robot), "a message")
    assert started[0].tree["game"] == "breakout"


def test_start_by_the_keyboard(robot, train, started):
    robot.press("ctrl+enter")
    robot.wait(lambda: started, "a start")


def test_a_preset_fills_in_the_length(robot, train):
    robot.click("train.preset.long")
    robot.wait(lambda: (dpg.get_value("train.hours"), dpg.get_value("train.minutes")) == ("12", "0"), "12 hours")


def test_a_length_is_typed_and_what_it_comes_to_is_said(robot, train):
    robot.fill("train.hours", "0")
    robot.fill("train.minutes", "10")
    robot.wait(lambda: any("in 10 min" in words for words in texts("train.expect")), "the new expectation")


def test_a_wrong_length_is_said_in_words_and_forbids_the_start(robot, train, started):
    robot.fill("train.minutes", "soon")
    robot.wait(lambda: dpg.get_value("train.length_fault").startswith("minutes: 'soon' is not a number"), "the fault")
    robot.click("train.start")
    assert not dpg.is_item_enabled("train.start")
    assert started == []


def test_a_game_is_chosen_by_its_picture(robot, train):
    robot.click("train.game.pong")
    robot.wait(lambda: dpg.get_value("train.game_title") == "Pong", "Pong")


def test_any_game_is_found_in_the_gallery_by_typing(robot, train):
    robot.click("train.all_games")
    robot.wait(lambda: dpg.does_item_exist("gallery.search"), "the gallery")
    robot.click("gallery.search")
    robot.write("frostb")
    robot.wait(lambda: texts("gallery.games")[:1] == ["Frostbite"], "one game to be left")
    assert dpg.get_value("gallery.game.frostbite.difficulty") == "hard"
    robot.click("gallery.game.frostbite")
    robot.wait(lambda: train.game == "frostbite", "Frostbite")
    assert not dpg.does_item_exist("gallery")


@pytest.mark.parametrize("words", ["", "fr"])
def test_escape_closes_the_gallery(robot, train, words):
    robot.click("train.all_games")
    robot.wait(lambda: dpg.does_item_exist("gallery.search"), "the gallery")
    robot.click("gallery.search")
    robot.write(words)
    robot.wait(lambda: dpg.get_value("gallery.search") == words, "the words")
    robot.press("esc")
    robot.wait(lambda: not dpg.does_item_exist("gallery"), "the gallery to close")
    robot.frames(3)
    assert robot.window.crashed == []


def test_a_hyperparameter_is_changed_marked_and_reverted(robot, train):
    robot.click("train.hyper.fold")
    robot.fill("train.form.algorithm.learning_rate", "0.001")
    robot.wait(lambda: train.form.changes == ["algorithm.learning_rate"], "the change")
    robot.frames(2)
    robot.click("train.form.algorithm.learning_rate.revert")
    robot.wait(lambda: train.form.changes == [], "the revert")
    robot.wait(lambda: dpg.get_value("train.form.algorithm.learning_rate") == "0.00025", "the usual value")


def test_a_wrong_hyperparameter_is_said_at_its_field(robot, train):
    robot.click("train.hyper.fold")
    robot.fill("train.form.algorithm.learning_rate", "7")
    words = "train.form.algorithm.learning_rate.words"
    robot.wait(lambda: dpg.get_value(words) == "must be between 1e-07 and 1.0", "the fault")


def test_a_reset_offers_undo(robot, train):
    robot.click("train.hyper.fold")
    robot.fill("train.form.algorithm.learning_rate", "0.001")
    robot.wait(lambda: dpg.is_item_shown("train.reset"), "Reset")
    robot.wait(lambda: dpg.is_item_shown("train.fields.reset"), "the way back of this part")
    assert not dpg.is_item_shown("train.fields_advanced.reset")
    robot.click("train.reset")
    robot.wait(lambda: train.form.changes == [] and "Settings reset" in toasted(robot), "the reset")
    undo = next(item for item in map(dpg.get_item_alias, dpg.get_all_items()) if item.endswith(".undo"))
    robot.click(undo)
    robot.wait(lambda: train.form.changes == ["algorithm.learning_rate"], "Undo")


def test_algorithms_are_ticked_and_compared(robot, train, monkeypatch):
    comparison = robot.window.desk.viewmodel(ComparisonViewModel)
    commands = []
    ended = SimpleNamespace(poll=lambda: 0)
    monkeypatch.setattr(comparison, "spawn", lambda root, command: commands.append(command) or ended)
    robot.click("train.versus.fold")
    robot.click("versus.ppo", across=0.1)
    robot.click("versus.dqn", across=0.1)
    robot.wait(lambda: comparison.algorithms == {"ppo", "dqn"}, "two algorithms")
    robot.fill("versus.seeds", "2")
    robot.wait(lambda: dpg.get_value("versus.words").startswith("4 trainings"), "what it comes to")
    robot.click("versus.start")
    robot.wait(lambda: commands, "the start")
    robot.wait(lambda: dpg.is_item_shown("versus.show"), "the way to its curves")


def test_the_dice_roll_a_seed(robot, train):
    robot.click("train.dice")
    robot.wait(lambda: dpg.get_value("train.seed").isdigit(), "a seed")


def test_another_algorithm_brings_its_own_fields(robot, train):
    robot.click("train.hyper.fold")
    robot.wait(lambda: dpg.does_item_exist("train.form.algorithm.clip_range"), "the fields of PPO")
    train.choose_algorithm("reinforce")
    robot.wait(lambda: not dpg.does_item_exist("train.form.algorithm.clip_range"), "the fields of REINFORCE")
    assert dpg.does_item_exist("train.form.algorithm.learning_rate")


def test_fields_are_drawn_only_where_they_are_unfolded(robot, train):
    field = "train.form.algorithm.learning_rate"
    assert not dpg.does_item_exist(field)
    robot.click("train.hyper.fold")
    robot.wait(lambda: dpg.does_item_exist(field), "the fields")
    robot.click("train.hyper.fold")
    robot.wait(lambda: not dpg.does_item_exist(field), "the fields to go")


def test_an_algorithm_can_follow_one_with_other_advanced_settings(robot, train):
    """A setting that is advanced for one may be an everyday one for the next."""
    robot.window.settings.set(closed_sections=("train.hyper", "train.advanced"))
    robot.window.shell.restyle()
    robot.wait(lambda: dpg.does_item_exist("train.form.algorithm.clip_range"), "the fields of PPO")
    for name, field in (("rainbow", "noisy"), ("a2c", "rmsprop_decay")):
        train.choose_algorithm(name)
        robot.wait(lambda field=field: dpg.does_item_exist(f"train.form.algorithm.{field}"), f"the fields of {name}")


def test_a_setting_is_slid_and_taken_back_in_the_list_of_changes(robot, train):
    robot.click("train.hyper.fold")
    robot.click("train.form.algorithm.epochs.slider", across=0.9)
    robot.wait(lambda: train.form.value("algorithm.epochs") > 7, "the slider to be taken")
    robot.wait(lambda: dpg.does_item_exist("train.changed.algorithm.epochs.revert"), "the change to be listed")
    robot.click("train.changed.algorithm.epochs.revert")
    robot.wait(lambda: train.changes == [] and not dpg.is_item_shown("train.changed"), "the way back")


def test_a_network_is_chosen_and_its_size_said(robot, train):
    robot.wait(lambda: dpg.get_value("train.network.words").startswith("1.69 M parameters"), "its size")
    train.put("network.name", "small")
    robot.wait(lambda: dpg.get_value("train.network") == "Small CNN", "the choice")
    robot.click("train.network.revert")
    robot.wait(lambda: dpg.get_value("train.network") == "Nature CNN", "the way back")


def test_a_section_stays_folded_at_the_next_start(robot, train):
    robot.click("train.machine.fold")
    robot.wait(lambda: not dpg.is_item_shown("train.machine.body"), "the section to fold")
    robot.window.shell.restart()
    robot.frames(3)
    assert not dpg.is_item_shown("train.machine.body")


def test_a_run_that_ended_is_listed_with_what_can_be_done(robot, finished):
    robot.wait(lambda: dpg.does_item_exist(f"recent.{finished.id}.view"), "its row")
    robot.wait(lambda: "● Completed" in texts("recent.list"), "its state")


def test_a_run_is_deleted_after_asking_and_taken_back(robot, finished):
    robot.click(f"recent.{finished.id}.delete")
    robot.wait(lambda: dpg.does_item_exist("confirm.cancel"), "the question")
    robot.click("confirm.cancel")
    robot.frames(3)
    assert finished.folder.is_dir()
    robot.click(f"recent.{finished.id}.delete")
    robot.wait(lambda: dpg.does_item_exist("confirm.ok"), "the question")
    robot.click("confirm.ok")
    robot.wait(lambda: not finished.folder.exists() and "Moved to the trash" in toasted(robot), "the deletion")
    undo = next(item for item in map(dpg.get_item_alias, dpg.get_all_items()) if item.endswith(".undo"))
    robot.click(undo)
    robot.wait(lambda: (finished.folder / "config.json").exists(), "the run to be back")


def test_the_figures_are_those_of_the_run(robot, finished):
    robot.wait(lambda: dpg.get_value("figure.steps") == "384", "384 steps")
    assert dpg.get_value("figure.episodes") == "6"
    assert dpg.get_item_label("run.state") == "Completed"


def test_a_whole_training_from_start_to_end(robot, train):
    """A process of its own trains; the page follows it to its end."""
    train.choose_game("catch")
    train.choose_algorithm("random")
    robot.wait(lambda: not train.composing and train.game == "catch", "the settings")
    robot.fill("train.hours", "0")
    robot.fill("train.minutes", "0.02")
    robot.click("train.start")
    runs = robot.window.desk.viewmodel(RunsViewModel)
    robot.wait(lambda: runs.card and runs.card.status.state is RunState.COMPLETED, "the end of the training")
    robot.wait(lambda: dpg.get_item_label("run.state") == "Completed", "the page to say so")
    assert Run(runs.card.folder).status().step > 0
