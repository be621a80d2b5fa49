"""What the user chose for all of Retro ML."""

from __future__ import annotations

import pytest

from retroml_core.choices import Choices, read_choices, write_choices
from retroml_core.plugins.discovery import disabled
from retroml_core.runs.roots import find_data_root


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """The folder the choices lie in."""
    monkeypatch.setenv("RETROML_CONFIG", str(tmp_path / "config"))
    return tmp_path / "config"


def test_nothing_is_chosen_at_first():
    assert read_choices() == Choices()


def test_choices_are_kept():
    write_choices(Choices(data_folder="/data", disabled_plugins=("one", "two")))
    assert read_choices() == Choices(data_folder="/data", disabled_plugins=("one", "two"))


@pytest.mark.parametrize("text", ["{", "[]", '"words"', '{"data_folder": null, "disabled_plugins": 3}'])
def test_a_damaged_file_counts_as_none(folder, text):
    folder.mkdir()
    (folder / "choices.json").write_text(text, encoding="utf-8")
    assert read_choices() == Choices()


def test_the_data_folder_chosen_is_used(tmp_path, monkeypatch):
    monkeypatch.delenv("RETROML_HOME")
    write_choices(Choices(data_folder=str(tmp_path / "mine")))
    assert find_data_root().path == tmp_path / "mine"


def test_the_environment_variable_wins_over_it(tmp_path, monkeypatch):
    monkeypatch.setenv("RETROML_HOME", str(tmp_path / "other"))
    write_choices(Choices(data_folder=str(tmp_path / "mine")))
    assert find_data_root().path == tmp_path / "other"


def test_plugins_switched_off_stay_out_beside_those_of_the_variable():
    write_choices(Choices(disabled_plugins=("one",)))
    assert disabled({"RETROML_DISABLE_PLUGINS": "two"}) == {"one", "two"}


def test_elsewhere_it_is_the_users_config_folder(monkeypatch, tmp_path):
    monkeypatch.delenv("RETROML_CONFIG")
    monkeypatch.setattr("platformdirs.user_config_dir", lambda *_, **__: str(tmp_path / "user"))
    write_choices(Choices(data_folder="x"))
    assert (tmp_path / "user" / "choices.json").is_file()
