"""`retroml --help` and `retroml help TOPIC`: commands, choices, settings, those of plugins included, as they declare them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from retroml_core.config.folders import options
from retroml_core.config.resolvers import default_of
from retroml_core.config.settings import Setting, core_settings, settings_of
from retroml_core.faults import Fault
from retroml_core.plugins.discovery import core_version
from retroml_core.plugins.suggestions import nearest
from retroml_core.terminal.text_table import wrapped

if TYPE_CHECKING:
    from retroml_core.app import App

__all__ = ["FLAGS", "help_page", "topic_page"]

_USAGE = """\
retroml [key=value ...]           train; without anything: {algorithm} learns {game}
retroml --multirun key=a,b ...    train once for each combination, each as a run of its own
retroml <command> ...             see `retroml <command> --help`
(`python -m retroml_core ...` is the same)"""

FLAGS = (
    ("--detach", "start the training, print the id of the run and return"),
    ("--dry-run", "show the config and what it will need, start nothing; with --json all of it as JSON"),
    ("--safe", "load only plugins of this project"),
    ("--multirun", "train once for each combination of values"),
    ("--version", "show the version"),
)

_USUAL = ("seed", "budget.minutes", "budget.steps", "device", "name", "film.length")

_MORE = (
    ("retroml help budget", "the settings of this name, beneath it, or with this word in them"),
    ("retroml help algorithm=ppo", "all settings of an algorithm, or of an environment"),
    ("retroml help film", "a command, and settings of the same name"),
    ("retroml help all", "everything, some hundred lines"),
)

ALL = "all"
WIDEST = 36
"""Columns before the text of a row."""


def help_page(app: App, width: int | None = None) -> str:
    """The first page, `width` columns wide (None: as the terminal): what is used most, and how to see the rest."""
    columns = _columns(width)
    usual = [setting for setting in core_settings() if setting.key in _USUAL]
    return "\n\n".join(
        [
            _head(app),
            _section("Used most", [*_choices(app), *map(_row, usual)], columns),
            _section("Flags", FLAGS, columns),
            _section("Commands", _commands(app), columns),
            _section("More", _MORE, columns),
        ]
    )


def topic_page(app: App, topic: str, width: int | None = None) -> str:
    """What is known of a group, a setting, a choice such as `algorithm=ppo`, a word, or all. Raises Fault."""
    columns = _columns(width)
    if topic == ALL:
        head = [_head(app), _section("Commands", _commands(app), columns), _section("Flags", FLAGS, columns)]
        return "\n\n".join([*head, _section("Choices", _choices(app), columns), *_sections(app, columns, lambda *_: True)])
    if of_choice := _sections(app, columns, lambda choice, _: choice == topic):
        return of_choice[0]
    key = topic.lstrip("+").partition("=")[0].rstrip(".")
    choices = [row for row in _choices(app) if row[0].strip("+=") == key]
    parts = [_section("Choices", choices, columns)] if choices else []
    parts += _sections(app, columns, lambda _, setting: _is_about(setting, key))
    word = key.lower()
    parts = parts or _sections(app, columns, lambda _, setting: word in f"{setting.key} {setting.info.help}".lower())
    if not parts:
        raise _unknown(app, topic)
    return "\n\n".join(parts)


def _unknown(app: App, topic: str) -> Fault:
    keys = [setting.key for _, _, settings in _settings(app) for setting in settings]
    close = nearest(topic, {*app.registry.commands, *keys, *(key.partition(".")[0] for key in keys)})
    advice = f"did you mean {' or '.join(close)}?" if close else "`retroml help all` lists them"
    return Fault(f"no command or setting is called {topic!r}; {advice}")


def _is_about(setting: Setting, topic: str) -> bool:
    """Whether `setting` is called so, in full or at its end, or lies beneath; an algorithm's are asked for by its name."""
    key = setting.key
    beneath = key.startswith(f"{topic}.") and topic not in ("algorithm", "environment")
    return key == topic or key.endswith(f".{topic}") or beneath


def _columns(width: int | None) -> int:
    return width or shutil.get_terminal_size((100, 24)).columns


def _head(app: App) -> str:
    usage = _USAGE.format(algorithm=default_of("algorithm", app.registry), game=default_of("game", app.registry))
    return f"Retro ML {core_version()}: train agents on Atari games and watch them learn.\n\n{usage}"


def _commands(app: App) -> list[tuple[str, str]]:
    return [(spec.name, spec.summary) for spec in app.registry.commands.values() if not spec.hidden]


def _choices(app: App) -> list[tuple[str, str]]:
    games = list(app.registry.games)
    of_games = ", ".join(games) if len(games) <= 10 else f"one of {len(games)}; `retroml games` lists them"
    groups = options(app.plugins, app.registry).items()
    return [("game=", of_games), *((f"{'+' * (group == 'experiment')}{group}=", ", ".join(names)) for group, names in groups)]


def _settings(app: App) -> Iterator[tuple[str, str, Iterable[Setting]]]:
    """The choice that settings belong to ("" for those of every run), a headline, the settings."""
    yield "", "Settings of every run", core_settings()
    for kind, spec in app.registry.configurable():
        choice = f"{kind}={spec.name}"
        yield choice, f"Settings of {choice}: {spec.summary}", settings_of(spec.config, f"{kind}.")


def _sections(app: App, columns: int, wanted: Callable[[str, Setting], bool]) -> list[str]:
    """The settings that are wanted under their headlines; no headline without settings."""
    parts = [(title, [s for s in settings if wanted(choice, s)]) for choice, title, settings in _settings(app)]
    return [_section(title, map(_row, settings), columns) for title, settings in parts if settings]


def _row(setting: Setting) -> tuple[str, str]:
    allowed = f" [{setting.allowed}]" if setting.allowed else ""
    return f"{setting.key}={setting.default_text}", f"{setting.info.help}{allowed}"


def _section(title: str, rows: Iterable[Sequence[str]], width: int) -> str:
    found = list(rows)
    indent = min(max(len(head) for head, _ in found) + 4, WIDEST)
    return "\n".join([title, *(wrapped(f"  {head}", text, width=width, indent=indent) for head, text in found)])
