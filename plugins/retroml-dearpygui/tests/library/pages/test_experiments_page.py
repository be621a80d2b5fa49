"""Experiments in a real window, with real events of mouse and keyboard."""

from __future__ import annotations

import dearpygui.dearpygui as dpg
import pytest
from retroml_dearpygui.robot import texts
from retroml_dearpygui.services.run_commands import RunCommands
from retroml_dearpygui.viewmodels.experiments import PAGE_SIZE, ExperimentsViewModel
from retroml_dearpygui.viewmodels.run_detail import RunDetailViewModel

from retroml_core.events import RunState
from retroml_core.index import SyncReport
from retroml_core.services import ExperimentService


@pytest.fixture
def table(desk):
    return desk.viewmodel(ExperimentsViewModel)


@pytest.fixture
def three(make_run):
    return [
        make_run(1, game="pong", name="Alpha").id,
        make_run(2, game="breakout", name="Beta", state=RunState.FAILED).id,
        make_run(3, game="breakout", name="Gamma").id,
    ]


@pytest.fixture
def shown(robot, table, three):
    """The page with three runs."""
    robot.page("experiments")
    robot.wait(lambda: [row.id for row in table.rows] == three[::-1], "three runs")
    robot.frames(3)
    return three


def first_names(count):
    return [dpg.get_item_label(f"experiments.table.{row}.name").partition("##")[0] for row in range(count)]


def test_without_runs_the_page_says_how_to_begin(robot):
    robot.page("experiments")
    robot.wait(lambda: dpg.get_value("experiments.empty.title") == "No runs yet", "the first words")
    robot.click("experiments.first")
    robot.wait(lambda: robot.window.shell.current == "train", "the page Train")


def test_runs_are_listed_newest_first(robot, shown):
    assert first_names(3) == ["Gamma", "Beta", "Alpha"]
    assert dpg.get_value("experiments.count") == "1 to 3 of 3"


def test_numbers_end_at_the_same_place(robot, table, make_run):
    seeds = (7, 40_000, 123)
    for number, seed in enumerate(seeds, 1):
        make_run(number, seed=seed)
    robot.page("experiments")
    robot.wait(lambda: len(table.rows) == len(seeds), "the runs")
    cells = [f"experiments.table.{row}.seed" for row in range(len(seeds))]
    robot.wait(lambda: all(dpg.get_item_rect_size(cell)[0] > 0 for cell in cells), "their seeds")
    robot.wait(lambda: max(map(right_edge, cells)) - min(map(right_edge, cells)) <= 2, "their ends at one place")
    assert len({dpg.get_item_rect_min(cell)[0] for cell in cells}) == len(seeds)


def test_a_name_too_long_for_its_column_ends_with_dots(robot, table, make_run):
    name = "A name that nobody can read in a column as narrow as this one, however wide the window may be " * 3
    make_run(1, name=name.strip())
    robot.page("experiments")
    robot.wait(lambda: dpg.does_item_exist("experiments.table.0.name"), "the run")
    robot.wait(lambda: first_names(1)[0].endswith("…"), "its name to be cut")
    assert name.startswith(first_names(1)[0].rstrip("…"))
    assert table.rows[0].name == name.strip()


def right_edge(item):
    return dpg.get_item_rect_min(item)[0] + dpg.get_item_rect_size(item)[0]


def test_typing_filters(robot, shown, table):
    robot.click("experiments.text")
    robot.write("alp")
    robot.wait(lambda: table.total == 1, "one run")
    robot.frames(2)
    assert first_names(1) == ["Alpha"]
    robot.click("experiments.clear")
    robot.wait(lambda: table.total == 3, "all runs")


def test_words_that_fit_nothing_are_told(robot, shown, table):
    robot.click("experiments.text")
    robot.write("nonsense")
    robot.wait(lambda: dpg.get_value("experiments.empty.title") == "No run fits", "the words")
    robot.click("experiments.showall")
    robot.wait(lambda: table.total == 3, "all runs")


