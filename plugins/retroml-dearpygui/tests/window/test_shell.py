"""The frame around pages: navigation, keyboard, command palette, looks, modes, errors; with real events."""

import sys
from types import SimpleNamespace

import dearpygui.dearpygui as dpg
import pytest
from retroml_dearpygui.desk import Question
from retroml_dearpygui.robot import texts
from retroml_dearpygui.specs import PageSpec, PanelSpec
from retroml_dearpygui.ui.page import Page

from retroml_core import hookimpl

MODULE = "a_plugin_that_breaks"


class BrokenPage(Page):
    """Fails where it is told to."""

    def __init__(self, desk, ui):
        super().__init__(desk, ui)
        self.at = desk.settings.recall("broken").get("at")

    def build(self, parent):
        if self.at == "build":
            dpg.push_container_stack(dpg.add_group())
            raise RuntimeError("no bricks")

    def tick(self, dt):
        if self.at == "tick":
            raise RuntimeError("no time")


def broken_panel(desk, ui, parent):
    dpg.push_container_stack(dpg.add_group())
    raise RuntimeError("no card")


class Breaking:
    """A plugin with a page and a panel that fail."""

    @hookimpl
    def retroml_desktop_pages(self):
        factory = f"{MODULE}:BrokenPage"
        return [PageSpec(name="broken", title="Broken", summary="", icon="", factory=factory, order=5)]

    @hookimpl
    def retroml_desktop_panels(self, slot):
        return [PanelSpec(name="bad", title="Bad card", summary="", icon="", factory=f"{MODULE}:broken_panel")] * (
            slot == "train.side"
        )


@pytest.fixture
def breaking(window, robot, monkeypatch):
    """The window with a plugin that fails."""
    monkeypatch.setitem(sys.modules, MODULE, SimpleNamespace(BrokenPage=BrokenPage, broken_panel=broken_panel))
    window.app.plugins.register(Breaking(), "breaking")
    window.shell.attach(window.desk)
    yield window
    window.app.plugins.manager.unregister(name="breaking")
    window.shell.attach(window.desk)
    window.shell.restart()


def test_pages_are_reached_by_mouse(robot):
    robot.page("watch")
    assert dpg.get_value("page.title") == "Watch"


def test_pages_are_reached_by_keyboard(robot):
    robot.press("ctrl+2")
    robot.wait(lambda: robot.window.shell.current == "watch", "the second page")
    robot.press("ctrl+1")
    robot.wait(lambda: robot.window.shell.current == "train", "the first page")


def test_the_page_shown_last_is_shown_at_the_next_start(robot):
    robot.page("watch")
    assert robot.window.settings.now.page == "watch"


def test_the_palette_finds_a_page_and_goes_there(robot):
    robot.press("ctrl+k")
    robot.wait(lambda: dpg.does_item_exist("palette.words"), "the palette")
    robot.write("watc")
    robot.wait(lambda: any("Watch" in words for words in texts("palette.list")[:1]), "the entry")
    robot.press("enter")
    robot.wait(lambda: robot.window.shell.current == "watch", "the page")
    assert not dpg.does_item_exist("palette")


def test_a_question_that_follows_another_is_shown(robot):
    answers = []

    def ask(number, then=lambda: None):
        robot.window.shell.ask(Question(f"Question {number}?", "", "Yes", lambda: (answers.append(number), then())))

    ask(1, then=lambda: ask(2))
    robot.click("confirm.ok")
    robot.wait(lambda: answers == [1] and dpg.is_item_visible("confirm"), "the second question")
    robot.click("confirm.ok")
    robot.wait(lambda: answers == [1, 2] and not robot.window.shell.dialogs.open, "the answer")


def test_arrows_choose_in_the_palette_and_escape_leaves_it(robot):
    robot.press("ctrl+k")
    robot.wait(lambda: dpg.does_item_exist("palette.1"), "the palette")
    robot.press("down")
    robot.press("enter")
    robot.wait(lambda: robot.window.shell.current == "watch", "the second entry")
    robot.press("ctrl+k")
    robot.wait(lambda: dpg.does_item_exist("palette"), "the palette")
    robot.press("esc")
    robot.wait(lambda: not dpg.does_item_exist("palette"), "the palette to close")


def test_escape_leaves_the_palette_also_where_words_are_typed(robot):
    """Dear PyGui empties the field at the same press, after the palette went."""
    robot.press("ctrl+k")
    robot.wait(lambda: dpg.does_item_exist("palette.words"), "the palette")
    robot.write("wat")
    robot.wait(lambda: dpg.get_value("palette.words") == "wat", "the words")
    robot.press("esc")
    robot.wait(lambda: not dpg.does_item_exist("palette"), "the palette to close")
    robot.frames(3)
    assert robot.window.crashed == []


def test_dark_and_light_by_keyboard(robot):
    dark = robot.window.ui.palette
    robot.press("ctrl+shift+l")
    robot.wait(lambda: robot.window.ui.palette != dark, "the other look")
    assert robot.window.settings.now.theme == "light"


def test_a_look_that_was_made_before_costs_nothing_again(robot):
    ui = robot.window.ui
    ui.style(ui.palette, ui.scale)
    before = len(dpg.get_all_items())
    ui.style(ui.palette, ui.scale)
    assert len(dpg.get_all_items()) == before


