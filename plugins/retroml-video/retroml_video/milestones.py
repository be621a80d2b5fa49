"""Milestones: one agent at several points of its training, side by side in the same game."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.filming import Arena, FilmJob, FilmRefused, FilmResult
from retroml_core.terminal.wording import duration
from retroml_video.ensemble import Ensemble, Performer, steps_in
from retroml_video.hall import room_for
from retroml_video.stage import Wording
from retroml_video.studio import last_step
from retroml_video.words import clock, number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_video.side_by_side import MilestonesConfig

__all__ = [
    "FRACTIONS",
    "Milestones",
    "build",
    "milestone_steps",
    "percent_words",
    "spread",
    "trained_seconds",
    "training_clock",
]

FRACTIONS = (0.0, 0.01, 0.05, 0.10, 0.25, 0.50, 1.0)

_USUAL_SECONDS = 60.0


def build(config: MilestonesConfig) -> Milestones:
    """The renderer."""
    return Milestones(config)


class Milestones:
    """The policies stored nearest before 0, 1, 5, 10, 25, 50 and 100 % of the training all play the same seeded game."""

    def __init__(self, config: MilestonesConfig) -> None:
        self.config = config

    def render(self, job: FilmJob) -> FilmResult:
        """Write the film. Raises FilmRefused when no policy is stored or none can play."""
        arena = arena_of(job)
        job.progress(0.0, "choosing the policies")
        steps, notes = milestone_steps(job)
        room = room_for(job, len(steps), hero=True)
        if room < len(steps):
            notes.append(f"There is room for {room} of {len(steps)} milestones in a picture of this size: try --height 1080.")
            steps = spread(steps, room)
        most = job.length_seconds or _USUAL_SECONDS
        performers = [self._perform(job, arena, step, asked, most) for asked, step in steps.items()]
        ensemble = Ensemble(job, self.config, performers, _wording(job, len(performers)), hero=True)
        result = ensemble.shoot(most_seconds=most, hold_seconds=self.config.hold_seconds)
        return dataclasses.replace(result, notes=(*notes, *result.notes))

    def _perform(self, job: FilmJob, arena: Arena, step: int, asked: float, most: float) -> Performer:
        share = step / last_step(job)
        title = f"{percent_words(share)} trained"
        seconds = trained_seconds(job, step)
        staged = arena.play(
            step,
            seed=self.config.seed,
            most_steps=steps_in(job, most),
            tick=lambda: job.progress(0.0, f"playing the game of the agent {title}"),
        )
        facts = {"asked_percent": 100 * asked, "percent": round(100 * share, 2), "seed": self.config.seed}
        detail = f"step {number(step)}, {clock(seconds)}"
        return Performer(title=title, detail=detail, staged=staged, training_seconds=seconds, facts=facts)


def arena_of(job: FilmJob) -> Arena:
    """Where policies play. Raises FilmRefused when they cannot, or when none is stored."""
    if job.arena is None:
        raise FilmRefused("no new games can be played in this environment, so there is nothing to compare")
    if not job.players.steps:
        raise FilmRefused(f"no policy of {job.run.id} is stored yet: let it train until its first checkpoint")
    return job.arena


def milestone_steps(job: FilmJob) -> tuple[dict[float, int], list[str]]:
    """For each fraction the step of the newest policy stored by then, and notes on those that have none of their own."""
    total = last_step(job)
    steps: dict[float, int] = {}
    notes: list[str] = []
    stored = sorted(job.players.steps)
    for fraction in FRACTIONS:
        known = [step for step in stored if step <= fraction * total]
        if not known:
            notes.append(f"No policy is stored of the first {percent_words(fraction)} of the training.")
        elif known[-1] in steps.values():
            earlier = percent_words(known[-1] / total)
            notes.append(f"Between {earlier} and {percent_words(fraction)} of the training no other policy is stored.")
        else:
            steps[fraction] = known[-1]
    if not steps:
        steps[1.0] = stored[0]
    return steps, notes


def spread(steps: dict[float, int], room: int) -> dict[float, int]:
    """The `room` milestones that tell most: the last, the first, and of the others those that lie furthest apart."""
    for gone in (0.01, 0.10, 0.25, 0.05, 0.50, 0.0):
        if len(steps) <= room:
            break
        steps = {fraction: step for fraction, step in steps.items() if fraction != gone}
    return steps


def percent_words(share: float) -> str:
    """`0 %`, `0.3 %`, `25 %`, `100 %`."""
    percent = 100 * share
    return f"{percent:.1f} %" if 0 < percent < 0.95 else f"{percent:.0f} %"


def training_clock(job: FilmJob) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Steps of the run and the seconds of training by then, both (n,) and rising, as known from the games on the tape."""
    known = sorted({(episode.first_step, episode.started_seconds) for episode in job.tape.episodes("training")})
    known = known or [(0, 0.0)]
    known.append((max(int(last_step(job)), known[-1][0] + 1), max(job.run.status().seconds, known[-1][1])))
    steps, seconds = np.asarray(known, np.float64).T
    return steps, seconds


def trained_seconds(job: FilmJob, step: int) -> float:
    """The seconds of training by a step of the run, between the games known from the tape."""
    return float(np.interp(step, *training_clock(job))) if len(job.tape.episodes("training")) else 0.0


def _wording(job: FilmJob, count: int) -> Wording:
    trained = duration(job.run.status().seconds)
    return Wording(
        title=f"{job.game_title}: {job.algorithm_title} at {count} points of its training",
        heading=job.game_title,
        subtitle=f"{job.algorithm_title}, {trained} of training: the same game at {count} points of it",
        best_title="",
    )
