"""The contract of plugins as tests: subclass `PluginContract`."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module, resources
from inspect import isfunction
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

import pytest

from retroml_core.hookspecs import PROJECT
from retroml_core.testing.apps import tiny_app
from retroml_core.testing.checks import require
from retroml_core.testing.declarations import require_spec

if TYPE_CHECKING:
    from retroml_core.app import App

__all__ = ["PluginContract"]

HEAVY = ("torch", "tianshou", "matplotlib", "pandas", "tensorboard", "gymnasium")


class PluginContract:
    """What every plugin owes. Set `module`, the package of its entry point.

    `needs` are the packages of other plugins that it or its presets cannot do without, such as "retroml_metrics". `game` is
    a game that its presets are composed with.
    """

    module: ClassVar[str]
    needs: ClassVar[tuple[str, ...]] = ()
    game: ClassVar[str] = "tiny"

    @pytest.fixture
    def app(self, tmp_path: Path) -> App:
        """An app of the core, the tiny game, `needs` and this plugin."""
        return tiny_app(tmp_path, {name: import_module(name) for name in (*self.needs, self.module)})

    def test_it_loads_without_faults(self, app: App) -> None:
        """Every hook is known, every offer is complete, every name is free."""
        faults = "; ".join(str(failure) for failure in app.plugins.failures)
        require(not faults, f"the plugin does not load cleanly: {faults}")

    def test_everything_it_offers_can_be_made(self, app: App) -> None:
        """Each offer has a summary, and its factory can be imported."""
        for (kind, name), plugin in app.registry.plugin_of.items():
            if plugin == self.module and hasattr(spec := app.registry.get(kind, name), "factory"):
                require_spec(spec)

    def test_it_offers_something(self) -> None:
        """At least one hook is implemented, and all that are written are marked."""
        written = vars(import_module(self.module)).items()
        hooks = {name: hook for name, hook in written if name.startswith("retroml_") and isfunction(hook)}
        require(hooks, "no hook was found: write functions named retroml_... marked with @hookimpl")
        unmarked = [name for name, hook in hooks.items() if not hasattr(hook, f"{PROJECT}_impl")]
        require(not unmarked, f"{', '.join(unmarked)}: never called, because not marked with @hookimpl")

    def test_its_door_is_light(self) -> None:
        """Importing the plugin imports nothing heavy, so that every command starts fast."""
        program = f"import sys, {self.module}; print(*[name for name in {HEAVY!r} if name in sys.modules])"
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
        require(done.returncode == 0, f"`import {self.module}` fails: {done.stderr}")
        heavy = done.stdout.split()
        require(not heavy, f"`import {self.module}` imports {heavy}: name what is heavy as 'module:function' in a spec")

    def test_every_preset_composes(self, app: App) -> None:
        """Each YAML file of its config package gives a valid config."""
        from retroml_core.config.composing import ConfigError, compose

        for group, name in self._presets(app):
            chosen = f"+experiment={name}" if group == "experiment" else f"{group}={name}"
            game = [] if group == "experiment" else [f"game={self.game}"]
            try:
                compose(app, [chosen, *game])
            except ConfigError as error:
                there = ", ".join(("the core", *self.needs))
                require(False, f"{chosen} does not compose with {there} (what else it builds on belongs into `needs`): {error}")

    def _presets(self, app: App) -> list[tuple[str, str]]:
        packages = [package for plugin, package in app.plugins.config_packages() if plugin == self.module]
        found = []
        for package in packages:
            for group in resources.files(package).iterdir():
                if group.is_dir() and not group.name.startswith("_"):
                    found += [(group.name, file.name[:-5]) for file in group.iterdir() if file.name.endswith(".yaml")]
        return sorted(found)
