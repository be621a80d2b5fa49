"""`retroml --help`: every command, group and setting, those of plugins included, from what they declare."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from typing import TYPE_CHECKING

from retroml_core.config.folders import options
from retroml_core.config.resolvers import default_of
from retroml_core.config.settings import Setting, core_settings, settings_of
from retroml_core.plugins.discovery import core_version
from retroml_core.terminal.text_table import wrapped

if TYPE_CHECKING:
    from retroml_core.app import App

__all__ = ["help_page"]

_USAGE = """\
retroml [key=value ...]           train; without anything: {algorithm} learns {game}
retroml --multirun key=a,b ...    train once for each combination, each as a run of its own
retroml <command> ...             see `retroml <command> --help`
(`python -m retroml_core ...` is the same)"""

_FLAGS = (
    ("--detach", "start the training, print the id of the run and return"),
    ("--dry-run", "show the config and what it will need, start nothing"),
    ("--safe", "load only plugins of this project"),
    ("--multirun", "train once for each combination of values"),
    ("--version", "show the version"),
)


def help_page(app: App, width: int | None = None) -> str:
    """The whole page, `width` columns wide (None: as the terminal)."""
    columns = width or shutil.get_terminal_size((100, 24)).columns
    registry = app.registry
    usage = _USAGE.format(algorithm=default_of("algorithm", registry), game=default_of("game", registry))
    commands = [(spec.name, spec.summary) for spec in registry.commands.values() if not spec.hidden]
    groups = [
        (f"+{group}=" if group == "experiment" else f"{group}=", ", ".join(names))
        for group, names in options(app.plugins, registry).items()
    ]
    parts = [
        f"Retro ML {core_version()}: train agents on Atari games and watch them learn.\n\n{usage}",
        _section("Commands", commands, columns),
        _section("Flags", _FLAGS, columns),
        _section("Choices", [*groups, ("game=", _games(app))], columns),
        _section("Settings of every run", map(_row, core_settings()), columns),
    ]
    for kind, specs in (("algorithm", registry.algorithms), ("environment", registry.environments)):
        for spec in specs.values():
            head = f"Settings of {kind}={spec.name}: {spec.summary}"
            parts.append(_section(head, map(_row, settings_of(getattr(spec, "config"), f"{kind}.")), columns))  # noqa: B009  # not in Spec
    return "\n\n".join(parts)


def _games(app: App) -> str:
    names = list(app.registry.games)
    return ", ".join(names) if len(names) <= 10 else f"one of {len(names)}; `retroml games` lists them"


def _row(setting: Setting) -> tuple[str, str]:
    allowed = f" [{setting.allowed}]" if setting.allowed else ""
    return f"{setting.key}={setting.default_text}", f"{setting.info.help}{allowed}"


def _section(title: str, rows: Iterable[tuple[str, str]], width: int) -> str:
    return "\n".join([title, *(wrapped(f"  {head}", text, width=width, indent=36) for head, text in rows)])
