"""Evaluation apart from any run: seeded games of a stored policy, and a card that says all that shapes their scores.

Nothing is written to the model or the run. The same card (checkpoint, seed, episodes, settings) gives the same scores on the
same machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from retroml_core.seeding import Seeds
from retroml_core.training.building import Workshop
from retroml_core.training.evaluation import play_games
from retroml_core.training.players import Players

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.environment import VectorEnvironment
    from retroml_core.runs.run import Run

__all__ = ["Protocol", "Scorecard", "evaluate"]


@dataclass(frozen=True, kw_only=True)
class Protocol:
    """How to evaluate: how many whole games, with which seed, drawing actions or always taking the likeliest."""

    episodes: int = 10
    seed: int = 0
    greedy: bool = False
    max_steps: int = 27_000


@dataclass(frozen=True, kw_only=True)
class Scorecard:
    """What came of it: raw `scores` of whole games and everything that shaped them."""

    game: str
    algorithm: str
    source: str
    checkpoint: str
    protocol: Protocol
    environment: dict[str, Any]
    scores: tuple[float, ...]
    lengths: tuple[int, ...]

    @property
    def mean(self) -> float:
        """The mean score."""
        return sum(self.scores) / len(self.scores)

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self) | {"mean": self.mean, "best": max(self.scores), "worst": min(self.scores)}


def evaluate(
    app: App, run: Run, checkpoint_step: int, protocol: Protocol, go_on: Callable[[], bool] = lambda: True
) -> Scorecard | None:
    """Play the policy that `run` (or a model's folder as a Run) kept at `checkpoint_step`; None when `go_on` said no.

    Raises Fault when that policy cannot be used.
    """
    config = run.config(app)
    workshop, seeds = Workshop(app, config), Seeds(protocol.seed)
    players = Players(run, app)
    player = players.at(checkpoint_step)
    players.seed(seeds.integer("evaluate", "acting"))

    def make(count: int, wave: int) -> VectorEnvironment:
        return workshop.environment(count, seed=seeds.integer("evaluate", wave), stream="evaluation")

    try:
        games = play_games(make, lambda obs: player.decide(obs, protocol.greedy), protocol.episodes, protocol.max_steps, go_on)
    finally:
        players.close()
    if games is None:
        return None
    return Scorecard(
        game=config.game,
        algorithm=config.algorithm.name,
        source=run.id,
        checkpoint=player.checkpoint.name,
        protocol=protocol,
        environment=asdict(config.environment),
        scores=tuple(game.score for game in games),
        lengths=tuple(game.length for game in games),
    )
