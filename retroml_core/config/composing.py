"""Making a config: by Hydra from YAML and overrides, or from a saved `config.json`. Both end as one typed object.

Hydra keeps process-wide state, so threads that compose take turns.
"""

from __future__ import annotations

import dataclasses
import enum
import functools
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from weakref import ReferenceType, ref

from hydra import compose as hydra_compose
from hydra import initialize_config_dir
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.plugins import Plugins as HydraPlugins
from hydra.errors import HydraException
from hydra.plugins.search_path_plugin import SearchPathPlugin
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException
from yaml import YAMLError  # type: ignore[import-untyped]  # it ships no types

from retroml_core.config.diagnosis import find_faults
from retroml_core.config.errors import ConfigError, explain, known_keys, of_problems
from retroml_core.config.fitting import fitted
from retroml_core.config.folders import core_conf, drop_unusable_schemas, plugin_folders
from retroml_core.config.resolvers import register_resolvers
from retroml_core.config.spelling import spelled
from retroml_core.config.validation import check
from retroml_core.files import read_json, write_json
from retroml_core.plugins.suggestions import UnknownName
from retroml_core.schema import ExperimentConfig
from retroml_core.specs import Problem, Severity

if TYPE_CHECKING:
    from hydra.core.config_search_path import ConfigSearchPath

    from retroml_core.app import App

__all__ = [
    "ConfigError",
    "compose",
    "config_hash",
    "connect",
    "from_tree",
    "hashed_tree",
    "load_config",
    "require_valid",
    "save_config",
    "to_tree",
    "tree_hash",
    "with_environment",
]

_UNHASHED = ("id", "created_at", "name", "notes", "tags", "group")


class PluginConfigs(SearchPathPlugin):
    """Adds the config folders of plugins behind the core's own. Hydra makes its instances, so the class holds the folders,
    and the app they are of."""

    folders: ClassVar[tuple[tuple[str, str], ...]] = ()
    app: ClassVar[ReferenceType[App] | None] = None

    def manipulate_search_path(self, search_path: ConfigSearchPath) -> None:
        """Append every folder."""
        for plugin, package in self.folders:
            search_path.append(provider=plugin, path=f"pkg://{package}")


def connect(app: App) -> None:
    """Make the schemas, config folders and resolvers of `app` known to Hydra; costs nothing while it is the last so known."""
    if PluginConfigs.app is not None and PluginConfigs.app() is app:
        return
    drop_unusable_schemas(app.plugins, app.registry)
    PluginConfigs.folders = tuple((folder.plugin, folder.package) for folder in plugin_folders(app.plugins, app.registry))
    if PluginConfigs not in HydraPlugins.instance().discover(SearchPathPlugin):
        HydraPlugins.instance().register(PluginConfigs)
    store = ConfigStore.instance()
    store.__deepcopy__ = lambda _: store  # type: ignore[attr-defined]  # or each composition copies every schema there is
    store.store(name="base_config", node=ExperimentConfig, provider="retroml")
    for kind, spec in app.registry.configurable():
        store.store(group=kind, name=spec.name, node=spec.config, provider=app.registry.plugin_of[kind, spec.name])
    register_resolvers(app)
    PluginConfigs.app = ref(app)


def compose(app: App, overrides: Sequence[str] = ()) -> ExperimentConfig:
    """The config that `overrides` ask for, complete and checked. Raises ConfigError naming every fault."""
    overrides = spelled(overrides, app.registry)
    faults: list[Problem] = []
    with _hydra(app):
        try:
            tree = _compose_tree(app, overrides)
        except ConfigError:
            tree, faults = find_faults(overrides, functools.partial(_compose_tree, app), known_keys(app.registry))
    config, misfits = fitted(tree, app, game_required=False)
    return require_valid(config, app, [*faults, *misfits])


def require_valid(config: ExperimentConfig, app: App, also: Sequence[Problem] = ()) -> ExperimentConfig:
    """`config`, when nothing is wrong with it. Raises ConfigError naming every fault, those in `also` first; warnings are
    no fault."""
    errors = [*also, *(problem for problem in check(config, app) if problem.severity is Severity.ERROR)]
    if errors:
        raise of_problems(errors)
    return config


_ONE_AT_A_TIME = threading.RLock()
"""Hydra keeps one composition per process."""


@contextmanager
def _hydra(app: App) -> Iterator[None]:
    with _ONE_AT_A_TIME:
        if GlobalHydra.instance().is_initialized():  # inside a job of a multirun
            yield
            return
        connect(app)
        with initialize_config_dir(str(core_conf()), version_base="1.3", job_name="retroml"):
            yield


