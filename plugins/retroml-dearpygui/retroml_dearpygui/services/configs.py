"""Configs for the app, and how large what they describe will be: composed beside the window, one at a time, because Hydra
keeps process-wide state."""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

from retroml_core.plugins.registry import resolve
from retroml_core.sizing import Sizes

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.environment import EnvInfo
    from retroml_core.schema import ExperimentConfig

__all__ = ["Composer"]

logger = logging.getLogger(__name__)


class Composer:
    """Makes configs; what was composed once is kept. Thread-safe; blocks, so call it in the background."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, ...], ExperimentConfig] = {}
        self._games: dict[str, EnvInfo] = {}

    def compose(self, base: Sequence[str]) -> ExperimentConfig:
        """The checked config of a few choices such as game, algorithm and preset, as on the command line.

        Raises ConfigError, whose `problems` name keys.
        """
        from retroml_core.config.composing import compose

        with self._lock:
            if tuple(base) not in self._kept:
                self._kept[tuple(base)] = compose(self._app, list(base))
            return self._kept[tuple(base)]

    def change(self, base: Sequence[str], overrides: Sequence[str]) -> ExperimentConfig:
        """The checked config of `base` with settings changed; much quicker than composing. Raises ConfigError."""
        from retroml_core.config.composing import from_tree, require_valid, to_tree
        from retroml_core.config.overriding import with_overrides

        return require_valid(from_tree(with_overrides(to_tree(self.compose(base)), overrides), self._app), self._app)

    def sizes(self, config: ExperimentConfig) -> Sizes:
        """How large networks and replay of `config` will be; empty when its algorithm does not say or fails to."""
        spec = self._app.registry.algorithms[config.algorithm.name]
        if not spec.sizes:
            return Sizes()
        try:
            found: Sizes = resolve(spec.sizes)(self._app, config, self._info(config))
        except Exception:
            logger.warning("the algorithm %s cannot say how large it will be", spec.name, exc_info=True)
            return Sizes()
        return found

    def _info(self, config: ExperimentConfig) -> EnvInfo:
        """The shape of a game, which is made for a moment the first time."""
        from retroml_core.training.building import Workshop

        key = f"{config.game} {config.environment}"
        with self._lock:
            if key not in self._games:
                self._games[key] = Workshop(self._app, config).info()
            return self._games[key]
