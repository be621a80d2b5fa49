"""Finding installed plugins: entry points of the group `retroml`, in an order that does not depend on the machine."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from retroml_core.choices import read_choices
from retroml_core.hookspecs import PROJECT

__all__ = ["CORE", "DISABLE_VARIABLE", "Candidate", "WrongCore", "core_version", "disabled", "find_plugins"]

CORE = "retroml-core"
DISABLE_VARIABLE = "RETROML_DISABLE_PLUGINS"

_FIRST_PARTY = frozenset(
    {
        "retroml-atari",
        "retroml-cluster",
        "retroml-core",
        "retroml-datasets",
        "retroml-dearpygui",
        "retroml-example",
        "retroml-exporters",
        "retroml-license",
        "retroml-metrics",
        "retroml-research",
        "retroml-server",
        "retroml-tianshou",
        "retroml-video",
    }
)


class WrongCore(Exception):
    """A plugin was made for another version of the core."""


@dataclass(frozen=True)
class Candidate:
    """An installed plugin that is not loaded yet."""

    entry: metadata.EntryPoint

    @property
    def name(self) -> str:
        """The name of the plugin: that of its entry point."""
        return self.entry.name

    @functools.cached_property
    def distribution(self) -> str:
        """The canonical name of the distribution it came in."""
        return canonicalize_name(self.entry.dist.name) if self.entry.dist else ""

    @functools.cached_property
    def version(self) -> str:
        """The version of its distribution."""
        return self.entry.dist.version if self.entry.dist else ""

    @property
    def first_party(self) -> bool:
        """Whether it is made by this project, by the name of its distribution."""
        return self.distribution in _FIRST_PARTY

    def load(self) -> Any:
        """Import it. Raises WrongCore, before the import, when it needs another core; otherwise an Exception of its code."""
        for line in (self.entry.dist.requires or ()) if self.entry.dist else ():
            require_this_core(line)
        try:
            return self.entry.load()
        except SystemExit as stopped:
            raise RuntimeError("it tried to end the process") from stopped


def find_plugins(*, safe: bool = False) -> Iterator[Candidate]:
    """Every plugin outside the core: first-party ones before others, then by name. With `safe` first-party ones only."""
    found = (Candidate(entry) for entry in metadata.entry_points(group=PROJECT))
    for plugin in sorted(found, key=lambda plugin: (not plugin.first_party, plugin.name, plugin.distribution)):
        if plugin.distribution != CORE and (plugin.first_party or not safe):
            yield plugin


def disabled(environ: Mapping[str, str] = os.environ) -> frozenset[str]:
    """The names in `RETROML_DISABLE_PLUGINS`, separated by commas, and those that the user switched off for good."""
    named = (name.strip() for name in environ.get(DISABLE_VARIABLE, "").split(","))
    return frozenset(name for name in (*named, *read_choices().disabled_plugins) if name)


def core_version() -> str:
    """The version of the core, "0" when it runs without having been installed."""
    try:
        return metadata.version(CORE)
    except metadata.PackageNotFoundError:
        return "0"


def require_this_core(line: str) -> None:
    """Check one requirement of a plugin: pip only warns of an incompatible pair, which would fail oddly later."""
    try:
        need = Requirement(line)
    except InvalidRequirement:
        return
    if canonicalize_name(need.name) == CORE and not need.specifier.contains(core_version(), prereleases=True):
        raise WrongCore(f"needs {CORE}{need.specifier}, this is {core_version()}")
