"""The registry: everything the plugins offer, by kind and name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from retroml_core.plugins.spec_checks import resolve
from retroml_core.plugins.suggestions import UnknownName
from retroml_core.specs import (
    AlgorithmSpec,
    CommandSpec,
    EnvironmentSpec,
    ExporterSpec,
    GameSpec,
    LauncherSpec,
    MetricSpec,
    RendererSpec,
    Spec,
    StoreSpec,
)

if TYPE_CHECKING:
    from retroml_core.plugins.manager import PluginManager

__all__ = ["KINDS", "Registry", "UnknownName", "resolve"]

S = TypeVar("S", bound=Spec)

KINDS: Mapping[str, tuple[str, type[Spec]]] = {
    "algorithm": ("retroml_algorithms", AlgorithmSpec),
    "game": ("retroml_games", GameSpec),
    "environment": ("retroml_environments", EnvironmentSpec),
    "metric": ("retroml_metrics", MetricSpec),
    "exporter": ("retroml_exporters", ExporterSpec),
    "renderer": ("retroml_video_renderers", RendererSpec),
    "launcher": ("retroml_launchers", LauncherSpec),
    "store": ("retroml_stores", StoreSpec),
    "command": ("retroml_commands", CommandSpec),
}
"""The kinds of offers by the word for one: the hook they come from and what it returns. `Registry` holds them as `<word>s`."""


@dataclass
class Registry:
    """What is on offer, name to spec for each kind, in order of plugins. `plugin_of` says who offers it."""

    algorithms: dict[str, AlgorithmSpec] = field(default_factory=dict)
    games: dict[str, GameSpec] = field(default_factory=dict)
    environments: dict[str, EnvironmentSpec] = field(default_factory=dict)
    metrics: dict[str, MetricSpec] = field(default_factory=dict)
    exporters: dict[str, ExporterSpec] = field(default_factory=dict)
    renderers: dict[str, RendererSpec] = field(default_factory=dict)
    launchers: dict[str, LauncherSpec] = field(default_factory=dict)
    stores: dict[str, StoreSpec] = field(default_factory=dict)
    commands: dict[str, CommandSpec] = field(default_factory=dict)
    plugin_of: dict[tuple[str, str], str] = field(default_factory=dict)
    _spellings: dict[str, str] = field(default_factory=dict)

    @classmethod
    def collect(cls, plugins: PluginManager) -> Registry:
        """Ask every plugin once. What has a fault is left out and reported to `plugins`."""
        registry = cls()
        for kind, (hook, form) in KINDS.items():
            for plugin, spec in plugins.offers(hook, form):
                registry.of(kind)[spec.name] = spec
                registry.plugin_of[kind, spec.name] = plugin
        for game in list(registry.games.values()):
            registry._check_game(plugins, game)
        registry._learn_spellings()
        return registry

    def _check_game(self, plugins: PluginManager, game: GameSpec) -> None:
        if game.environment not in self.environments:
            what = f"offers game {game.name!r}, which is left out: there is no environment {game.environment!r}"
            plugins.report(self.plugin_of["game", game.name], what)
            del self.games[game.name]

    def _learn_spellings(self) -> None:
        """No title or alias of one game may hide the name of another."""
        self._spellings = {_squeeze(name): name for name in self.games}
        for game in self.games.values():
            for spelling in (game.title, *game.aliases):
                self._spellings.setdefault(_squeeze(spelling), game.name)

    def of(self, kind: str) -> dict[str, Spec]:
        """All specs of a kind; `kind` is a word of `KINDS`, or its plural. Raises UnknownName."""
        one = kind.removesuffix("s")
        if one not in KINDS:
            raise UnknownName("kind of offer", kind, KINDS)
        held: dict[str, Spec] = getattr(self, f"{one}s")
        return held

    def get(self, kind: str, name: str) -> Spec:
        """The spec of that kind and name. Raises UnknownName, whose message suggests what was meant."""
        held = self.of(kind)
        if name not in held:
            raise UnknownName(kind.removesuffix("s"), name, held)
        return held[name]

    @contextmanager
    def blaming(self, kind: str, name: str) -> Iterator[None]:
        """Inside, where what that offer names is at work, an Exception gets a note of the plugin that offers it."""
        try:
            yield
        except Exception as error:
            plugin = self.plugin_of.get((kind, name))
            if plugin and not hasattr(error, "__notes__"):  # whoever is nearest to the fault is named
                error.add_note(f"(plugin {plugin})")
            raise

    def configurable(self) -> Iterator[tuple[str, AlgorithmSpec | EnvironmentSpec]]:
        """What has settings of its own in the config of a run, with its kind: "algorithm" or "environment"."""
        yield from (("algorithm", spec) for spec in self.algorithms.values())
        yield from (("environment", spec) for spec in self.environments.values())

    def config_of(self, kind: str, name: str) -> type:
        """The config class of the algorithm or environment of that name. Raises UnknownName."""
        return (self.algorithm(name) if kind == "algorithm" else self.environment(name)).config

    def algorithm(self, name: str) -> AlgorithmSpec:
        """The algorithm of that name. Raises UnknownName."""
        return _named(self.algorithms, "algorithm", name)

    def environment(self, name: str) -> EnvironmentSpec:
        """The environment of that name. Raises UnknownName."""
        return _named(self.environments, "environment", name)

    def exporter(self, name: str) -> ExporterSpec:
        """The exporter of that name. Raises UnknownName."""
        return _named(self.exporters, "exporter", name)

    def renderer(self, name: str) -> RendererSpec:
        """The kind of film of that name. Raises UnknownName."""
        return _named(self.renderers, "renderer", name)

    def game(self, name: str) -> GameSpec:
        """The game of that name, alias or title, in any case, also as `BreakoutNoFrameskip-v4`. Raises UnknownName."""
        if name in self.games:
            return self.games[name]
        return _named(self.games, "game", self._spellings.get(_squeeze(name), name))


def _named(held: Mapping[str, S], kind: str, name: str) -> S:
    if name not in held:
        raise UnknownName(kind, name, held)
    return held[name]


def _squeeze(spelling: str) -> str:
    """What all spellings of a game have in common: `ALE/MsPacman-v5` and `ms_pacman` both become `mspacman`."""
    bare = re.sub(r"^ale/|(noframeskip|deterministic)?-v\d+$", "", spelling.lower())
    return re.sub(r"[^a-z0-9]", "", bare)
