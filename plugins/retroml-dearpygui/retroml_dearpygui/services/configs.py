"""Configs for the app: composed beside the window, one at a time, because Hydra keeps process-wide state."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig

__all__ = ["Composer"]


class Composer:
    """Makes configs; what was composed once is kept. Thread-safe; blocks, so call it in the background."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._kept: dict[tuple[str, ...], ExperimentConfig] = {}

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