def test_a_filter_is_chosen_with_the_mouse(robot, shown, table):
    choose(robot, "experiments.state", 1)
    robot.wait(lambda: table.filter.states, "a status to be chosen")
    robot.wait(lambda: table.total in (1, 2), "fewer runs")


def choose(robot, combo, entry):
    """Open a combo and click its entry of that number, from 0."""
    robot.click(combo)
    left, top = dpg.get_item_rect_min(combo)
    height = dpg.get_item_rect_size(combo)[1]
    window = dpg.get_viewport_pos()
    line = dpg.get_text_size("X")[1] + 10
    robot._server.move(window[0] + left + 40, window[1] + top + height + 14 + entry * line)
    robot.frames(3)
    robot._server.button(1, down=True)
    robot.frames(2)
    robot._server.button(1, down=False)
    robot.frames(3)


def test_a_click_on_a_head_sorts(robot, shown, table):
    cell = "experiments.table.0.game"
    robot.see(cell)
    left, top = dpg.get_item_rect_min(cell)
    window = dpg.get_viewport_pos()
    robot._server.move(window[0] + left + 20, window[1] + top - 30)
    robot.frames(2)
    robot._server.button(1, down=True)
    robot.frames(2)
    robot._server.button(1, down=False)
    robot.wait(lambda: table.filter.order == "game", "the order by game")
    robot.wait(lambda: [row.game for row in table.rows] == ["breakout", "breakout", "pong"], "the new order")


def test_ticked_runs_are_deleted_after_a_question_and_taken_back(robot, shown, table):
    robot.click("experiments.table.1.tick")
    robot.wait(lambda: len(table.selected) == 1, "a tick")
    robot.click("experiments.delete")
    robot.click("confirm.ok")
    robot.wait(lambda: table.total == 2, "the run to go")
    robot.wait(lambda: "1 run deleted" in [title for title, _ in robot.window.shell.toasts.words], "a message")
    undo = next(tag for tag in dpg.get_aliases() if tag.startswith("toast.") and tag.endswith(".undo"))
    robot.click(undo)
    robot.wait(lambda: table.total == 3, "the run to come back")


def test_a_question_can_be_left(robot, shown, table):
    robot.click("experiments.table.0.tick")
    robot.click("experiments.delete")
    robot.click("confirm.cancel")
    assert table.total == 3


def test_all_runs_are_ticked_and_let_go(robot, shown, table):
    robot.click("experiments.table.0.tick")
    robot.frames(2)
    robot.click("experiments.all")
    robot.wait(lambda: len(table.selected) == 3, "all to be ticked")
    robot.click("experiments.none")
    robot.wait(lambda: not table.selected, "none to be ticked")


def test_the_menu_of_a_row_acts_on_it(robot, shown, monkeypatch):
    made = []
    monkeypatch.setattr(RunCommands, "duplicate", lambda self, run_id: made.append(run_id))
    robot.click("experiments.table.2.menu")
    robot.click("experiments.menu.duplicate")
    robot.wait(lambda: made == [shown[0]], "a duplicate of Alpha")


def test_ticked_runs_are_resumed(robot, shown, monkeypatch):
    resumed = []
    monkeypatch.setattr(RunCommands, "resume", lambda self, run_id: resumed.append(run_id))
    robot.click("experiments.table.1.tick")
    robot.click("experiments.resume")
    robot.wait(lambda: resumed == [shown[1]], "Beta to be resumed")


def test_ticked_runs_are_compared_and_left(robot, shown, table):
    table.select_all()
    robot.wait(lambda: dpg.is_item_enabled("experiments.compare"), "the button")
    robot.click("experiments.compare")
    robot.wait(lambda: {"Alpha", "Beta", "Gamma"} <= set(texts("compare.table")), "a row for each")
    assert "different games" in dpg.get_value("compare.note")
    robot.click("compare.back")
    robot.wait(lambda: dpg.is_item_shown("experiments.list"), "the table of all runs")


