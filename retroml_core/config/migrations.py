"""Bringing the config of an older version up to date, step by step. Each step is a pure function of a plain tree.

Version 0 is the roadmap's flat form (`retroml_core.config.flat`); version 1 is the present one. A sample of every version that
was ever written is kept in the tests and loads for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

from retroml_core.config.errors import ConfigError
from retroml_core.config.flat import from_flat, is_flat
from retroml_core.schema import SCHEMA_VERSION

__all__ = ["MIGRATIONS", "migrate", "version_of"]

MIGRATIONS: Mapping[int, Callable[[Mapping[str, Any]], dict[str, Any]]] = MappingProxyType({0: from_flat})
"""For each older version the step to the next."""


def version_of(tree: Mapping[str, Any]) -> int:
    """The version of a tree; without a `schema_version` it is the flat form or a present one written by hand."""
    version = tree.get("schema_version", 0 if is_flat(tree) else SCHEMA_VERSION)
    if isinstance(version, bool) or not isinstance(version, int) or version < 0:
        raise ConfigError(f"schema_version={version!r}: must be a whole number")
    return version


def migrate(tree: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of `tree` in the present version. Raises ConfigError for one that a newer release wrote."""
    version = version_of(tree)
    if version > SCHEMA_VERSION:
        raise ConfigError(
            f"this config has version {version}, but this release reads only up to {SCHEMA_VERSION}: update retroml-core"
        )
    for old in range(version, SCHEMA_VERSION):
        tree = MIGRATIONS[old](tree)
    return {**tree, "schema_version": SCHEMA_VERSION}
