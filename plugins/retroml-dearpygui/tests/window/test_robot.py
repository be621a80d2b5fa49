"""The robot of the tests itself: it presses what it was told to, wherever that goes."""

from __future__ import annotations

import dearpygui.dearpygui as dpg
import pytest


@pytest.fixture
def pressed(robot):
    """How often a button on a page of its own was pressed; `robot.button` and the room above it are its items."""
    counts = []
    with dpg.window(tag="robot.page", width=400, height=600, pos=(200, 100), no_title_bar=True):
        dpg.add_spacer(tag="robot.room", height=1)
        dpg.add_button(label="Here", tag="robot.button", width=120, height=24, callback=lambda: counts.append(1))
    robot.frames(3)
    yield counts
    dpg.delete_item("robot.page")


def test_a_button_that_moves_away_at_the_very_press_is_pressed_all_the_same(robot, pressed, monkeypatch):
    press = robot._server.button

    def late(number, *, down):
        if down and dpg.get_item_height("robot.room") == 1:
            dpg.set_item_height("robot.room", 200)
            robot.frames(2)
        press(number, down=down)

    monkeypatch.setattr(robot._server, "button", late)
    robot.click("robot.button")
    robot.wait(lambda: pressed, "the press")
    assert pressed == [1]


def test_a_button_that_is_made_anew_while_it_is_held_is_pressed_all_the_same(robot, pressed, monkeypatch):
    press, old = robot._server.button, dpg.get_alias_id("robot.button")

    def anew():
        dpg.delete_item("robot.button")
        dpg.add_button(label="Here", tag="robot.button", parent="robot.page", callback=lambda: pressed.append(2))

    def late(number, *, down):
        press(number, down=down)
        if down and dpg.get_alias_id("robot.button") == old:
            robot.frames(1)
            robot.window.worker.post(anew)

    monkeypatch.setattr(robot._server, "button", late)
    robot.click("robot.button")
    robot.wait(lambda: pressed, "the press")
    assert pressed == [2]


def test_a_disabled_button_is_pressed_once_and_does_nothing(robot, pressed):
    dpg.disable_item("robot.button")
    robot.click("robot.button")
    assert pressed == []


def test_it_waits_for_what_is_under_way(robot, pressed):
    robot.window.worker.run(lambda: 1, lambda _: dpg.set_item_height("robot.room", 300), lambda error: None)
    robot.settle()
    assert dpg.get_item_height("robot.room") == 300
