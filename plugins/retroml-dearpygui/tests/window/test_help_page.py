"""Help in the window, with real events: F1, the list, links, the search."""

import dearpygui.dearpygui as dpg
import pytest
from retroml_dearpygui.robot import texts
from retroml_dearpygui.viewmodels.train import TrainViewModel


@pytest.fixture
def helped(robot):
    """The robot on the page, after F1 was pressed on the first one."""
    robot.press("f1")
    robot.wait(lambda: robot.window.shell.current == "help", "the help")
    robot.wait(lambda: dpg.does_item_exist("help.text.link.0"), "the text")
    return robot


def shown(robot, title):
    robot.wait(lambda: dpg.get_value("help.title") == title, title)


def test_f1_shows_the_help_about_the_page_and_links_lead_on(helped):
    shown(helped, "Your first training")
    helped.click("help.topic.films")
    shown(helped, "Films")
    helped.wait(lambda: "Make another" in texts("help.text"), "the text")
    helped.click("help.back")
    shown(helped, "Your first training")
    helped.wait(lambda: dpg.does_item_exist("help.text.link.0"), "the text")
    helped.click("help.text.link.0")
    helped.wait(lambda: helped.window.shell.current == "train", "the page that is linked")


def test_words_find_a_topic_and_enter_shows_it(helped):
    helped.click("help.search")
    helped.write("power cut")
    helped.wait(lambda: texts("help.list")[:1] and "Pausing" in texts("help.list")[0], "what was found")
    helped.press("enter")
    shown(helped, "Pausing and resuming")


def test_the_label_of_a_setting_leads_to_its_place_in_the_help(robot):
    train = robot.window.desk.viewmodel(TrainViewModel)
    robot.wait(lambda: train.expectation is not None, "what to expect, which moves what is below it")
    robot.click("train.hyper.fold")
    robot.wait(lambda: dpg.is_item_shown("train.hyper.body"), "the fields")
    robot.click("train.form.algorithm.learning_rate.label")
    shown(robot, "PPO")
    robot.wait(lambda: not robot.window.shell.page.vm.heading, "the place")
    robot.wait(lambda: dpg.get_y_scroll("help.page") > 0, "the text to be scrolled")


def test_f1_in_a_setting_leads_to_its_place_in_the_help(robot):
    train = robot.window.desk.viewmodel(TrainViewModel)
    robot.wait(lambda: train.expectation is not None, "what to expect, which moves what is below it")
    robot.window.settings.set(closed_sections=("train.hyper",))
    robot.window.shell.restyle()
    field = "train.form.algorithm.learning_rate"
    robot.wait(lambda: dpg.does_item_exist(field) and dpg.is_item_shown("train.hyper.body"), "the fields")
    dpg.focus_item(field)
    robot.wait(lambda: dpg.is_item_focused(field), "the focus")
    robot.press("f1")
    shown(robot, "PPO")
