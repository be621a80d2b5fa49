"""The columns of a table, with real events: hidden, shown, and so at the next start."""

import dearpygui.dearpygui as dpg
import pytest
from retroml_dearpygui.viewmodels.experiments import ExperimentsViewModel

from retroml_core.testing import TinyRun, tiny_run

HEAD = "experiments.table.column.game"


@pytest.fixture
def first_page():
    return "experiments"


@pytest.fixture
def table(robot):
    """The robot at the table of runs, with the list of columns open."""
    tiny_run(robot.window.app.root.path, TinyRun(updates=2), app=robot.window.app)
    runs = robot.window.desk.viewmodel(ExperimentsViewModel)
    robot.wait(lambda: [row for row in runs.rows if row.state.ended], "the run at its end")
    robot.wait(lambda: dpg.does_item_exist("experiments.table.0"), "its row")
    robot.click("experiments.columns")
    robot.wait(lambda: dpg.does_item_exist("experiments.columns.game"), "the list")
    return robot


def shown():
    return bool(dpg.get_item_configuration(HEAD)["show"])


def test_a_column_is_hidden_by_mouse_and_is_so_at_the_next_start_until_the_layout_is_reset(table):
    table.click("experiments.columns.game")
    table.wait(lambda: not shown(), "the column to go")
    table.window.shell.restart()
    table.window.shell.go("experiments", {})
    table.wait(lambda: dpg.does_item_exist(HEAD), "the table")
    assert not shown()
    table.page("settings")
    table.click("settings.layout")
    table.wait(lambda: table.window.desk.layout.table("experiments.table").hidden == (), "the usual columns")
    table.page("experiments")
    table.wait(lambda: dpg.does_item_exist(HEAD) and shown(), "the column")


def test_columns_are_moved_and_made_wider_by_keyboard(table):
    kept = table.window.desk.layout.table
    table.wait(lambda: dpg.is_item_focused("experiments.columns.game"), "the focus on the first column")
    table.press("ctrl+shift+right")
    table.wait(lambda: kept("experiments.table").order[1:3] == ("algorithm", "game"), "the column to move")
    table.wait(lambda: dpg.does_item_exist("experiments.columns.list"), "the list to open again")
    table.wait(lambda: dpg.is_item_focused("experiments.columns.game"), "the focus on the same column")
    table.press("ctrl+shift+up")
    table.wait(lambda: "game" in kept("experiments.table").widths, "the column to become wider")


def test_the_list_of_columns_is_used_and_left_by_keyboard(table):
    table.wait(lambda: dpg.is_item_focused("experiments.columns.game"), "the focus on the first column")
    table.press("tab")
    table.press("space")
    table.wait(lambda: table.window.desk.layout.table("experiments.table").hidden, "a column to go")
    table.press("esc")
    table.wait(
        lambda: not dpg.does_item_exist("experiments.columns.list") or not dpg.is_item_shown("experiments.columns.list"),
        "the list to close",
    )
