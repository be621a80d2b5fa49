"""An app for tests: no installed plugin, only the core's own, the tiny game and what the test brings."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core import hookimpl
from retroml_core.testing.tiny import TINY_ENVIRONMENT, TINY_GAME

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.specs import EnvironmentSpec, GameSpec

__all__ = ["TinyPlugin", "tiny_app"]


class TinyPlugin:
    """Offers the tiny game."""

    @hookimpl
    def retroml_environments(self) -> list[EnvironmentSpec]:
        """The tiny environment."""
        return [TINY_ENVIRONMENT]

    @hookimpl
    def retroml_games(self) -> list[GameSpec]:
        """The tiny game."""
        return [TINY_GAME]


def tiny_app(folder: Path, plugins: dict[str, object] | None = None) -> App:
    """An app whose data root is `folder`, with `plugins` (name to module or object) besides the tiny game."""
    from retroml_core.app import App
    from retroml_core.plugins.manager import PluginManager
    from retroml_core.plugins.registry import Registry
    from retroml_core.runs.roots import DataRoot

    manager = PluginManager(discover=False)
    for name, plugin in {"tiny": TinyPlugin(), **(plugins or {})}.items():
        manager.register(plugin, name)
    app = App(plugins=manager, registry=Registry.collect(manager), root=DataRoot(folder))
    manager.startup(app)
    return app
