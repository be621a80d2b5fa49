"""Games played for a film: seeded, by stored policies, recorded on tapes of their own that are gone when the film is made."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.filming import FilmError, Staged
from retroml_core.seeding import Seeds
from retroml_core.tape import open_tape
from retroml_core.training.building import Workshop

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig
    from retroml_core.specs import EnvironmentSpec
    from retroml_core.training.players import Players

__all__ = ["TapedArena"]


class TapedArena:
    """See `retroml_core.filming.Arena`. Nothing is written to the run; `close` removes what was recorded."""

    def __init__(self, app: App, config: ExperimentConfig, players: Players) -> None:
        self._app, self._config, self._players = app, config, players
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._staged: list[Staged] = []

    def play(self, step: int, *, seed: int, most_steps: int, tick: Callable[[], None]) -> Staged:
        """Play one game; see `retroml_core.filming.Arena.play`."""
        player = self._players.nearest(step)
        if player is None or player.step != step:
            raise FilmError(f"there is no sound policy of step {step:,} to play with")
        workshop, spec = self._ready
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="retroml-film-", ignore_cleanup_errors=True)
        folder, seeds = Path(self._folder.name) / str(len(self._staged)), Seeds(seed)
        folder.mkdir(exist_ok=True)
        self._players.seed(seeds.integer("film", "acting"))
        environment = workshop.environment(
            1, seed=seeds.integer("film", "game"), stream="evaluation", tape_folder=folder / "tape"
        )
        try:
            obs = environment.reset()
            for _ in range(most_steps):
                tick()
                environment.send(player.decide(obs).actions)
                transition = environment.recv()
                obs = transition.obs
                if transition.episodes:
                    break
        finally:
            environment.close()
        tape = open_tape(folder, spec.tape)
        self._staged.append(Staged(tape, tape.episodes("evaluation")[0], step))
        return self._staged[-1]

    @cached_property
    def _ready(self) -> tuple[Workshop, EnvironmentSpec]:
        """What games are played with; most films play none."""
        workshop = Workshop(self._app, self._config)
        workshop.threads = 1
        return workshop, self._app.registry.environment(self._config.environment.name)

    def close(self) -> None:
        """Close the tapes and remove them. May be called twice."""
        for staged in self._staged:
            staged.tape.close()
        self._staged.clear()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
