"""The presets of algorithms, as their YAML files write them down: each value with the game it is for and where it comes from.

A preset is a file `algorithm/<name>.yaml` of the core or a plugin. Its first comment says what it is; the comment behind a
value is the source of that value. `${retroml.for_game:32,{pong:64}}` is 32, and 64 for Pong.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from retroml_core.config.folders import core_conf, plugin_folders

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from retroml_core.app import App

__all__ = ["Preset", "PresetValue", "presets_of", "read_preset"]

_LINE = re.compile(r"(?P<key>\w+):\s+(?P<value>.+?)(?:\s+#\s*(?P<source>.*))?")
_BY_GAME = re.compile(r"\$\{retroml\.for_game:(?P<usual>.+?),\s*\{(?P<games>.*)\}\}")


@dataclass(frozen=True, kw_only=True)
class PresetValue:
    """A setting of a preset as it is written: its `value`, what it is for some `games` instead, and its `source`."""

    key: str
    value: str
    source: str = ""
    games: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Preset:
    """The preset `name`: what it is `about`, the algorithm or preset it is `based_on`, and its values."""

    name: str
    about: str
    based_on: str
    values: tuple[PresetValue, ...]

    def as_tree(self) -> dict[str, Any]:
        """For JSON."""
        values = {one.key: {"value": one.value, "games": dict(one.games), "source": one.source} for one in self.values}
        return {"name": self.name, "about": self.about, "based_on": self.based_on, "values": values}


def presets_of(app: App, algorithm: str) -> list[Preset]:
    """The presets of an algorithm, also those based on others of its presets, by name."""
    held = {preset.name: preset for preset in map(_read, _presets(app))}

    def root(name: str, seen: frozenset[str] = frozenset()) -> str:
        return name if name not in held or name in seen else root(held[name].based_on, seen | {name})

    return [held[name] for name in sorted(held) if root(name) == algorithm]


def read_preset(name: str, text: str) -> Preset:
    """The preset in the `text` of a YAML file."""
    lines = text.splitlines()
    head = [line.removeprefix("#").strip() for line in lines[: _first(lines, lambda line: not line.startswith("#"))]]
    bases = [line.strip().removeprefix("- ") for line in lines if line.strip().startswith("- ")]
    return Preset(
        name=name,
        about=" ".join(head),
        based_on=next((base for base in bases if base != "_self_"), ""),
        values=tuple(_value(match) for line in lines if (match := _LINE.fullmatch(line)) is not None),
    )


def _first(lines: list[str], holds: Any) -> int:
    return next((number for number, line in enumerate(lines) if holds(line)), len(lines))


def _value(match: re.Match[str]) -> PresetValue:
    value, games = match["value"], {}
    if (by_game := _BY_GAME.fullmatch(value)) is not None:
        value = by_game["usual"]
        pairs = (pair.partition(":") for pair in by_game["games"].split(","))
        games = {game.strip(): other.strip() for game, _, other in pairs}
    return PresetValue(key=match["key"], value=value, source=match["source"] or "", games=games)


def _presets(app: App) -> Iterator[Traversable | Path]:
    packages = [files(folder.package) for folder in plugin_folders(app.plugins, app.registry)]
    for folder in (core_conf(), *packages):
        group = folder.joinpath("algorithm")
        if group.is_dir():
            yield from (entry for entry in group.iterdir() if entry.name.endswith(".yaml"))


def _read(file: Traversable | Path) -> Preset:
    return read_preset(file.name.removesuffix(".yaml"), file.read_text(encoding="utf-8"))
