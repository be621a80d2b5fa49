"""The settings, without a window."""

from __future__ import annotations

import pytest
from retroml_dearpygui.services.settings import SettingsStore
from retroml_dearpygui.viewmodels.settings import SettingsViewModel

from retroml_core.choices import read_choices


@pytest.fixture
def settings(desk, tmp_path, monkeypatch):
    monkeypatch.setenv("RETROML_CONFIG", str(tmp_path / "config"))
    monkeypatch.delenv("RETROML_HOME")
    return SettingsViewModel(desk)


def test_mode_look_and_size_are_kept_and_shown_at_once(settings, desk, front):
    settings.set_mode(3)
    settings.set_look("light")
    settings.set_scale(1.5)
    now = desk.settings.now
    assert (now.mode, now.theme, now.scale, front.restyled) == (3, "light", 1.5, 3)


def test_the_same_choice_again_changes_nothing(settings, desk, front):
    settings.set_mode(desk.settings.now.mode)
    assert front.restyled == 0


def test_how_often_curves_are_renewed_and_where_networks_run_is_kept(settings, desk):
    settings.set_update_seconds(5.0)
    settings.set_device("cpu")
    again = SettingsStore(desk.app.root.path / "desktop.json").now
    assert (again.update_seconds, again.device) == (5.0, "cpu")


def test_there_are_four_modes_and_the_looks_of_all_plugins(settings):
    assert [title for _, title in settings.modes] == ["Hobbyist", "Student", "Research", "Institution"]
    assert {"dark", "light"} <= {name for name, _ in settings.looks}


def test_a_good_folder_is_used_from_the_next_start(settings, tmp_path):
    settings.set_folder(str(tmp_path / "data"))
    assert settings.folder_problem == ""
    assert "when the app is opened again" in settings.folder_note
    assert read_choices().data_folder == str(tmp_path / "data")


def test_a_wrong_folder_is_explained_and_not_used(settings, tmp_path):
    (tmp_path / "file").write_text("")
    settings.set_folder(str(tmp_path / "file"))
    assert "is a file" in settings.folder_problem
    assert read_choices().data_folder == ""


def test_a_folder_fixed_elsewhere_says_where(desk, tmp_path):
    settings = SettingsViewModel(desk)
    settings.set_folder(str(tmp_path))
    assert "RETROML_HOME" in settings.folder_problem


def test_what_lies_on_the_disk_is_counted(settings, trained):
    settings.refresh()
    assert settings.storage.experiments > 0
    assert {"retroml-core", "dearpygui"} <= {part.name for part in settings.about}
    assert all(part.version and part.licence for part in settings.about)


def test_emptying_the_trash_asks_first(settings, make_run, make_film, app, front):
    from retroml_core.services import ExperimentService
    from retroml_core.services.films import FilmService

    FilmService(app).delete(make_film(make_run(1), "film"))
    ExperimentService(app).delete(make_run(2).id)
    settings.refresh()
    settings.empty_trash()
    assert len(list(app.root.trash.iterdir())) == 2
    front.answer()
    assert list(app.root.trash.iterdir()) == []
    assert front.toasts[-1][0] == "Trash emptied"


def test_the_rule_is_kept_within_bounds(settings, desk):
    settings.set_rule(days=-5, runs=10**9)
    assert (settings.rule.days, settings.rule.runs) == (0, 100_000)
    assert SettingsViewModel(desk).rule == settings.rule


def test_tidying_shows_what_it_would_delete_asks_and_can_be_undone(settings, make_run, front, app):
    for number in (1, 2, 3):
        make_run(number, created_at=f"2020-01-0{number}T00:00:00+00:00", tags=["favourite"] if number == 1 else [])
    settings.set_rule(days=30, runs=1)
    settings.preview()
    assert [row.seed for row in settings.outdated] == [2]
    settings.tidy()
    assert len(app.root.run_folders()) == 3
    front.answer()
    assert len(app.root.run_folders()) == 2
    front.undos.pop()()
    assert len(app.root.run_folders()) == 3


def test_tidying_nothing_asks_nothing(settings, front):
    settings.preview()
    settings.tidy()
    assert front.questions == []


def test_plugins_are_listed_with_what_is_wrong_with_them(settings, app):
    app.plugins.report("dearpygui", "is broken")
    (own,) = [plugin for plugin in settings.plugins if plugin.name == "dearpygui"]
    assert "is broken" in str(own.failures[0])


def test_a_plugin_is_switched_off_for_the_next_start(settings, front):
    settings.switch("tiny", False)
    assert read_choices().disabled_plugins == ("tiny",)
    (tiny,) = [plugin for plugin in settings.plugins if plugin.name == "tiny"]
    assert not settings.is_on(tiny)
    settings.switch("tiny", True)
    assert settings.is_on(tiny)


@pytest.mark.parametrize(("name", "able"), [("builtin", False), ("dearpygui", False), ("tiny", True)])
def test_what_the_app_is_made_of_cannot_be_switched_off(settings, name, able):
    assert settings.can_switch(name) == able


def test_versions_and_failures_go_to_the_clipboard(settings, front, app):
    settings.refresh()
    app.plugins.report("tiny", "is broken")
    settings.copy_report()
    assert "retroml-core" in front.clipboard
    assert "is broken" in front.clipboard
