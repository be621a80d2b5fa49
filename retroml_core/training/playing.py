"""A stored policy plays on and on, at the pace of the game, for whoever looks. Nothing is written to the model or the run.

What it sees and does is written like the live view of a training (docs/live-view.md).

Shapes: B environments, here 1; C stacked frames, H height, W width.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.live import live_file
from retroml_core.seeding import Seeds
from retroml_core.training.broadcast import Broadcast
from retroml_core.training.building import Workshop
from retroml_core.training.players import Players

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.algorithm import Decision
    from retroml_core.app import App
    from retroml_core.environment import EpisodeEnd, VectorEnvironment
    from retroml_core.runs.run import Run
    from retroml_core.training.players import Player

__all__ = ["FRAMES_A_SECOND", "Pace", "play"]

FRAMES_A_SECOND = 60.0


class Pace:
    """Keeps steps `seconds` apart by resting on `ended`, which ends the rest; one that is late is not caught up with."""

    def __init__(self, seconds: float, ended: threading.Event, now: Callable[[], float] = time.monotonic) -> None:
        self._seconds, self._ended, self._now = seconds, ended, now
        self._due = now()

    def rest(self) -> bool:
        """Rest until the next step is due; whether to go on."""
        self._due = max(self._due + self._seconds, self._now())
        return not self._ended.wait(max(0.0, self._due - self._now()))


def play(
    app: App,
    run: Run,
    checkpoint_step: int,
    folder: Path,
    *,
    seed: int = 0,
    greedy: bool = False,
    speed: float = 1.0,
    games: int | None = None,
    ended: threading.Event | None = None,
    said: Callable[[EpisodeEnd], None] | None = None,
) -> None:
    """Let the policy that `run` (or a model's folder as a Run) kept at `checkpoint_step` play until `ended` is set.

    Its moments are written below `folder`, which `LiveView(Run(folder))` reads; `said` is told each game that ends, and
    after so many `games` it is over. At `speed` 1 a second holds 60 frames of the game. Raises Fault when that policy cannot be
    used, OSError when the moments cannot be written.
    """
    workshop, seeds = Workshop(app, run.config(app)), Seeds(seed)
    workshop.threads = 1
    players = Players(run, app)
    try:
        player = players.at(checkpoint_step)
        players.seed(seeds.integer("play", "acting"))
        environment = workshop.environment(1, seed=seeds.integer("play"), stream="evaluation")
        try:
            stage = _Stage(folder, environment)
            try:
                pace = Pace(environment.info.frames_per_step / FRAMES_A_SECOND / speed, ended or threading.Event())
                _play_on(environment, player, greedy, stage, pace, math.inf if games is None else games, said)
            finally:
                stage.close()
        finally:
            environment.close()
    finally:
        players.close()


class _Stage(Broadcast):
    """A live view that is always on."""

    def __init__(self, folder: Path, environment: VectorEnvironment) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        super().__init__(live_file(folder), environment.info, 1, _give_up)
        self.admit(math.inf)


def _give_up(trouble: str) -> None:
    raise OSError(trouble)


def _play_on(
    environment: VectorEnvironment,
    player: Player,
    greedy: bool,
    stage: Broadcast,
    pace: Pace,
    games: float,
    said: Callable[[EpisodeEnd], None] | None,
) -> None:
    obs, step = environment.reset(), 0
    while games > 0 and pace.rest():
        decision = player.decide(obs, greedy)
        executed = environment.send(decision.actions)
        stage.show(step, obs, executed, _always(decision), environment)
        transition = environment.recv()
        obs, step = transition.obs, step + 1
        for game in transition.episodes:
            games -= 1
            if said is not None:
                said(game)


def _always(decision: Decision) -> Callable[[NDArray[np.int64]], Decision]:
    return lambda _: decision
