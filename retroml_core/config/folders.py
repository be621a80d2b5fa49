"""Where YAML files come from: the core's `conf/` and the folders of plugins."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from retroml_core.plugins.manager import PluginManager
    from retroml_core.plugins.registry import Registry

__all__ = ["ConfFolder", "core_conf", "drop_unusable_schemas", "options", "plugin_folders"]


@dataclass(frozen=True)
class ConfFolder:
    """A folder of YAML files: who brings it, the package it is, and its options as `"group/name"`."""

    plugin: str
    package: str
    options: frozenset[str]


def core_conf() -> Path:
    """The core's YAML folder: inside the package once installed, beside it in a checkout."""
    here = Path(__file__).parent.parent
    installed, checkout = here / "conf", here.parent / "conf"
    return installed if installed.is_dir() else checkout


def plugin_folders(plugins: PluginManager, registry: Registry) -> list[ConfFolder]:
    """The folders of plugins that may be used; one that is not there or takes a name already used is reported.

    Hydra takes the first file of a name without a word, so a clash has to be found here.
    """
    taken = dict.fromkeys({*_walk(core_conf()), *_schemas(registry)}, "the core or a schema")
    usable = []
    for plugin, package in plugins.config_packages():
        try:
            folder = files(package)
            if not folder.is_dir():
                raise FileNotFoundError(package)
            found = frozenset(_walk(folder))
        except Exception as error:  # noqa: BLE001  # importing a plugin's package runs its code
            plugins.report(plugin, f"names a config folder {package!r} that is not there", error)
            continue
        if clash := sorted(found & taken.keys()):
            what = f"has a config file {clash[0]}.yaml, a name already used by {taken[clash[0]]}; its config folder is left out"
            plugins.report(plugin, what)
            continue
        taken.update(dict.fromkeys(found, plugin))
        usable.append(ConfFolder(plugin, package, found))
    return usable


def drop_unusable_schemas(plugins: PluginManager, registry: Registry) -> None:
    """Take algorithms and environments whose config dataclass Hydra cannot use out of `registry`, and report them."""
    from omegaconf import OmegaConf

    for kind, spec in list(registry.configurable()):
        try:
            OmegaConf.structured(spec.config)
        except Exception as error:  # noqa: BLE001  # a plugin's class may hold anything
            what = f"offers {kind} {spec.name!r}, which is left out: its config cannot be used"
            plugins.report(registry.plugin_of[kind, spec.name], what, error)
            del registry.of(kind)[spec.name]


def options(plugins: PluginManager, registry: Registry) -> dict[str, list[str]]:
    """Every config group with the names of its options, those of schemas and plugins included."""
    found = {*_walk(core_conf()), *_schemas(registry)}
    for folder in plugin_folders(plugins, registry):
        found |= folder.options
    groups: dict[str, list[str]] = {}
    for option in sorted(found):
        group, _, name = option.rpartition("/")
        if group and not group.startswith("hydra"):
            groups.setdefault(group, []).append(name)
    return groups


def _schemas(registry: Registry) -> set[str]:
    return {f"{kind}/{spec.name}" for kind, spec in registry.configurable()}


def _walk(folder: Traversable | Path, above: str = "") -> Iterator[str]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, f"{above}{entry.name}/")
        elif entry.name.endswith(".yaml"):
            yield above + entry.name.removesuffix(".yaml")
