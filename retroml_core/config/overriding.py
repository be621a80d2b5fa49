"""Overrides on a saved config: the same `key=value` words as on the command line, on a config that exists already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from retroml_core.config.errors import ConfigError
from retroml_core.config.spelling import readable

__all__ = ["with_overrides"]

_GROUPS = ("algorithm", "environment", "network")


def with_overrides(tree: Mapping[str, Any], overrides: Sequence[str]) -> dict[str, Any]:
    """A copy of the plain config `tree` with `overrides` applied.

    Another algorithm starts from its own defaults, and a budget among the overrides replaces the saved one. Raises ConfigError
    for a word that is not `key=value`, or that names several values.
    """
    config = OmegaConf.create(dict(tree))
    try:
        parsed = OverridesParser.create().parse_overrides(readable(overrides))
    except HydraException as error:
        wrong = next((override for override in overrides if "=" not in override), " ".join(overrides))
        raise ConfigError(f"{wrong}: write KEY=VALUE, such as budget.hours=2") from error
    if any(override.key_or_group.startswith("budget.") for override in parsed):
        config["budget"] = {}
    for override in parsed:
        if override.is_sweep_override() or override.is_add() or override.is_delete():
            raise ConfigError(f"{override.input_line}: only a single value can be given on a saved config: write KEY=VALUE")
        key, value = override.key_or_group, override.value()
        if not key:
            raise ConfigError(f"{override.input_line}: names no setting; write KEY=VALUE, such as budget.hours=2")
        if key == "preset":
            raise ConfigError(f"{override.input_line}: a saved config has its budget already; write budget.hours=... instead")
        if key in _GROUPS:
            value = {"name": value}
        elif isinstance(value, (int, float)) and isinstance(OmegaConf.select(config, key), str):
            value = (override.input_line or "").partition("=")[2]  # 1e4, and not 10000.0
        try:
            OmegaConf.update(config, key, value, merge=key not in _GROUPS, force_add=True)
        except OmegaConfBaseException as error:
            raise ConfigError(f"{key}: {str(error).partition(chr(10))[0]}") from error
    container = OmegaConf.to_container(config)
    return {str(key): value for key, value in container.items()} if isinstance(container, dict) else {}
