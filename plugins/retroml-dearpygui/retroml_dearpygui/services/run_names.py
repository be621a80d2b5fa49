"""What a run is called, on every page alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from retroml_core.app import App
    from retroml_core.specs import Spec

__all__ = ["END_OF_ID", "Named", "made_of", "run_title"]

END_OF_ID = 4
"""So many letters of an id tell two runs apart that are made of the same."""


class Named(Protocol):
    """A run as far as its name goes: that of people ("": none), else what it is made of."""

    @property
    def id(self) -> str:
        """Its id."""

    @property
    def name(self) -> str:
        """What people call it, "" when nothing."""

    @property
    def game(self) -> str:
        """The name of its game."""

    @property
    def algorithm(self) -> str:
        """The name of its algorithm."""


def run_title(app: App, run: Named) -> str:
    """The name somebody gave it, else its game and algorithm with the end of its id: "Pong · DQN · yeq9"."""
    if run.name or not run.algorithm:
        return run.name or run.id
    return f"{made_of(app, run)} · {run.id[-END_OF_ID:]}"


def made_of(app: App, run: Named) -> str:
    """Its game and algorithm: "Pong · DQN"."""
    return f"{_title(app.registry.games, run.game)} · {_title(app.registry.algorithms, run.algorithm)}"


def _title(specs: Mapping[str, Spec], name: str) -> str:
    return specs[name].title if name in specs else name
