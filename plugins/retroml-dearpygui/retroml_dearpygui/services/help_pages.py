"""Topics of the help that are written by what is installed: settings from what they say of themselves, keys, this machine."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources
from typing import TYPE_CHECKING

from retroml_core.commands.doctor import Finding, Verdict, examine
from retroml_core.config.settings import Setting, core_settings, settings_of
from retroml_dearpygui.shortcuts import shortcuts

if TYPE_CHECKING:
    from retroml_core.app import App

__all__ = ["hyperparameters", "keyboard", "settings_page", "settings_parts", "troubleshooting", "worst_first"]

MARKS = {Verdict.GOOD: "Good", Verdict.NOTE: "Note", Verdict.BAD: "Prevents training"}
EVERY_RUN = "Every run", "What every training has, whatever its algorithm."

Part = tuple[str, str, list[Setting]]
"""Title, summary and settings of something that can be set."""


def keyboard(app: App) -> str:
    """Every key of the app and of its plugins."""
    parts = [_bundled("keyboard")]
    for where, keys in shortcuts(app.plugins).items():
        rows = "".join(f"| {key} | {words} |\n" for key, words in keys.items())
        parts.append(f"## {where}\n\n| keys | what they do |\n|---|---|\n{rows}")
    return "\n".join(parts)


def troubleshooting(app: App) -> str:
    """What helps when something is wrong, and what this machine looks like now."""
    rows = "".join(f"| {MARKS[found.verdict]} | {found.topic} | {_cell(found.text)} |\n" for found in worst_first(app))
    return f"{_bundled('troubleshooting')}\n## This machine\n\n| | | |\n|---|---|---|\n{rows}"


def hyperparameters(app: App) -> str:
    """What hyperparameters are, with a link to each part of the settings."""
    rows = "".join(f"- [{title}](topic:{name}): {summary}\n" for name, (title, summary, _) in settings_parts(app).items())
    return f"{_bundled('hyperparameters')}\n{rows}"


def settings_parts(app: App) -> dict[str, Part]:
    """Everything that can be set, by the name of its topic: every run, each algorithm, each environment."""
    found: dict[str, Part] = {"settings.run": (*EVERY_RUN, core_settings())}
    for kind, offered in (("algorithm", app.registry.algorithms), ("environment", app.registry.environments)):
        parts = {name: (spec.title, spec.summary, list(settings_of(spec.config, f"{kind}."))) for name, spec in offered.items()}
        found |= {f"settings.{kind}.{name}": part for name, part in sorted(parts.items(), key=_title)}
    return found


def settings_page(settings: Sequence[Setting]) -> str:
    """What each setting is, what is allowed and usual, where its default comes from; the advanced ones last."""
    usual = [setting for setting in settings if not setting.info.advanced]
    parts = [*map(_setting, usual)]
    if len(usual) < len(settings):
        parts += ["## Advanced", *(_setting(setting) for setting in settings if setting.info.advanced)]
    return "\n\n".join(parts or ["There is nothing to set."])


def _title(named: tuple[str, Part]) -> str:
    return named[1][0].lower()


def _setting(setting: Setting) -> str:
    info = setting.info
    words = setting.key.rpartition(".")[2].replace("_", " ")
    facts = [f"default {setting.default_text}" if setting.default_text not in ("", "null") else ""]
    facts += [f"allowed: {setting.allowed}" if setting.allowed else "", f"usual: {setting.usual}" if setting.usual else ""]
    facts += ["can be changed while training" if info.live else "", f"from {info.source}" if info.source else ""]
    line = _text("; ".join(filter(None, facts)))
    return f"### {words[:1].upper()}{words[1:]}\n\n{_text(info.help)}\n\n`{setting.key}`{f'  *{line}*' if line else ''}"


def worst_first(app: App) -> list[Finding]:
    """What `retroml doctor` finds, the worst first."""
    order = (Verdict.BAD, Verdict.NOTE, Verdict.GOOD)
    return sorted(examine(app), key=lambda found: order.index(found.verdict))


def _bundled(name: str) -> str:
    return resources.files("retroml_dearpygui").joinpath(f"help/{name}.md").read_text(encoding="utf-8")


def _text(words: str) -> str:
    """`words` so that nothing in them is markup."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]<>#|" else letter for letter in words)


def _cell(words: str) -> str:
    return _text(" ".join(words.split()))
