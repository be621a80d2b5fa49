"""What the user chose is kept, whatever happens to its file."""

import json

import pytest
from retroml_dearpygui.services.settings import SettingsStore


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "desktop.json"


def test_a_choice_is_there_at_the_next_start(path):
    SettingsStore(path).set(theme="light", scale=1.5)
    assert (SettingsStore(path).now.theme, SettingsStore(path).now.scale) == ("light", 1.5)


def test_a_damaged_file_is_kept_beside_and_counts_as_none(path):
    path.parent.mkdir()
    path.write_text("{", encoding="utf-8")
    assert SettingsStore(path).now == SettingsStore(path.with_name("none.json")).now
    assert path.with_suffix(".broken.json").read_text(encoding="utf-8") == "{"


def test_a_value_of_another_kind_is_passed_over(path):
    path.parent.mkdir()
    path.write_text(json.dumps({"width": "wide", "height": 700, "scale": 2}), encoding="utf-8")
    now = SettingsStore(path).now
    assert (now.width, now.height, now.scale) == (1440, 700, 2.0)


def test_what_a_newer_version_wrote_stays_in_the_file(path):
    path.parent.mkdir()
    path.write_text(json.dumps({"sounds": "loud"}), encoding="utf-8")
    SettingsStore(path).set(theme="light")
    assert json.loads(path.read_text(encoding="utf-8"))["sounds"] == "loud"


def test_a_disk_that_refuses_does_not_stop_the_choice(tmp_path):
    (tmp_path / "file").write_text("")
    store = SettingsStore(tmp_path / "file" / "desktop.json")
    store.set(theme="light")
    assert store.now.theme == "light"


def test_pages_remember_their_own_things(path):
    store = SettingsStore(path)
    store.remember("videos", sort="date")
    store.remember("videos", wide=True)
    assert SettingsStore(path).recall("videos") == {"sort": "date", "wide": True}
    assert SettingsStore(path).recall("models") == {}


def test_a_value_that_is_not_allowed_is_passed_over_and_the_log_says_so(path, caplog):
    path.parent.mkdir()
    path.write_text(json.dumps({"mode": 9, "width": 1000, "device": "tpu"}), encoding="utf-8")
    now = SettingsStore(path).now
    assert (now.mode, now.width, now.device) == (1, 1000, "auto")
    assert "mode" in caplog.text


def test_a_folder_that_went_away_is_not_made_anew(tmp_path):
    root = tmp_path / "root"
    store = SettingsStore(root / "desktop.json")
    store.set(theme="light")
    root.rename(tmp_path / "away")
    store.set(theme="dark")
    assert (root.exists(), store.now.theme) == (False, "dark")
