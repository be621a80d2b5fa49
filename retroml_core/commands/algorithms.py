"""`retroml algorithms [NAME]`: the algorithms, or all settings and presets of one."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any

from retroml_core.config.presets import presets_of
from retroml_core.config.settings import Setting, settings_of
from retroml_core.terminal.printing import print_json
from retroml_core.terminal.text_table import columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from retroml_core.app import App
    from retroml_core.specs import AlgorithmSpec

__all__ = ["main"]


def main(app: App, argv: Sequence[str]) -> int:
    """List algorithms or the settings of one. Raises UnknownName."""
    parser = argparse.ArgumentParser(prog="retroml algorithms", description="List the algorithms and their settings.")
    parser.add_argument("name", nargs="?", help="show all settings and presets of this algorithm")
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    asked = parser.parse_args(argv)
    specs = [app.registry.algorithm(asked.name)] if asked.name else list(app.registry.algorithms.values())
    if asked.json:
        print_json([_as_tree(app, spec) for spec in specs])
    else:
        sys.stdout.write((_page(app, specs[0]) if asked.name else _list(app, specs)) + "\n")
    return 0


def _list(app: App, specs: Sequence[AlgorithmSpec]) -> str:
    rows = [(spec.name, spec.family, app.registry.plugin_of["algorithm", spec.name], spec.summary) for spec in specs]
    return columns([("algorithm", "family", "plugin", ""), *rows])


def _page(app: App, spec: AlgorithmSpec) -> str:
    plugin = app.registry.plugin_of["algorithm", spec.name]
    lines = [f"{spec.title} ({spec.name}, {spec.family}, from plugin {plugin})", spec.summary]
    lines += [f"paper: {spec.paper}"] if spec.paper else []
    head = ("setting", "default", "allowed", "usual", "")
    rows = [_row(setting) for setting in settings_of(spec.config, "algorithm.")]
    return "\n".join([*lines, "", columns([head, *rows]), *_presets(app, spec)])


def _presets(app: App, spec: AlgorithmSpec) -> Iterator[str]:
    """Each preset: what it is, and its values with their sources."""
    for preset in presets_of(app, spec.name):
        yield from ("", f"algorithm={preset.name}, based on {preset.based_on}: {preset.about}")
        rows = [(one.key, one.value, ", ".join(map(" ".join, one.games.items())), one.source) for one in preset.values]
        yield columns([("setting", "value", "for a game", "source"), *rows])


def _row(setting: Setting) -> tuple[str, str, str, str, str]:
    live = " (can be changed while training)" if setting.info.live else ""
    return setting.key, setting.default_text, setting.allowed, setting.usual, f"{setting.info.help}{live}"


def _as_tree(app: App, spec: AlgorithmSpec) -> dict[str, Any]:
    return {
        "name": spec.name,
        "title": spec.title,
        "summary": spec.summary,
        "family": spec.family,
        "traits": sorted(spec.traits),
        "paper": spec.paper,
        "plugin": app.registry.plugin_of["algorithm", spec.name],
        "presets": [preset.as_tree() for preset in presets_of(app, spec.name)],
        "settings": [setting.as_tree() for setting in settings_of(spec.config)],
    }
