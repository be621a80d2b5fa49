"""Every way a plugin can be broken becomes one clear line, and the app runs on without it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from retroml_core.app import App
from retroml_core.cli import main
from retroml_core.config.composing import ConfigError, compose, connect, from_tree
from retroml_core.plugins.manager import PluginManager

EXPECTED = {
    "bad_argument": "has a hook that does not fit its specification",
    "bad_clash": "has a config file algorithm/random.yaml, a name already used by the core or a schema",
    "bad_conf": "names a config folder 'retroml_bad.nowhere' that is not there",
    "bad_duplicate": "offers algorithm 'random', which builtin already does",
    "bad_exit": "could not be loaded: RuntimeError: it tried to end the process",
    "bad_generator": "failed in retroml_metrics: RuntimeError: midway",
    "bad_hook": "implements retroml_algoritms, which this version does not call (did you mean retroml_algorithms?)",
    "bad_import": "could not be loaded: ModuleNotFoundError: No module named 'nothing_like_this'",
    "bad_offer": "failed in retroml_algorithms: ZeroDivisionError: division by zero",
    "bad_spec": "offers algorithm 'shapeless', which is left out: its config <class 'dict'> is not a dataclass",
    "bad_schema": "offers algorithm 'unusual', which is left out: its config cannot be used: ValidationError: Unexpected type",
    "bad_startup": "failed in retroml_startup: OSError: no licence server",
    "bad_wrapper": "implements retroml_refuse_run as a wrapper, which is not supported",
}


@pytest.fixture
def app(bad, only, tmp_path, monkeypatch):
    only("retroml-bad")
    monkeypatch.setenv("RETROML_HOME", str(tmp_path / "home"))
    app = App.open()
    connect(app)
    return app


@pytest.mark.parametrize(("plugin", "line"), EXPECTED.items())
def test_a_fault_is_one_line_that_names_plugin_and_distribution(app, plugin, line):
    lines = [str(failure) for failure in app.plugins.failures if failure.plugin == plugin]
    assert lines == [text for text in lines if "\n" not in text]
    assert len(lines) == 1
    assert lines[0].startswith(f"plugin {plugin} (retroml-bad 0.0.1) {line}")


def test_each_wrong_return_is_named(app):
    lines = [str(failure) for failure in app.plugins.failures if failure.plugin == "bad_return"]
    assert lines == [
        "plugin bad_return (retroml-bad 0.0.1) returned 'breakout' from retroml_games, not an iterable of GameSpec",
        "plugin bad_return (retroml-bad 0.0.1) offers {'name': 'mine'} in retroml_metrics, which is not a MetricSpec",
    ]


def test_nothing_else_fails(app):
    assert {failure.plugin for failure in app.plugins.failures} == {*EXPECTED, "bad_return"}


def test_what_the_core_offers_stays(app):
    assert app.registry.algorithms["random"].title == "Random"
    assert app.registry.plugin_of["algorithm", "random"] == "builtin"


def test_half_an_offer_is_no_offer(app):
    assert "local" not in app.registry.metrics


def test_configs_still_compose(app):
    assert compose(app, ["+experiment=random_catch"]).algorithm.name == "random"


def test_a_schema_nobody_can_use_is_refused_in_words(bad, only, tmp_path, monkeypatch):
    only("retroml-bad")
    monkeypatch.setenv("RETROML_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match="algorithm=unusual: its config cannot be used"):
        from_tree({"game": "catch", "algorithm": {"name": "unusual"}}, App.open())


def test_a_broken_yaml_file_is_named(app):
    with pytest.raises(ConfigError, match=r"half\.yaml"):
        compose(app, ["+experiment=half"])


def test_the_plugins_command_shows_them_all(bad, tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("RETROML_HOME", str(tmp_path / "home"))
    assert main(["plugins"]) == 0
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("!")]
    assert len(lines) == len(EXPECTED) + 2


def test_the_process_survives_them(bad, tmp_path):
    path = os.pathsep.join([str(bad), *(entry for entry in sys.path if entry.endswith("retroml-bad"))])
    environment = {**os.environ, "PYTHONPATH": path, "RETROML_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, "-m", "retroml_core", "plugins"], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0
    assert "plugin bad_import (retroml-bad 0.0.1) could not be loaded" in done.stdout


def test_safe_leaves_them_all_alone(bad, only):
    only("retroml-bad")
    plugins = PluginManager(safe=True)
    assert plugins.failures == []
    assert [plugin.name for plugin in plugins.plugins()] == ["builtin"]


def test_a_wrong_core_is_found_before_anything_is_imported(distribution, only):
    distribution("retroml-new", {"new": "dist_new_that_does_not_exist"}, requires=["retroml-core>=99,<100"])
    only("retroml-new")
    (failure,) = PluginManager().failures
    assert "plugin new (retroml-new 0.0.1) could not be loaded: WrongCore: needs retroml-core<100,>=99, this is" in str(failure)


def test_of_two_plugins_of_one_name_the_first_stays(distribution, only, tmp_path):
    (tmp_path / "dist_a.py").write_text(
        "from retroml_core import hookimpl\n\n\n@hookimpl\ndef retroml_games():\n    return []\n"
    )
    distribution("a-first", {"same": "dist_a"}, modules=tmp_path)
    distribution("b-second", {"same": "dist_a"})
    only("a-first", "b-second")
    plugins = PluginManager()
    assert [str(failure) for failure in plugins.failures] == [
        "plugin same (a-first 0.0.1) of b-second has the same name as one of a-first"
    ]
    assert [plugin.distribution for plugin in plugins.plugins() if plugin.enabled] == ["retroml-core", "a-first"]
