"""Evaluation: whole games played apart from training, on environments of their own, seeded, and recorded like all play."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.environment import EpisodeEnd, VectorEnvironment

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.algorithm import Decision
    from retroml_core.environment import Transition

__all__ = ["AT_ONCE", "play_games"]

AT_ONCE = 16
"""How many evaluation games are played side by side at most."""


def play_games(
    make: Callable[[int, int], VectorEnvironment],
    act: Callable[[NDArray[np.uint8]], Decision],
    games: int,
    max_steps: int,
    go_on: Callable[[], bool],
) -> list[EpisodeEnd] | None:
    """Play `games` games, the first of each environment, so that short ones are not favoured.

    `make(count, wave)` makes the environments of each wave. A game longer than `max_steps` is cut there, with its points so
    far. `go_on()` is asked each step; None when it said no.
    """
    played: list[EpisodeEnd] = []
    while len(played) < games:
        environment = make(min(games - len(played), AT_ONCE), len(played) // AT_ONCE)
        try:
            wave = _play_wave(environment, act, max_steps, go_on)
        finally:
            environment.close()
        if wave is None:
            return None
        played += wave
    return played


def _play_wave(
    environment: VectorEnvironment,
    act: Callable[[NDArray[np.uint8]], Decision],
    max_steps: int,
    go_on: Callable[[], bool],
) -> list[EpisodeEnd] | None:
    ends: dict[int, EpisodeEnd] = {}
    scores = np.zeros(environment.count)
    obs = environment.reset()
    for _ in range(max_steps):
        if not go_on():
            return None
        environment.send(act(obs).actions)
        transition = environment.recv()
        obs = transition.obs
        _note(transition, ends, scores)
        if len(ends) == environment.count:
            break
    return [ends.get(i) or _cut(i, float(scores[i]), max_steps) for i in range(environment.count)]


def _note(transition: Transition, ends: dict[int, EpisodeEnd], scores: NDArray[np.float64]) -> None:
    """Take in the first end of each environment; `scores` are the points so far of those still open."""
    for episode in transition.episodes:
        ends.setdefault(episode.environment, episode)
    scores += transition.raw_rewards


def _cut(environment: int, score: float, length: int) -> EpisodeEnd:
    return EpisodeEnd(environment=environment, number=0, score=score, length=length, first_step=0, truncated=True)
