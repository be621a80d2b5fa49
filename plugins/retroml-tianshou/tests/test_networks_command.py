"""`retroml networks`: what it lists, with and without plugins."""

import json
import subprocess
import sys
from types import SimpleNamespace

import pytest
import retroml_tianshou
from retroml_tianshou.architectures import HOOK
from retroml_tianshou.network_specs import Architecture, NetworkSpec
from retroml_tianshou.networks_command import main

from retroml_core import hookimpl
from retroml_core.plugins.manager import PluginManager

MINE = NetworkSpec(name="mine", title="Mine", summary="", factory="mine:make", default=Architecture(channels=(6,), hidden=(5,)))


@pytest.fixture
def networks(capsys):
    """`networks(*words)` runs the command beside a plugin with a network; its output."""
    plugins = PluginManager(discover=False)
    plugins.register(retroml_tianshou, "tianshou")
    plugins.register(SimpleNamespace(**{HOOK: hookimpl(optionalhook=True)(lambda: [MINE])}), "other")

    def run(*words):
        assert main(SimpleNamespace(plugins=plugins), words) == 0
        return capsys.readouterr().out

    return run


def test_networks_are_listed_with_their_sizes(networks):
    head, *rows, about = networks().splitlines()
    assert head.split() == ["network", "title", "parameters", "memory", "settings"]
    assert [row.split()[0] for row in rows] == ["attention", "impala", "mine", "mlp", "nature", "small"]
    assert "1,687,719" in rows[4]
    assert "channels=[32,64,64]" in rows[4]
    assert "4 x 84 x 84" in about


def test_a_size_that_a_plugin_does_not_say_is_unknown(networks):
    (row,) = [row for row in json.loads(networks("--json")) if row["name"] == "mine"]
    assert row["parameters"] is None
    assert row["settings"] == {"channels": [6], "hidden": [5]}
    assert [row.split()[2:4] for row in networks().splitlines() if row.startswith("mine")] == [["?", "?"]]


def test_width_and_actions_change_the_size(networks):
    def sizes(*words):
        return {row["name"]: row["parameters"] for row in json.loads(networks("--json", *words))}

    assert sizes("--actions", "7")["nature"] - sizes()["nature"] == 513
    assert sizes("--width", "2")["small"] > 3 * sizes()["small"]


@pytest.mark.parametrize("wrong", [("--actions", "0"), ("--width", "-1")])
def test_nonsense_is_wrong_use(networks, wrong):
    with pytest.raises(SystemExit) as stopped:
        networks(*wrong)
    assert stopped.value.code == 2


def test_listing_imports_no_torch():
    code = "import sys, retroml_tianshou.networks_command; print({'torch', 'tianshou'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "set()\n"
