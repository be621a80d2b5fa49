"""The time-lapse: the training from its first game to its end, as one film of the length asked for."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.filming import FilmJob, FilmRefused, FilmResult
from retroml_core.terminal.wording import duration
from retroml_video.curve import Curve, score_curve
from retroml_video.director import Director, ends_of
from retroml_video.policy import PolicyView
from retroml_video.projector import GAME_FPS, frames_needed
from retroml_video.stage import Wording
from retroml_video.studio import Studio, frames_per_step, last_step

if TYPE_CHECKING:
    from retroml_video.settings import TimelapseConfig

__all__ = ["Timelapse", "build", "training_curve"]

_USUAL_SECONDS = 60.0
_STRETCHES = 40
_LONGEST_STRETCH_SECONDS = 45.0
_LEAST_STRETCHES = 3
_SHORTEST_STRETCH_SECONDS = 1.5


def build(config: TimelapseConfig) -> Timelapse:
    """The renderer."""
    return Timelapse(config)


class Timelapse:
    """See `retroml_video.director` for what it shows."""

    def __init__(self, config: TimelapseConfig) -> None:
        self.config = config

    def render(self, job: FilmJob) -> FilmResult:
        """Write the film: `job.length_seconds` long to the picture, or as long as the play there is when that is less."""
        job.progress(0.0, "choosing what to show")
        asked = job.length_seconds or _USUAL_SECONDS
        pictures = max(round(asked * job.config.fps), 1)
        per_step = frames_per_step(job)
        steps = -(-frames_needed(pictures, job.config.fps) // per_step)
        stretch_steps = round(self._stretch_seconds(asked) * GAME_FPS / per_step)
        skip_still = self.config.skip_still
        stretches = Director(job.tape, steps=steps, stretch_steps=stretch_steps, skip_still=skip_still).plan()
        if not stretches:
            raise FilmRefused("no play of the training is recorded yet: let it train for a moment, then try again")
        studio = Studio(
            job,
            self.config,
            wording=_wording(job),
            curve=training_curve(job),
            curve_follows="step",
            policy=PolicyView(job.players),
        )
        result = studio.shoot(stretches, pictures=pictures)
        return _with_note(result, asked)

    def _stretch_seconds(self, asked: float) -> float:
        """In a film of an hour nobody wants a cut every six seconds, and one of ten shows more than its beginning."""
        usual = min(self.config.stretch_seconds, max(asked / _LEAST_STRETCHES, _SHORTEST_STRETCH_SECONDS))
        return max(usual, min(asked / _STRETCHES, _LONGEST_STRETCH_SECONDS))


def _wording(job: FilmJob) -> Wording:
    trained = duration(job.run.status().seconds)
    return Wording(
        title=f"{job.game_title}: {trained} of {job.algorithm_title} in one film",
        heading=job.game_title,
        subtitle=f"{job.algorithm_title}, {trained} of training",
        best_title="Previous best",
    )


def training_curve(job: FilmJob) -> Curve:
    """The scores of all training games, for films that go through the training."""
    episodes = job.tape.episodes("training")
    finished = np.asarray([episode.finished for episode in episodes], bool)
    scores = np.asarray([episode.score for episode in episodes], np.float64)
    return score_curve(ends_of(episodes)[finished], scores[finished], last_step(job))


def _with_note(result: FilmResult, asked: float) -> FilmResult:
    if result.seconds >= asked - 0.5:
        return result
    note = f"The film is {result.seconds:.1f} s long and not {asked:g} s: the training holds no more play than that."
    return dataclasses.replace(result, notes=(*result.notes, note))
