"""From a plain tree of settings to the typed config: names filled in, everything else checked against the dataclasses.

What does not fit is named and left out, so that all faults are found at once.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from retroml_core.config.errors import ConfigError, KeyFault, key_advice, known_keys
from retroml_core.config.kinds import drop_misfits
from retroml_core.config.migrations import migrate
from retroml_core.plugins.suggestions import UnknownName, advice
from retroml_core.schema import ExperimentConfig

if TYPE_CHECKING:
    from omegaconf import DictConfig

    from retroml_core.app import App
    from retroml_core.specs import Problem

__all__ = ["fitted"]

_ONE_AT_A_TIME = threading.Lock()
"""A schema is shared by all threads, and merging one is not safe."""


def fitted(tree: Mapping[str, Any], app: App, *, game_required: bool = True) -> tuple[ExperimentConfig, list[Problem]]:
    """The typed config of what fits in `tree`, and what is wrong with the rest. Without `game_required` an unknown game is
    left to `validation.check`, so that it is named together with all other faults."""
    tree = migrate(tree)
    _canonical_names(tree, app, game_required=game_required)
    _fill_in(tree, app)
    plain = _literal(tree)
    try:
        with _ONE_AT_A_TIME:
            schema = _schema(tree, app)
            misfits: list[Problem] = list(_shape_faults(plain, schema, known_keys(app.registry), ""))
            try:
                merged = OmegaConf.merge(schema, OmegaConf.create(plain))
            except OmegaConfBaseException:
                misfits += drop_misfits(plain, schema)
                merged = OmegaConf.merge(schema, OmegaConf.create(plain))
            config = OmegaConf.to_object(merged)
    except OmegaConfBaseException as error:
        raise ConfigError(f"{error.full_key or 'config'}: {str(error).partition(chr(10))[0]}") from error
    if not isinstance(config, ExperimentConfig):
        raise ConfigError("this is not a config")
    return config, misfits


def _literal(value: Any) -> Any:
    """`value` with its strings taken as they are: a saved config has nothing left to resolve, an imported one may not."""
    if isinstance(value, str):
        return re.sub(r"(\\*)\$\{", r"\1\1\\${", value)
    if isinstance(value, Mapping):
        return {key: _literal(item) for key, item in value.items()}
    return [_literal(item) for item in value] if isinstance(value, (list, tuple)) else value


def _canonical_names(tree: dict[str, Any], app: App, *, game_required: bool) -> None:
    """Write the game's own name for an alias, and the environment of the game where none is named."""
    try:
        game = app.registry.game(str(tree.get("game", ExperimentConfig.game)))
    except UnknownName as error:
        if not game_required and tree.get("environment"):
            return
        raise ConfigError(f"game={tree.get('game')}: {error} (`retroml games` lists them all)") from error
    tree["game"] = game.name
    environment = tree.get("environment") or {}
    if isinstance(environment, Mapping):
        tree["environment"] = {"name": game.environment, **environment}


def _fill_in(tree: dict[str, Any], app: App) -> None:
    """Metrics and films where the tree has no word of them: the default ones as far as their plugins are installed."""
    usual = ExperimentConfig()
    tree.setdefault("metrics", [name for name in usual.metrics if name in app.registry.metrics])
    film = tree.get("film", {})
    if isinstance(film, Mapping):
        renderers = [name for name in usual.film.renderers if name in app.registry.renderers]
        tree["film"] = {"renderers": renderers, **film}


def _schema(tree: Mapping[str, Any], app: App) -> DictConfig:
    return _schema_with(_config_class("algorithm", tree, app), _config_class("environment", tree, app))


@functools.cache
def _schema_with(algorithm: type, environment: type) -> DictConfig:
    """The schema with the settings of these; making it takes longer than all that it is used for."""
    schema: DictConfig = OmegaConf.structured(ExperimentConfig)
    for group, part in (("algorithm", algorithm), ("environment", environment)):
        try:
            schema[group] = OmegaConf.structured(part)
        except OmegaConfBaseException as error:
            raise ConfigError(f"{group}={getattr(part, 'name', '')}: its config cannot be used: {error}") from error
    return schema


def _config_class(group: str, tree: Mapping[str, Any], app: App) -> type:
    part = tree.get(group)
    name = part.get("name") if isinstance(part, Mapping) else None
    if not name:
        raise ConfigError(f"{group}: needs a value; {advice('', app.registry.of(group), group)}")
    try:
        return app.registry.config_of(group, str(name))
    except UnknownName as error:
        hint = "it may come from a plugin that is not installed; `retroml plugins` lists those that are"
        raise ConfigError(f"{group}={name}: {error} ({hint})") from error


def _shape_faults(tree: dict[str, Any], schema: DictConfig, keys: Sequence[str], above: str) -> Iterator[Problem]:
    """What is in `tree` without a place in `schema`; it is taken out."""
    known = schema.keys()
    for name, value in list(tree.items()):
        key = f"{above}{name}"
        if name not in known:
            yield KeyFault(key=key, message=f"there is no such setting; {key_advice(key, keys)}")
        elif not dataclasses.is_dataclass(OmegaConf.get_type(schema, name)):
            continue
        elif isinstance(value, Mapping):
            yield from _shape_faults(tree[name], schema[name], keys, f"{key}.")
            continue
        else:
            yield KeyFault(key=key, message=f"holds settings of its own, not {value!r}")
        del tree[name]
