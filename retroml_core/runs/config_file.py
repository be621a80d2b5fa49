"""`config.json` of a run or a model as it stands, once it is known to hold what every reader relies on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from retroml_core.faults import Fault
from retroml_core.files import read_json

__all__ = ["DamagedConfig", "read_tree"]


class DamagedConfig(Fault, ValueError):
    """A `config.json` is half written or holds something else; the message names the file and what to do."""


_PARTS = ("algorithm", "environment")
"""What has settings of its own, under a name."""

_KINDS: Mapping[str, tuple[type, ...]] = MappingProxyType({"parent": (dict,), "tags": (list,), "seed": (int,)})
"""What these keys hold where they are there and not null."""


def read_tree(path: Path) -> dict[str, Any]:
    """The settings in `path`. Raises OSError when it cannot be read, DamagedConfig when it holds no settings of a run."""
    try:
        tree = read_json(path)
    except ValueError as error:
        raise DamagedConfig(f"{error}; {_advice(path)}") from error
    if not isinstance(tree, dict):
        raise DamagedConfig(f"{path} is damaged: it holds no settings; {_advice(path)}")
    faults = "; ".join(_faults(tree))
    if faults:
        raise DamagedConfig(f"{path} is damaged: {faults}; {_advice(path)}")
    return tree


def _faults(tree: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(tree.get("game"), str):
        yield "game names no game"
    for part in _PARTS:
        settings = tree.get(part)
        if not isinstance(settings, Mapping) or not isinstance(settings.get("name"), str):
            yield f"{part}.name is missing"
    for key, kinds in _KINDS.items():
        if tree.get(key) is not None and not isinstance(tree[key], kinds):
            yield f"{key} cannot be {tree[key]!r}"


def _advice(path: Path) -> str:
    """Each attempt keeps the settings in the provenance, so most often nothing is lost."""
    try:
        kept = isinstance(read_json(path.with_name("provenance.json"))["config"], dict)
    except (OSError, ValueError, KeyError, TypeError):
        kept = False
    if kept:
        return 'put it back: provenance.json beside it holds the settings of the last attempt under "config"'
    return "put it back from a backup or an export, or delete the folder"