def test_a_lower_mode_hides_and_a_higher_one_shows_again(robot):
    assert dpg.does_item_exist("train.algorithm")
    robot.window.settings.set(mode=1)
    robot.window.shell.restyle()
    robot.wait(lambda: dpg.does_item_exist("train.start") and not dpg.does_item_exist("train.algorithm"), "Hobbyist")
    robot.press("ctrl+m")
    robot.wait(lambda: dpg.does_item_exist("train.algorithm"), "Student")


@pytest.mark.parametrize("scale", [0.75, 1.5])
def test_every_page_can_be_built_at_any_size(robot, scale):
    robot.window.settings.set(scale=scale)
    robot.window.shell.restyle()
    robot.wait(lambda: robot.window.ui.scale == scale, "the size")
    for spec in robot.window.shell.pages:
        robot.window.shell.go(spec.name, {})
        robot.frames(2)
        assert dpg.does_item_exist(f"page.{spec.name}")


@pytest.mark.parametrize("at", ["build", "tick"])
def test_a_page_that_fails_becomes_an_error_card_and_the_others_go_on(breaking, robot, at):
    breaking.settings.remember("broken", at=at)
    breaking.shell.restart()
    breaking.shell.go("broken", {})
    robot.wait(lambda: any("Broken could not be shown" in words for words in texts("page.broken")), "the card")
    assert {"build": "RuntimeError: no bricks", "tick": "RuntimeError: no time"}[at] in texts("page.broken")
    assert dpg.top_container_stack() is None, "what is left on it would end the process when the window closes"
    robot.page("watch")
    assert dpg.get_value("page.title") == "Watch"


def test_a_panel_that_fails_becomes_an_error_card_and_the_page_goes_on(breaking, robot):
    breaking.shell.restart()
    breaking.shell.go("train", {})
    robot.frames(3)
    assert {"Bad card could not be shown", "RuntimeError: no card"} <= set(texts("panel.train.side.bad"))
    assert dpg.does_item_exist("train.start")


def test_an_error_in_a_reaction_is_shown_with_a_report_to_copy(robot):
    dpg.set_item_callback("train.dice", lambda: 1 // 0)
    robot.click("train.dice")
    robot.wait(lambda: dpg.does_item_exist("crash.copy"), "the report")
    assert [type(error) for error in robot.window.crashed] == [ZeroDivisionError]
    robot.click("crash.copy")
    robot.wait(lambda: "ZeroDivisionError" in dpg.get_clipboard_text(), "the report on the clipboard")
    robot.click("crash.close")
    robot.window.crashed.clear()


def test_the_tour_is_shown_at_the_first_start_and_can_be_left(robot):
    robot.window.settings.set(toured=False)
    robot.window.shell.restart()
    robot.wait(lambda: dpg.is_item_shown("tour"), "the tour")
    assert dpg.get_value("tour.title") == "Pick a game"
    robot.click("tour.do")
    robot.wait(lambda: dpg.get_value("tour.title") == "Five minutes are enough", "the second step")
    robot.click("tour.leave")
    robot.wait(lambda: not dpg.is_item_shown("tour"), "the tour to go")
    assert robot.window.settings.now.toured


@pytest.mark.parametrize(("page", "topic", "box"), [("settings", {}, "main"), ("help", {"topic": "films"}, "help.page")])
def test_a_page_is_scrolled_by_keyboard(robot, page, topic, box):
    robot.window.settings.set(scale=1.5)
    robot.window.shell.restyle()
    robot.wait(lambda: robot.window.ui.scale == 1.5, "the size")
    robot.window.shell.go(page, topic)
    robot.wait(lambda: dpg.get_y_scroll_max(box) > 0, "more than fits")
    robot.press("ctrl+down")
    robot.wait(lambda: dpg.get_y_scroll(box) > 0, "what is further down")
    robot.press("ctrl+up")
    robot.wait(lambda: dpg.get_y_scroll(box) == 0, "the beginning")


def test_the_keyboard_stays_where_it_was_when_the_looks_change(robot):
    robot.window.ui.focus("train.dice")
    robot.wait(lambda: dpg.is_item_focused("train.dice"), "the focus")
    dark = robot.window.ui.palette
    robot.press("ctrl+shift+l")
    robot.wait(lambda: robot.window.ui.palette != dark, "the other look")
    robot.wait(lambda: dpg.does_item_exist("train.dice") and dpg.is_item_focused("train.dice"), "the focus again")


def test_who_moves_on_with_tab_is_not_taken_back(robot, monkeypatch):
    with monkeypatch.context() as tab:
        tab.setattr(dpg, "is_key_pressed", lambda key: key == dpg.mvKey_Tab)
        robot.window.ui.focus("nav.settings")
        robot.frames(5)
    assert not dpg.is_item_focused("nav.settings")
    robot.window.ui.focus("nav.settings")
    robot.wait(lambda: dpg.is_item_focused("nav.settings"), "the focus")


def test_tab_goes_through_the_fields(robot):
    robot.click("train.hours", across=0.3)
    robot.wait(lambda: dpg.is_item_focused("train.hours"), "the focus")
    robot.press("tab")
    robot.wait(lambda: dpg.is_item_focused("train.minutes"), "the focus to move on")
