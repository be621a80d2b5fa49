"""`retroml plugins`: what is installed, what each plugin does, and what is wrong with any of them, one line each."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from retroml_core.config.folders import drop_unusable_schemas, plugin_folders
from retroml_core.plugins.folder import trust, untrust
from retroml_core.terminal.printing import answer
from retroml_core.terminal.text_table import columns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App
    from retroml_core.plugins.manager import PluginInfo

__all__ = ["main"]


def main(app: App, argv: Sequence[str]) -> int:
    """List plugins, or trust a plugin file. Faults of plugins are shown, and do not change the exit code."""
    parser = argparse.ArgumentParser(prog="retroml plugins", description="List the plugins and what is wrong with them.")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument(
        "action", nargs="?", choices=("trust", "untrust"), help="load a file of the data root's plugins/, or not"
    )
    parser.add_argument("name", nargs="?", help="the name of that file, without .py")
    asked = parser.parse_args(argv)
    if (asked.action is None) != (asked.name is None):
        parser.error("trust and untrust need the name of a file")
    if asked.action:
        return _decide(app, asked.action, asked.name)
    # So that faults of configs are known as well.
    drop_unusable_schemas(app.plugins, app.registry)
    plugin_folders(app.plugins, app.registry)
    answer(_as_tree(app), _page(app), as_json=asked.json)
    return 0


def _decide(app: App, action: str, name: str) -> int:
    folder = app.root.path / "plugins"
    if action == "trust":
        sys.stdout.write(f"trusted from now on: {trust(folder, name).path}\n")
    else:
        untrust(folder, name)
        sys.stdout.write(f"no longer trusted: {name}\n")
    return 0


def _page(app: App) -> str:
    rows = [("plugin", "version", "distribution", "offers"), *(_row(plugin) for plugin in app.plugins.plugins())]
    return "\n".join([columns(rows), *(f"! {failure}" for failure in app.plugins.failures)])


def _row(plugin: PluginInfo) -> tuple[str, str, str, str]:
    if not plugin.enabled:
        return plugin.name, plugin.version, plugin.distribution, "left out" if plugin.failures else "switched off"
    hooks = [hook.removeprefix("retroml_").replace("_", " ") for hook in plugin.hooks]
    return plugin.name, plugin.version, plugin.distribution, ", ".join(hooks)


def _as_tree(app: App) -> dict[str, Any]:
    plugins = [
        {
            "name": plugin.name,
            "version": plugin.version,
            "distribution": plugin.distribution,
            "hooks": plugin.hooks,
            "enabled": plugin.enabled,
            "failures": [str(failure) for failure in plugin.failures],
        }
        for plugin in app.plugins.plugins()
    ]
    failures = [str(failure) for failure in app.plugins.failures]
    return {"plugins": plugins, "failures": failures}
