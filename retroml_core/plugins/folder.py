"""Plugins in the data root: a single `.py` file in `<data root>/plugins/` is a plugin too, once the user trusts it.

A file dropped there does nothing. `retroml plugins trust NAME` writes down its SHA-256; from then on it is loaded, until its
content changes. Trust is a decision about code, not a sandbox: a trusted file runs with all the rights of the app.
"""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.faults import Fault
from retroml_core.files import read_json, write_json
from retroml_core.plugins.discovery import disabled
from retroml_core.plugins.suggestions import advice

if TYPE_CHECKING:
    from retroml_core.plugins.manager import PluginManager

__all__ = ["FolderPlugin", "find_folder_plugins", "load_folder_plugins", "trust", "untrust"]

_TRUST_FILE = "trusted.json"


@dataclass(frozen=True)
class FolderPlugin:
    """A plugin file: `digest` is the SHA-256 of its content, `trusted_digest` that of the content once trusted, "" for none."""

    name: str
    path: Path
    digest: str
    trusted_digest: str

    @property
    def trusted(self) -> bool:
        """Whether exactly this content is trusted."""
        return self.digest == self.trusted_digest

    @property
    def complaint(self) -> str:
        """Why it is not loaded, in words, and what to do."""
        why = "has changed since it was trusted" if self.trusted_digest else "is not trusted yet"
        return f"{why}: read {self.path}, then run `retroml plugins trust {self.name}`"


def find_folder_plugins(folder: Path) -> list[FolderPlugin]:
    """The plugin files in `folder` by name; none when it does not exist or cannot be read."""
    known = _trusted(folder)
    try:
        paths = sorted(path for path in folder.glob("*.py") if path.stem.isidentifier())
        digests = [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]
    except OSError:
        return []
    return [
        FolderPlugin(path.stem, path, digest, known.get(path.stem, "")) for path, digest in zip(paths, digests, strict=True)
    ]


def load_folder_plugins(plugins: PluginManager, folder: Path) -> dict[str, str]:
    """Register the trusted ones with `plugins`; the others, and those that fail, become entries of `plugins.failures`.

    The SHA-256 of each one loaded, by its name.
    """
    off = disabled()
    loaded: dict[str, str] = {}
    for plugin in find_folder_plugins(folder):
        if plugin.name in off:
            continue
        if not plugin.trusted:
            plugins.report(plugin.name, plugin.complaint)
            continue
        try:
            module = _load(plugin)
        except Exception as error:  # noqa: BLE001  # whatever a plugin's import raises
            plugins.report(plugin.name, "could not be loaded", error)
        else:
            if plugins.register(module, plugin.name):
                loaded[plugin.name] = plugin.digest
    return loaded


def trust(folder: Path, name: str) -> FolderPlugin:
    """Trust the file `name` as it stands. Raises Fault when there is none, OSError when that cannot be written down."""
    found = {plugin.name: plugin for plugin in find_folder_plugins(folder)}
    if name not in found:
        raise Fault(f"there is no plugin file {name}.py in {folder}; {advice(name, found)}")
    write_json(folder / _TRUST_FILE, _trusted(folder) | {name: found[name].digest})
    return found[name]


def untrust(folder: Path, name: str) -> None:
    """Trust `name` no longer. Raises Fault when it was not trusted, OSError when that cannot be written down."""
    known = _trusted(folder)
    if name not in known:
        raise Fault(f"{name} is not trusted; {advice(name, known)}")
    write_json(folder / _TRUST_FILE, {key: value for key, value in known.items() if key != name})


def _trusted(folder: Path) -> dict[str, str]:
    try:
        return {str(name): str(digest) for name, digest in read_json(folder / _TRUST_FILE).items()}
    except (OSError, ValueError, AttributeError):
        return {}


def _load(plugin: FolderPlugin) -> object:
    if _taken(plugin):
        raise ImportError(f"a module called {plugin.name} is installed already; rename the file")
    spec = importlib.util.spec_from_file_location(plugin.name, plugin.path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{plugin.path} cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.modules[plugin.name] = module  # so that the "module:attribute" strings of its specs resolve
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[plugin.name]
        if isinstance(error, SystemExit):
            raise RuntimeError("it tried to end the process") from error
        raise
    return module


def _taken(plugin: FolderPlugin) -> bool:
    loaded = sys.modules.get(plugin.name)
    if loaded is not None:
        return getattr(loaded, "__file__", None) != str(plugin.path)
    return importlib.util.find_spec(plugin.name) is not None
