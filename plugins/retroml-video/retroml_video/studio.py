"""Composes stretches of play into a film: projector, policy, panel and writer, one picture at a time.

A film that is gone on with (see `retroml_video.encoder`) takes finished stretches from the notes it left and plays the one it
was in the middle of again, without drawing what is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.filming import FilmJob, FilmRefused, FilmResult, FilmSegment
from retroml_video.director import ends_of
from retroml_video.encoder import Chapter, FilmWriter
from retroml_video.panel import Caption
from retroml_video.policy import PolicyView, Thought
from retroml_video.projector import GAME_FPS, Projector, Shot, Stretch, pictures_in
from retroml_video.soundtrack import sound_rate
from retroml_video.stage import Stage, Wording, no_picture
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
        fps = self.job.config.fps
        total = pictures_in(sum(stretch.steps for stretch in stretches) * frames_per_step(self.job), fps)
        total = total if pictures is None else min(pictures, total)
        if total < 1:
            raise FilmRefused("too little play is recorded yet for a single picture: let it train for a moment")
        rate = sound_rate(self.job, self.job.tape)
        projector = Projector(
            self.job.tape,
            fps=fps,
            frames_per_step=frames_per_step(self.job),
            deflicker=self.settings.deflicker,
            sound=rate > 0,
        )
        shots = projector.play(stretches[0], may_skip=_spare(stretches, 0, stretches[0], 0))
        first = next(shots, None)
        if first is None or not len(first.moment.frames):
            raise no_picture(stretches[0])
        stage = Stage(self.job, first.moment, self.wording, self.curve)
        layout = stage.layout
        with FilmWriter.of(
            self.job,
            seconds=total / fps + hold_seconds,
            width=layout.width,
            height=layout.height,
            settings=self.settings,
            title=self.wording.title,
            description=f"{self.wording.heading}, {self.wording.subtitle}. Every picture is real play, re-simulated.",
            sound_rate=rate,
        ) as writer:
            segments = self._film(writer, stage, projector, chain([first], shots), stretches, total)
            for _ in range(round(hold_seconds * fps)):
                writer.write(stage.planes.yuv)
            writer.finish(chapters=_chapters(segments, writer), poster_seconds=_poster_seconds(segments))
        return FilmResult(
            seconds=writer.frames / fps,
            width=layout.width,
            height=layout.height,
            fps=fps,
            frames=writer.frames,
            title=self.wording.title,
            segments=tuple(segments),
            notes=(self.policy.problem,) if self.policy.problem else (),
            extra={
                "codec": writer.codec,
                "sound": "the game shown" if rate else None,
                "game_scale": [layout.scale_x, layout.scale_y],
                "overlays_absent": stage.absent,
            },
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
            index=moment.index,
            value=thought.value,
            layers=thought.layers,
            x=float(moment.step if self.curve_follows == "step" else moment.index + 1),
        )

    def _film(
        self,
        writer: FilmWriter,
        stage: Stage,
        projector: Projector,
        opening: Iterator[Shot],
        stretches: Sequence[Stretch],
        total: int,
    ) -> list[FilmSegment]:
        """Film the stretches, of which the first is being played as `opening`."""
        segments: list[FilmSegment] = []
        missing = 0
        for position, planned in enumerate(stretches):
            stretch = planned.longer(min(missing, planned.room))
            missing -= stretch.steps - planned.steps
            if position < min(len(writer.notes), len(stretches) - 1):
                note = writer.notes[position]
                segments.append(FilmSegment(**note["segment"]))
                writer.skip(note["pictures"] - writer.frames, note["samples"] - writer.sound.samples)
                projector.frames, missing = note["frames"], note["missing"]
                continue
            spare = _spare(stretches, position, stretch, missing)
            shots = projector.play(stretch, may_skip=spare) if position else opening
            segment, steps = self._shoot_one(writer, stage, shots, stretch, total)
            missing += stretch.steps - steps
            if segment is not None:
                segments.append(segment)
                done = {"pictures": writer.frames, "samples": writer.sound.samples, "frames": projector.frames}
                writer.note({"segment": asdict(segment), **done, "missing": missing})
            if writer.frames >= total:
                break
        return segments

    def _shoot_one(
        self, writer: FilmWriter, stage: Stage, shots: Iterator[Shot], stretch: Stretch, total: int
    ) -> tuple[FilmSegment | None, int]:
        """Film one stretch as it is played in `shots`; what it showed (None: not a picture) and in how many steps."""
        take = _Take(stretch, writer.frames)
        thought, unseen = Thought(), None
        for shot in shots:
            take.see(shot)
            _hear(writer, shot)
            if shot.pictures and stage.panel is not None:
                thought = self.policy.look(shot.moment)
                take.used.update([thought.policy_step] if thought.policy_step is not None else [])
            drawn = False
            for picture in shot.pictures[: total - writer.frames]:
                if writer.frames < min(writer.kept, total - 1):  # the last one is drawn, for it may be held
                    writer.skip(1)
                    unseen = shot.moment
                    continue
                unseen = None
                if not drawn and stage.panel is not None:
                    stage.panel.show(self.caption(stretch, shot.moment, thought))
                    drawn = True
                stage.show(stretch, picture, (writer.frames - take.begun) / writer.fps)
                writer.write(stage.planes.yuv)
            self.job.progress(writer.frames / total, f"filming game {stretch.episode.number}")
            if writer.frames >= total:
                break
        if unseen is not None and stage.panel is not None:  # kept from before: what it said is said again, for the sidecar
            stage.panel.show(self.caption(stretch, unseen, thought))
        return take.segment(writer, stage.said(stretch)), take.steps


def _spare(stretches: Sequence[Stretch], position: int, stretch: Stretch, missing: int) -> int:
    """How many still steps of `stretch`, the one at `position` as long as it is now, may be left out: others can stand in."""
    later = sum(other.room for other in stretches[position + 1 :])
    return max((stretch.latest or stretch.last) - stretch.last + later - missing, 0)


def _hear(writer: FilmWriter, shot: Shot) -> None:
    if shot.sound is not None:
        if shot.cut:
            writer.sound.cut()
        writer.sound.hear(shot.sound)


def _records(job: FilmJob) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """When training episodes ended and the best score by then, both (n,) in order of time."""
    episodes = job.tape.episodes("training")
    finished = np.asarray([episode.finished for episode in episodes], bool)
    ends = ends_of(episodes)[finished]
    scores = np.asarray([episode.score for episode in episodes], np.float64)[finished]
    order = np.argsort(ends, kind="stable")
    return ends[order], np.maximum.accumulate(scores[order])


class _Take:
    """What is filmed of a stretch: its first and its last step on screen, the policies asked, the steps left out."""

    def __init__(self, stretch: Stretch, begun: int) -> None:
        self.stretch, self.begun = stretch, begun
        self.steps = 0
        self.used: set[int] = set()
        self._first: Moment | None = None
        self._shown: Moment | None = None
        self._skipped: list[list[int]] = []
        self._next = stretch.first

    def see(self, shot: Shot) -> None:
        """The next step."""
        moment = shot.moment
        if moment.index > self._next:
            self._skipped.append([self._next, moment.index - 1])
        self._next = moment.index + 1
        self.steps += 1
        self._first = self._first or moment
        if shot.pictures or self._shown is None:
            self._shown = moment

    def segment(self, writer: FilmWriter, said: dict[str, str]) -> FilmSegment | None:
        """It for the sidecar, with what the captions `said` at its end; None when no picture of it was taken."""
        first, shown, episode = self._first, self._shown, self.stretch.episode
        if first is None or shown is None or writer.frames == self.begun:
            return None
        used = sorted(self.used)
        facts = {
            "policy_steps": used,
            "environment": episode.environment,
            "finished": episode.finished,
            "captions": said,
        }
        return FilmSegment(
            start_seconds=self.begun / writer.fps,
            end_seconds=writer.frames / writer.fps,
            title=str(self.stretch.title),
            stream=episode.stream,
            episode=episode.number,
            first_step=first.step,
            last_step=shown.step,
            first_index=first.index,
            last_index=shown.index,
            score=shown.score,
            training_seconds=shown.seconds,
            policy_step=used[-1] if used else None,
            extra=facts | {"why": self.stretch.why, "skipped": [pair for pair in self._skipped if pair[0] <= shown.index]},
        )


def _chapters(segments: Sequence[FilmSegment], writer: FilmWriter) -> list[Chapter]:
    """A chapter for each segment; the last one to the end of the film."""
    ends = [segment.end_seconds for segment in segments[:-1]] + [writer.frames / writer.fps]
    return [
        Chapter(
            start_seconds=segment.start_seconds,
            end_seconds=end,
            title=f"{clock(segment.training_seconds)} {segment.title}, game {segment.episode}",
        )
        for segment, end in zip(segments, ends, strict=True)
    ]


def _poster_seconds(segments: Sequence[FilmSegment]) -> float:
    """A moment of the segment with most points, when much of it has happened."""
    best = max(segments, key=lambda segment: (segment.score, segment.end_seconds))
    return best.start_seconds + 0.7 * (best.end_seconds - best.start_seconds)