def test_runs_are_exported_into_a_folder(robot, shown, tmp_path, monkeypatch):
    exported = []
    monkeypatch.setattr(RunCommands, "export", lambda self, ids, formats, to: exported.append((ids, formats, to)) or (to, []))
    robot.click("experiments.table.0.tick")
    robot.click("experiments.export")
    robot.click("experiments.exporting.folder")
    robot.fill("experiments.exporting.folder", "exports")
    robot.click("experiments.exporting.go")
    robot.wait(lambda: "whole path" in dpg.get_value("experiments.exporting.problem"), "the fault")
    dpg.set_value("experiments.exporting.folder", str(tmp_path))
    robot.click("experiments.exporting.go")
    robot.wait(lambda: exported, "an export")
    assert exported[0][0] == [shown[2]]
    assert exported[0][2] == tmp_path


def test_many_runs_are_turned_page_by_page(robot, table, many, monkeypatch):
    robot.page("experiments")
    robot.wait(lambda: table.loaded, "an answer")
    monkeypatch.setattr(ExperimentService, "sync", lambda self: SyncReport())
    robot.wait(lambda: not table._syncing._began and not table._asking, "the index to rest")
    many(PAGE_SIZE * 2)
    table.reload()
    robot.wait(lambda: table.total == PAGE_SIZE * 2, "all runs")
    robot.frames(3)
    assert dpg.get_value("experiments.count") == f"1 to {PAGE_SIZE} of {PAGE_SIZE * 2}"
    robot.click("experiments.next")
    robot.wait(lambda: table.page == 1 and table.rows[0].name == f"Number {PAGE_SIZE - 1}", "the next page")


def test_a_vanished_data_folder_is_said_in_words(robot, shown, table, app):
    elsewhere = app.root.path.with_name("elsewhere")
    app.root.path.rename(elsewhere)
    try:
        table.sync()
        robot.wait(lambda: dpg.get_value("experiments.empty.title") == "The runs cannot be shown", "the words")
        assert " is gone: connect its disk" in dpg.get_value("experiments.empty.text")
    finally:
        elsewhere.rename(app.root.path)
    robot.click("experiments.again")
    robot.wait(lambda: table.total == 3, "the runs")


# --- one run ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def detail(robot, desk, trained, table):
    """The page of a finished run, opened with a click on its name."""
    model = desk.viewmodel(RunDetailViewModel)
    robot.page("experiments")
    robot.wait(lambda: [row.id for row in table.rows if row.state.ended] == [trained.id], "the run at its end")
    robot.frames(3)
    robot.click("experiments.table.0.name", across=0.2)
    robot.wait(lambda: model.report is not None, "what is known of it")
    robot.frames(4)
    return model


def test_a_run_is_opened_and_left(robot, detail, trained):
    assert trained.id in dpg.get_value("detail.words")
    assert dpg.get_value("detail.tile.games") == "6"
    robot.click("detail.back")
    robot.wait(lambda: dpg.is_item_shown("experiments.list"), "the table")


def test_the_parts_of_a_run_are_shown_one_at_a_time(robot, detail):
    for part, words in (("settings", "algorithm.name"), ("checkpoints", "Train on for"), ("provenance", "python")):
        robot.click(f"detail.parts.{part}")
        robot.wait(lambda words=words: words in texts("detail.part"), words)
    robot.click("detail.parts.films")
    robot.wait(lambda: "No films yet." in texts("detail.part"), "films")


def test_a_name_is_typed(robot, detail):
    robot.fill("detail.name", "Mine")
    robot.wait(lambda: detail.report.labels.name == "Mine", "the name")
    robot.wait(lambda: dpg.get_value("detail.title") == "Mine", "the title")


def test_a_run_is_deleted_from_its_page(robot, detail, table):
    robot.click("detail.more")
    robot.click("detail.menu.delete")
    robot.click("confirm.ok")
    robot.wait(lambda: detail.run_id == "" and table.total == 0, "the run to go")


def test_a_run_that_is_gone_is_said_in_words(robot, desk):
    desk.go("experiments", run="nothing")
    robot.wait(lambda: "there is no run" in dpg.get_value("detail.error.text"), "the words")
    robot.click("detail.back")
    robot.wait(lambda: dpg.is_item_shown("experiments.list"), "the table")
