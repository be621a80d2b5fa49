"""Composes stretches of play into a film: projector, policy, panel and writer, one picture at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.filming import FilmError, FilmJob, FilmResult, FilmSegment
from retroml_video.director import ends_of
from retroml_video.encoder import Chapter, FilmWriter
from retroml_video.panel import Caption
from retroml_video.policy import PolicyView, Thought
from retroml_video.projector import GAME_FPS, Projector, Stretch, pictures_in
from retroml_video.stage import Stage, Wording
from retroml_video.words import clock

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tape import Moment
    from retroml_video.curve import Curve
    from retroml_video.settings import EncoderConfig

__all__ = ["Studio", "frames_per_step", "last_step"]


def frames_per_step(job: FilmJob) -> int:
    """How many frames the game draws in one step of this tape."""
    return int(job.tape.header.get("frames_per_step", 4))


def last_step(job: FilmJob) -> float:
    """The run's step count at the end of what is recorded of the training."""
    return float(ends_of(job.tape.episodes("training")).max(initial=1.0))


class Studio:
    """Makes one film. `curve_follows` says what moves the curve's dot: "step" of the run or "index" within the game."""

    def __init__(
        self,
        job: FilmJob,
        settings: EncoderConfig,
        *,
        wording: Wording,
        curve: Curve,
        curve_follows: str,
        policy: PolicyView,
    ) -> None:
        self.job, self.settings, self.wording = job, settings, wording
        self.curve, self.curve_follows, self.policy = curve, curve_follows, policy
        self._best_steps, self._best_scores = _records(job)

    def shoot(self, stretches: Sequence[Stretch], *, pictures: int | None = None, hold_seconds: float = 0.0) -> FilmResult:
        """Film the stretches: exactly `pictures` pictures when given (they must hold that many), else all of them.

        The last picture is held for `hold_seconds` more. Raises FilmError when a stretch cannot be re-simulated.
        """
        fps, per_step = self.job.config.fps, frames_per_step(self.job)
        total = pictures_in(sum(stretch.steps for stretch in stretches) * per_step, fps)
        total = total if pictures is None else min(pictures, total)
        if total < 1:
            raise FilmError("too little play is recorded yet for a single picture: let it train for a moment")
        hold = round(hold_seconds * fps)
        stage = Stage(self.job, stretches[0], self.wording, self.curve)
        with FilmWriter(
            self.job.target,
            width=stage.layout.width,
            height=stage.layout.height,
            fps=fps,
            settings=self.settings,
            title=self.wording.title,
            comment=f"Retro ML, run {self.job.run.id}",
            chapters=self._chapters(stretches, total + hold, per_step),
        ) as writer:
            segments = self._film(writer, stage, stretches, total)
            for _ in range(hold):
                writer.write(stage.planes.yuv)
            writer.finish()
        return FilmResult(
            seconds=writer.frames / fps,
            width=stage.layout.width,
            height=stage.layout.height,
            fps=fps,
            frames=writer.frames,
            title=self.wording.title,
            segments=tuple(segments),
            notes=(self.policy.problem,) if self.policy.problem else (),
            extra={"codec": writer.codec, "game_scale": [stage.layout.scale_x, stage.layout.scale_y]},
        )

    def caption(self, stretch: Stretch, moment: Moment, thought: Thought) -> Caption:
        """What the panel says about `moment`."""
        known = int(np.searchsorted(self._best_steps, moment.step, side="right"))
        per_second = GAME_FPS / frames_per_step(self.job)
        return Caption(
            seconds=moment.seconds,
            step=moment.step,
            episode=stretch.episode.number,
            game_seconds=(moment.index + 1) / per_second,
            score=moment.score,
            best=float(self._best_scores[known - 1]) if known else None,
            action=moment.action,
            probabilities=thought.probabilities,
            policy_step=thought.policy_step,
            x=float(moment.step if self.curve_follows == "step" else moment.index + 1),
        )

    def _film(self, writer: FilmWriter, stage: Stage, stretches: Sequence[Stretch], total: int) -> list[FilmSegment]:
        projector = Projector(
            self.job.tape,
            fps=writer.fps,
            frames_per_step=frames_per_step(self.job),
            deflicker=self.settings.deflicker,
        )
        segments = []
        for stretch in stretches:
            begun, shown, thought = writer.frames, None, Thought()
            policy_steps: list[int] = []
            for shot in projector.play(stretch):
                shown = shot.moment if shown is None or shot.pictures else shown
                if shot.pictures and stage.panel is not None:
                    thought = self.policy.look(shot.moment)
                    policy_steps += [thought.policy_step] if thought.policy_step is not None else []
                    stage.panel.show(self.caption(stretch, shot.moment, thought))
                for picture in shot.pictures[: total - writer.frames]:
                    stage.show(stretch, picture, (writer.frames - begun) / writer.fps)
                    writer.write(stage.planes.yuv)
                self.job.progress(writer.frames / total, f"filming game {stretch.episode.number}")
                if writer.frames >= total:
                    break
            if shown is not None and writer.frames > begun:
                segments.append(_segment(stretch, shown, begun, writer, policy_steps))
            if writer.frames >= total:
                break
        return segments

    def _chapters(self, stretches: Sequence[Stretch], total: int, per_step: int) -> list[Chapter]:
        fps, chapters, frames = self.job.config.fps, [], 0
        for position, stretch in enumerate(stretches):
            begun = pictures_in(frames, fps)
            frames += stretch.steps * per_step
            end = total if position == len(stretches) - 1 else min(pictures_in(frames, fps), total)
            if end > begun:
                when = clock(stretch.episode.started_seconds)
                title = f"{when} {stretch.title}, game {stretch.episode.number}"
                chapters.append(Chapter(start_seconds=begun / fps, end_seconds=end / fps, title=title))
        return chapters


def _records(job: FilmJob) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """When training episodes ended and the best score by then, both (n,) in order of time."""
    episodes = job.tape.episodes("training")
    finished = np.asarray([episode.finished for episode in episodes], bool)
    ends = ends_of(episodes)[finished]
    scores = np.asarray([episode.score for episode in episodes], np.float64)[finished]
    order = np.argsort(ends, kind="stable")
    return ends[order], np.maximum.accumulate(scores[order])


def _segment(stretch: Stretch, shown: Moment, begun: int, writer: FilmWriter, policy_steps: list[int]) -> FilmSegment:
    episode = stretch.episode
    first_step = shown.step - (shown.index - stretch.first) * _pace(stretch, shown)
    used = sorted(set(policy_steps))
    return FilmSegment(
        start_seconds=begun / writer.fps,
        end_seconds=writer.frames / writer.fps,
        title=stretch.title,
        stream=episode.stream,
        episode=episode.number,
        first_step=first_step,
        last_step=shown.step,
        first_index=stretch.first,
        last_index=shown.index,
        score=shown.score,
        training_seconds=shown.seconds,
        policy_step=used[-1] if used else None,
        extra={"policy_steps": used, "environment": episode.environment, "finished": episode.finished},
    )


def _pace(stretch: Stretch, shown: Moment) -> int:
    return round((shown.step - stretch.episode.first_step) / shown.index) if shown.index else 1
