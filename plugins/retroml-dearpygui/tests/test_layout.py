"""What the user arranged is there at the next start, whatever happens to its file."""

import json
import logging

import pytest
from retroml_dearpygui.runtime.display import on_screen
from retroml_dearpygui.services.layout import Layout, TableLayout
from retroml_dearpygui.services.settings import SettingsStore
from retroml_dearpygui.viewmodels.settings import SettingsViewModel
from retroml_dearpygui.viewmodels.table_columns import TableColumns

USUAL = {"name": 2.0, "game": 1.0, "best": 1.0}
SCREEN = (0, 0, 1920, 1080)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "desktop.json"


@pytest.fixture
def columns(path):
    return reopened(path)


def reopened(path, usual=USUAL):
    """The columns as at the next start."""
    return TableColumns(Layout(SettingsStore(path)), "runs", usual)


def write(path, layout):
    path.write_text(json.dumps({"theme": "light", "layout": layout}), encoding="utf-8")


def test_a_hidden_column_stays_hidden_until_it_is_shown_again(path, columns):
    columns.show("game", False)
    assert not reopened(path).shown("game")
    reopened(path).show("game", True)
    assert reopened(path).shown("game")


def test_the_column_that_opens_rows_cannot_be_hidden(columns):
    columns.show("name", False)
    assert columns.shown("name")
    assert columns.can_hide == ["game", "best"]


def test_a_width_that_was_dragged_is_kept_as_a_share(path, columns):
    columns.seen({"name": 400, "game": 300, "best": 100}, ["name", "game", "best"])
    assert [reopened(path).width(key) for key in USUAL] == [2.0, 1.5, 0.5]


def test_a_window_of_another_width_changes_no_share(path, columns):
    columns.seen({"name": 999, "game": 500, "best": 501}, ["name", "game", "best"])
    assert not columns.changed
    assert not path.exists()


def test_an_order_is_kept_and_columns_out_of_sight_keep_their_place(path, columns):
    columns.seen({}, ["best", "name"])
    assert reopened(path).order == ["best", "game", "name"]


def test_a_column_that_is_new_stands_where_it_is_declared_and_one_that_is_gone_does_not_matter(path, columns):
    columns.seen({}, ["best", "name", "game"])
    assert reopened(path, {"name": 2.0, "seed": 1.0, "best": 1.0}).order == ["best", "name", "seed"]


def test_the_usual_columns_come_back(path, columns):
    columns.show("game", False)
    columns.seen({}, ["best", "name"])
    columns.reset()
    assert (reopened(path).order, reopened(path).shown("game")) == (list(USUAL), True)


@pytest.mark.parametrize(
    ("key", "places", "order"),
    [
        ("name", 1, ["game", "name", "best"]),
        ("best", -1, ["name", "best", "game"]),
        ("best", -9, ["best", "name", "game"]),
        ("best", 1, ["name", "game", "best"]),
    ],
)
def test_a_column_is_moved_by_places_as_far_as_there_are_some(path, columns, key, places, order):
    columns.move(key, places)
    assert reopened(path).order == order


def test_a_column_is_moved_past_those_that_are_seen_only(columns):
    columns.show("game", False)
    columns.move("name", 1)
    assert columns.order == ["game", "best", "name"]
    columns.move("game", 1)
    assert columns.order == ["game", "best", "name"]


def test_a_column_is_made_wider_within_reason(path, columns):
    columns.widen("game", 1.5)
    assert reopened(path).width("game") == 1.5
    columns.widen("game", 100)
    assert columns.width("game") == 6
    columns.widen("game", 0.001)
    assert columns.width("game") == 0.25


def test_panels_and_the_place_of_the_window_are_kept(path):
    layout = Layout(SettingsStore(path))
    assert (layout.panel("watch", 420), layout.window) == (420, None)
    layout.keep_panel("watch", 380)
    layout.keep_window(30, -40)
    again = Layout(SettingsStore(path))
    assert (again.panel("watch", 420), again.window) == (380, (30, -40))


@pytest.mark.parametrize(
    "layout", [{"version": 99, "panels": {"watch": 300}}, {"panels": {"watch": 300}}, "wide", [1]], ids=str
)
def test_a_layout_of_another_version_is_passed_over_and_the_log_says_so(path, caplog, layout):
    write(path, layout)
    with caplog.at_level(logging.WARNING):
        settings = SettingsStore(path)
    assert Layout(settings).panel("watch", 420) == 420
    assert settings.now.theme == "light"
    assert "layout" in caplog.text


@pytest.mark.parametrize(
    "broken",
    [
        {"tables": {"runs": {"widths": {"name": -1}}}},
        {"tables": {"runs": {"order": "name"}}},
        {"tables": {"runs": 7}},
        {"tables": {"runs": {"hidden": [1]}}},
        {"panels": {"watch": float("nan")}},
        {"window": [1]},
        {"window": [1.5, 2]},
    ],
    ids=str,
)
def test_a_part_that_cannot_be_read_is_passed_over_and_the_others_count(path, caplog, broken):
    write(path, {"version": 1, "panels": {"help": 300}, **broken})
    with caplog.at_level(logging.WARNING):
        layout = Layout(SettingsStore(path))
    (part,) = broken
    assert (layout.table("runs"), layout.window, layout.panel("watch", 420)) == (TableLayout(), None, 420)
    assert layout.panel("help", 200) == (200 if part == "panels" else 300)
    assert part in caplog.text


@pytest.mark.parametrize(
    ("place", "seen"), [((100, 50), (100, 50)), ((-500, -20), (0, 0)), ((1900, 1000), (920, 380)), ((5000, 9000), (920, 380))]
)
def test_a_window_is_put_where_it_can_be_seen(place, seen):
    assert on_screen(place, (1000, 700), SCREEN) == seen


def test_a_window_larger_than_the_screen_shows_its_upper_left_corner():
    assert on_screen((300, 300), (4000, 3000), SCREEN) == (0, 0)


def test_the_layout_is_reset_and_that_is_undone(desk, front):
    desk.layout.keep_panel("watch", 300)
    desk.layout.keep_window(3, 4)
    desk.settings.set(closed_sections=("train.curve",))
    desk.viewmodel(SettingsViewModel).reset_layout()
    assert (desk.layout.panel("watch", 420), desk.settings.now.closed_sections, front.restyled) == (420, (), 1)
    assert desk.layout.window == (3, 4)
    front.undos.pop()()
    assert (desk.layout.panel("watch", 420), desk.settings.now.closed_sections) == (300, ("train.curve",))
