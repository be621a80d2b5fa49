"""A plugin file in the data root is loaded once it is trusted, and only as it was when trusted."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pytest

from retroml_core import CommandSpec
from retroml_core.app import App
from retroml_core.faults import Fault
from retroml_core.plugins.folder import find_folder_plugins, load_folder_plugins, trust, untrust
from retroml_core.plugins.manager import PluginManager

COMMAND = """
from retroml_core import CommandSpec, hookimpl

@hookimpl
def retroml_commands():
    return [CommandSpec(name="wave", title="Wave", summary="Wave.", factory="dropped_wave:main")]

def main(app, argv):
    return 0
"""


@pytest.fixture
def folder(tmp_path: Path):
    (tmp_path / "dropped_wave.py").write_text(COMMAND)
    yield tmp_path
    sys.modules.pop("dropped_wave", None)


def loaded(folder: Path) -> PluginManager:
    plugins = PluginManager(discover=False)
    load_folder_plugins(plugins, folder)
    return plugins


def commands(plugins: PluginManager) -> set[str]:
    return {spec.name for _, spec in plugins.offers("retroml_commands", CommandSpec)}


def test_a_dropped_file_is_found_but_not_run(folder):
    plugins = loaded(folder)
    assert [plugin.trusted for plugin in find_folder_plugins(folder)] == [False]
    assert "wave" not in commands(plugins)
    assert "retroml plugins trust dropped_wave" in str(plugins.failures[0])
    assert "dropped_wave" not in sys.modules


def test_a_trusted_file_is_a_plugin(folder):
    trust(folder, "dropped_wave")
    plugins = loaded(folder)
    assert "wave" in commands(plugins)
    assert plugins.failures == []


def test_the_app_knows_the_content_of_those_it_loaded(folder, tmp_path_factory, monkeypatch):
    root = tmp_path_factory.mktemp("root")
    (root / "plugins").mkdir()
    for name in ("dropped_wave", "not_trusted"):
        (root / "plugins" / f"{name}.py").write_text(COMMAND)
    trust(root / "plugins", "dropped_wave")
    monkeypatch.setenv("RETROML_HOME", str(root))
    with App.open() as app:
        assert app.plugin_files == {"dropped_wave": hashlib.sha256(COMMAND.encode()).hexdigest()}
    with App.open(safe=True) as app:
        assert app.plugin_files == {}


def test_a_changed_file_is_trusted_no_longer(folder):
    trust(folder, "dropped_wave")
    (folder / "dropped_wave.py").write_text(COMMAND + "\nx = 1\n")
    plugins = loaded(folder)
    assert "wave" not in commands(plugins)
    assert "has changed since it was trusted" in str(plugins.failures[0])


def test_trust_can_be_taken_back(folder):
    trust(folder, "dropped_wave")
    untrust(folder, "dropped_wave")
    assert "wave" not in commands(loaded(folder))
    with pytest.raises(Fault, match="is not trusted"):
        untrust(folder, "dropped_wave")


def test_trusting_what_is_not_there_names_what_is(folder):
    with pytest.raises(Fault, match="did you mean dropped_wave"):
        trust(folder, "droped_wave")


def test_a_file_that_fails_is_reported_and_the_others_go_on(folder):
    (folder / "broken_file.py").write_text("import nothing_like_this\n")
    trust(folder, "broken_file")
    trust(folder, "dropped_wave")
    plugins = loaded(folder)
    assert "wave" in commands(plugins)
    assert "nothing_like_this" in str(plugins.failures[0])


def test_a_file_that_ends_the_process_is_reported(folder):
    (folder / "ending_file.py").write_text("raise SystemExit(3)\n")
    trust(folder, "ending_file")
    assert "it tried to end the process" in str(loaded(folder).failures[-1])


def test_a_file_cannot_take_the_place_of_an_installed_module(folder):
    (folder / "json.py").write_text("raise SystemExit\n")
    trust(folder, "json")
    assert any("is installed already; rename the file" in str(failure) for failure in loaded(folder).failures)


def test_a_disabled_file_is_left_alone(folder, monkeypatch):
    trust(folder, "dropped_wave")
    monkeypatch.setenv("RETROML_DISABLE_PLUGINS", "dropped_wave")
    plugins = loaded(folder)
    assert "wave" not in commands(plugins)
    assert plugins.failures == []


def test_a_missing_folder_holds_no_plugins(tmp_path):
    assert find_folder_plugins(tmp_path / "nowhere") == []
