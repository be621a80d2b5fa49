"""The app: what every command, front end and worker starts from."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from retroml_core.plugins.folder import load_folder_plugins
from retroml_core.plugins.manager import PluginManager
from retroml_core.plugins.registry import Registry
from retroml_core.runs.roots import find_data_root

if TYPE_CHECKING:
    from retroml_core.index import Index
    from retroml_core.runs.roots import DataRoot

__all__ = ["App"]


@dataclass
class App:
    """The plugins, what they offer, and where the data is. Made by `App.open`, handed on, closed by its maker.

    `plugin_files` are the plugins of a single file that are loaded from the data root: the SHA-256 of each, by name.
    """

    plugins: PluginManager
    registry: Registry
    root: DataRoot
    plugin_files: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, safe: bool = False) -> App:
        """Find plugins and the data root and start the plugins. With `safe` only first-party plugins are loaded."""
        plugins = PluginManager(safe=safe)
        root = find_data_root(plugins)
        files = {} if safe else load_folder_plugins(plugins, root.path / "plugins")
        app = cls(plugins=plugins, registry=Registry.collect(plugins), root=root, plugin_files=files)
        plugins.startup(app)
        return app

    @functools.cached_property
    def index(self) -> Index:
        """The index of all runs, opened on first use; in memory where it cannot be written."""
        from retroml_core.index import Index

        return Index.open(self.root, spare=True)

    def notices(self) -> list[str]:
        """What a person should know of the index by now; each notice is given once."""
        index = vars(self).get("index")  # which is not opened only to be asked
        if index is None:
            return []
        told, index.notices = index.notices, []
        return list(told)

    def close(self) -> None:
        """Tell the plugins that the app ends."""
        self.plugins.shutdown(self)

    def __enter__(self) -> App:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
