"""Experiments without a mouse, with real keys: search, table, sorting, ticks, menu, a run's page and back."""

from __future__ import annotations

import dearpygui.dearpygui as dpg
import pytest
from retroml_dearpygui.viewmodels.experiments import PAGE_SIZE, ExperimentsViewModel
from retroml_dearpygui.viewmodels.run_detail import RunDetailViewModel

from retroml_core.index import SyncReport
from retroml_core.services import ExperimentService


@pytest.fixture
def table(robot, desk, make_run):
    """The page with three runs, whose index rests."""
    made = [make_run(number, name=name).id for number, name in enumerate(("Alpha", "Beta", "Gamma"), 1)]
    model = desk.viewmodel(ExperimentsViewModel)
    robot.page("experiments")
    robot.wait(lambda: [row.id for row in model.rows] == made[::-1], "three runs")
    robot.wait(lambda: dpg.get_item_rect_size(cell(0))[0] > 0, "their rows")
    return model


def cell(index, column="name"):
    return f"experiments.table.{index}.{column}"


def has_focus(item):
    return dpg.does_item_exist(item) and dpg.is_item_focused(item)


def into(robot):
    """Go into the table, and there to and fro, which shows where the focus is."""
    robot.press("ctrl+t")
    robot.wait(lambda: has_focus(cell(0)), "the first row")
    robot.press("right")
    robot.wait(lambda: has_focus(cell(0, "menu")), "its menu")
    robot.press("left")
    robot.wait(lambda: has_focus(cell(0)), "its name")


def test_a_run_is_searched(robot, table):
    robot.press("ctrl+f")
    robot.wait(lambda: has_focus("experiments.text"), "the field")
    robot.write("alp")
    robot.wait(lambda: [row.name for row in table.rows] == ["Alpha"], "the run")


def test_a_run_is_opened_and_left_for_its_row(robot, table, desk):
    into(robot)
    detail = desk.viewmodel(RunDetailViewModel)
    robot.press("enter")
    robot.wait(lambda: detail.run_id == table.rows[0].id and has_focus("detail.back"), "its page")
    robot.press("esc")
    robot.wait(lambda: not detail.run_id and has_focus(cell(0)), "its row")


def test_escape_in_a_field_leaves_the_field_and_not_the_page(robot, table, desk, trained):
    desk.go("experiments", run=trained.id)
    robot.wait(lambda: dpg.does_item_exist("detail.name"), "the field")
    robot.window.ui.focus("detail.name")
    robot.wait(lambda: has_focus("detail.name"), "the focus")
    robot.press("esc")
    robot.frames(3)
    assert desk.viewmodel(RunDetailViewModel).run_id == trained.id


def test_arrows_lead_to_the_tick_and_the_menu_of_a_row(robot, table):
    into(robot)
    robot.press("left")
    robot.wait(lambda: has_focus(cell(0, "tick")), "the tick")
    robot.press("space")
    robot.wait(lambda: len(table.selected) == 1, "the run to be ticked")
    robot.press("right")
    robot.wait(lambda: has_focus(cell(0)), "the name")
    robot.press("right")
    robot.wait(lambda: has_focus(cell(0, "menu")), "the button of the menu")
    robot.press("space")
    robot.wait(lambda: dpg.does_item_exist("experiments.menu"), "the menu")
    robot.wait(lambda: has_focus("experiments.menu.view"), "its first entry")
    robot.press("esc")
    robot.wait(lambda: not robot.window.shell.page._menu.open, "the menu to close")


def test_a_headline_sorts(robot, table):
    into(robot)
    robot.press("up")
    robot.press("space")
    robot.wait(lambda: table.filter.order == "name", "the order by name")


def test_all_are_ticked_and_compared_and_left(robot, table):
    robot.press("ctrl+a")
    robot.wait(lambda: len(table.selected) == 3, "all ticked")
    robot.reach("experiments.compare")
    robot.press("space")
    robot.wait(lambda: has_focus("compare.back"), "the comparison")
    robot.press("esc")
    robot.wait(lambda: dpg.is_item_shown("experiments.list"), "the table")


def test_pages_of_the_table_are_turned(robot, table, many, monkeypatch):
    monkeypatch.setattr(ExperimentService, "sync", lambda self: SyncReport())
    monkeypatch.setattr(ExperimentService, "follow", lambda self: SyncReport())
    robot.settle()
    many(PAGE_SIZE)
    table.reload()
    robot.wait(lambda: table.pages == 2, "two pages")
    robot.press("ctrl+right")
    robot.wait(lambda: table.page == 1, "the second page")
    robot.press("ctrl+left")
    robot.wait(lambda: table.page == 0, "the first page")


def test_the_filters_still_offer_all_there_is_after_a_change_of_looks(robot, table):
    offered = dpg.get_item_configuration("experiments.game")["items"]
    assert len(offered) == 2
    robot.window.shell.restyle()
    robot.wait(lambda: dpg.get_item_configuration("experiments.game")["items"] == offered, "the same games")