def _compose_tree(app: App, overrides: Sequence[str]) -> dict[str, Any]:
    """Compose, with the environment of the game where none was asked for: first by a `game=` among the overrides, then by
    the game that YAML files chose."""
    overrides = with_environment(app, overrides)
    tree = _compose_once(app, overrides)
    if not _asks_for_environment(overrides):
        environment = _environment_of(app, str(tree["game"]))
        if environment not in ("", tree["environment"].get("name")):
            tree = _compose_once(app, [f"environment={environment}", *overrides])
    return tree


def with_environment(app: App, overrides: Sequence[str]) -> list[str]:
    """`overrides` with the environment of their `game=`, where they ask for none and one plays all the games of a sweep."""
    games = [override.partition("=")[2] for override in overrides if override.startswith("game=")]
    if not games or _asks_for_environment(overrides):
        return list(overrides)
    environments = {_environment_of(app, game.strip(" '\"")) for game in games[-1].split(",")}
    (environment,) = environments if len(environments) == 1 else ("",)
    return [f"environment={environment}", *overrides] if environment else list(overrides)


def _asks_for_environment(overrides: Sequence[str]) -> bool:
    return any(override.startswith("environment=") for override in overrides)


def _environment_of(app: App, game: str) -> str:
    try:
        return app.registry.game(game).environment
    except UnknownName:
        return ""


def _compose_once(app: App, overrides: Sequence[str]) -> dict[str, Any]:
    try:
        composed = OmegaConf.to_container(hydra_compose("config", overrides=list(overrides)), resolve=True)
    except (HydraException, OmegaConfBaseException) as error:
        raise of_problems([explain(error, app.registry)]) from error
    except YAMLError as error:
        raise ConfigError(f"a config file is not valid YAML: {error}") from error
    return {str(key): value for key, value in dict(composed).items()}  # type: ignore[arg-type]  # a mapping at the top


def from_tree(tree: Mapping[str, Any], app: App) -> ExperimentConfig:
    """The typed config of a plain tree, of any older version. Raises ConfigError naming every key and every type that is wrong;
    ranges are left to `validation.check`."""
    config, misfits = fitted(tree, app)
    if misfits:
        raise of_problems(misfits)
    return config


def to_tree(config: ExperimentConfig) -> dict[str, Any]:
    """`config` as a plain tree of dicts, lists, strings, numbers and None, in the order of the schema."""
    tree: dict[str, Any] = _plain(dataclasses.asdict(config))
    return tree


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value.name if isinstance(value, enum.Enum) else value


def load_config(path: Path, app: App) -> ExperimentConfig:
    """The config in a JSON or YAML file, of any older version. Raises ConfigError when it cannot be read or used."""
    try:
        tree = _read_yaml(path) if path.suffix.lower() in (".yaml", ".yml") else read_json(path)
    except OSError as error:
        raise ConfigError(f"cannot read the config: {path}: {error.strerror or error}") from error
    except ValueError as error:
        raise ConfigError(f"cannot read the config: {error}") from error
    if not isinstance(tree, dict):
        raise ConfigError(f"{path} does not hold a config: it is no mapping of settings to values")
    try:
        return from_tree(tree, app)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}", error.problems) from error


def _read_yaml(path: Path) -> Any:
    """What is written in `path`, interpolations left as they are. Raises OSError, ValueError naming the file."""
    with path.open(encoding="utf-8") as file:
        try:
            return OmegaConf.to_container(OmegaConf.load(file), resolve=False)
        except (YAMLError, OmegaConfBaseException, UnicodeDecodeError, OSError) as error:
            raise ValueError(f"{path} holds no settings in YAML: {error}") from error


def save_config(config: ExperimentConfig, path: Path) -> None:
    """Write `config` as JSON, whole. Raises OSError."""
    write_json(path, to_tree(config))


def config_hash(config: ExperimentConfig) -> str:
    """16 hex digits over everything that shapes the run: all but its id, its times and what people call it."""
    return tree_hash(to_tree(config))


def tree_hash(tree: Mapping[str, Any]) -> str:
    """The `config_hash` of a config that is a plain tree, as in `config.json`."""
    return hashlib.sha256(json.dumps(hashed_tree(tree), sort_keys=True).encode()).hexdigest()[:16]


def hashed_tree(tree: Mapping[str, Any]) -> dict[str, Any]:
    """What `tree_hash` is taken over."""
    return {key: value for key, value in tree.items() if key not in _UNHASHED}
