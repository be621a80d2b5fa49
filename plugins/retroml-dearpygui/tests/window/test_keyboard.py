"""What counts as a press of a key."""

import ctypes

import dearpygui.dearpygui as dpg
import pytest

NOWHERE = ctypes.c_ulong(0)
K, PERIOD = (dpg.mvKey_K, False, False), (dpg.mvKey_Period, False, False)


@pytest.fixture
def first_page():
    return "help"


@pytest.fixture
def server(robot):
    """The X server, with the focus on the window and no key held afterwards."""
    robot._server.focus()
    yield robot._server
    for letter in "k.":
        robot._server.key(ord(letter), down=False)
    robot.wait(lambda: not dpg.is_key_down(K[0]) and not dpg.is_key_down(PERIOD[0]), "the keys to be let go")


@pytest.fixture
def heard(robot, monkeypatch):
    """The combinations that were pressed, in order."""
    pressed = []
    monkeypatch.setattr(robot.window.shell._keyboard, "_shortcut", pressed.append)
    return pressed


def nobody_listens(server):
    server._x.XSetInputFocus(server._display, NOWHERE, 0, 0)
    server._x.XSync(server._display, 0)


def test_a_key_that_was_down_when_the_window_lost_the_focus_counts_again(robot, server, heard):
    server.key(ord("k"), down=True)
    robot.wait(lambda: heard == [K], "the first press")
    nobody_listens(server)
    robot.wait(lambda: not dpg.is_key_down(K[0]), "the focus to be lost")
    server.key(ord("k"), down=False)
    server.focus()
    server.key(ord("k"), down=True)
    robot.wait(lambda: heard == [K, K], "the second press")


def test_a_key_that_is_held_counts_once(robot, server, heard):
    server.key(ord("k"), down=True)
    robot.wait(lambda: heard, "the press")
    robot.frames(2)
    robot.wait(lambda: dpg.is_key_pressed(K[0]), "its repetition")
    robot.frames(2)
    assert heard == [K]


def test_a_key_that_goes_on_picture_by_picture_counts_as_long_as_it_is_held(robot, server, heard):
    server.key(ord("."), down=True)
    robot.wait(lambda: len(heard) > 2, "its repetitions")
    assert set(heard) == {PERIOD}
