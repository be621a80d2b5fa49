"""Several games at once in one film: all begin together and each plays on at its own speed until it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.filming import FilmError, FilmJob, FilmResult, FilmSegment, Staged
from retroml_video.encoder import FilmWriter
from retroml_video.hall import Hall
from retroml_video.lane import Lane
from retroml_video.projector import GAME_FPS, Projector, Stretch, pictures_in
from retroml_video.soundtrack import sound_rate
from retroml_video.studio import frames_per_step
from retroml_video.words import clock, number

if TYPE_CHECKING:
    from retroml_video.settings import EncoderConfig
    from retroml_video.stage import Wording

__all__ = ["Ensemble", "Performer", "steps_in"]


@dataclass(frozen=True, kw_only=True)
class Performer:
    """One game of a film: who plays it (`title`, and in `detail` what policy), the game, and facts for the sidecar."""

    title: str
    detail: str
    staged: Staged
    training_seconds: float
    facts: Mapping[str, object]


def steps_in(job: FilmJob, seconds: float) -> int:
    """How many steps of play fill a film of `seconds`."""
    return max(round(seconds * GAME_FPS / frames_per_step(job)), 1)


class Ensemble:
    """Films performers side by side. With `hero` the last one may be larger; with `board` a board ranks them by score.

    One of the games is heard: the last one, or with a board the one with most points in the end.
    """

    def __init__(
        self,
        job: FilmJob,
        settings: EncoderConfig,
        performers: Sequence[Performer],
        wording: Wording,
        *,
        hero: bool = False,
        board: bool = False,
    ) -> None:
        self.job, self.settings, self.performers, self.wording = job, settings, list(performers), wording
        names = [(performer.title, performer.detail) for performer in self.performers]
        self.hall = Hall(job, wording, names, hero=hero, board="Ranking" if board else "")
        self._captions = job.config.captions
        self._heard = _winner(self.performers) if board else self.performers[-1]
        self._sound_rate = sound_rate(job, self._heard.staged.tape)
        self._turns = [_Turn(p, self._projector(p)) for p in self.performers]

    def shoot(self, *, most_seconds: float, hold_seconds: float) -> FilmResult:
        """Film until the last game has ended, at most `most_seconds` of it, and hold the last picture.

        Raises FilmError when a game cannot be played back.
        """
        fps, per_step = self.job.config.fps, frames_per_step(self.job)
        longest = max(pictures_in(p.staged.episode.length * per_step, fps) for p in self.performers)
        total = max(min(longest, round(most_seconds * fps)), 1)
        with FilmWriter.of(
            self.job,
            seconds=total / fps + hold_seconds,
            width=self.hall.wall.width,
            height=self.hall.wall.height,
            settings=self.settings,
            title=self.wording.title,
            description=f"{self.wording.heading}, {self.wording.subtitle}. Every picture is real play, re-simulated.",
            sound_rate=self._sound_rate,
        ) as writer:
            for picture in range(total):
                self._draw(picture, fps)
                self._hear(writer)
                writer.write(self.hall.planes.yuv)
                self.job.progress((picture + 1) / total, "filming all games side by side")
            for picture in range(total, total + round(hold_seconds * fps)):
                self._draw(picture, fps)
                writer.write(self.hall.planes.yuv)
            writer.finish()
        return FilmResult(
            seconds=writer.frames / fps,
            width=self.hall.wall.width,
            height=self.hall.wall.height,
            fps=fps,
            frames=writer.frames,
            title=self.wording.title,
            segments=tuple(self._segment(turn, writer.frames / fps) for turn in self._turns),
            notes=tuple(self._notes(longest, total, fps)),
            extra={
                "codec": writer.codec,
                "sound": self._heard.title if self._sound_rate else None,
                "game_scale": [[s.scale_x, s.scale_y] for s in self.hall.wall.screens],
            },
        )

    def _projector(self, performer: Performer) -> Projector:
        return Projector(
            performer.staged.tape,
            fps=self.job.config.fps,
            frames_per_step=frames_per_step(self.job),
            deflicker=self.settings.deflicker,
            sound=self._sound_rate > 0 and performer is self._heard,
        )

    def _draw(self, picture: int, fps: int) -> None:
        """Play every game on by a picture, and draw what changed."""
        for turn in self._turns:
            turn.advance()
        for placard, turn in zip(self.hall.placards, self._turns, strict=False):
            placard.show(turn.score, over=turn.finished)
        if self.hall.board is not None:
            self.hall.board.show([turn.score for turn in self._turns], 1 / fps)
        if self._captions and not all(turn.over for turn in self._turns):
            self.hall.header.show(clock((picture + 1) / fps))
        self.hall.draw(self._turns)

    def _hear(self, writer: FilmWriter) -> None:
        for turn in self._turns:
            for sound in turn.take_sound()[1]:
                writer.sound.hear(sound)

    def _segment(self, turn: _Turn, seconds: float) -> FilmSegment:
        performer, moment = turn.performer, turn.moment
        if moment is None:
            raise FilmError(f"the game of {performer.title} cannot be played back: it holds no picture")
        said = {"title": performer.title, "detail": performer.detail, "score": number(turn.score)} if self._captions else {}
        rank = {"rank": self.hall.board.rank_of(performer.title)} if self.hall.board is not None else {}
        return FilmSegment(
            start_seconds=0.0,
            end_seconds=seconds,
            title=performer.title,
            stream="film",
            episode=performer.staged.episode.number,
            first_step=performer.staged.step,
            last_step=performer.staged.step,
            first_index=0,
            last_index=moment.index,
            score=turn.score,
            training_seconds=performer.training_seconds,
            policy_step=performer.staged.step,
            extra={**performer.facts, **rank, "finished": turn.finished, "captions": said},
        )

    def _notes(self, longest: int, total: int, fps: int) -> Iterator[str]:
        if longest > total or not all(performer.staged.episode.finished for performer in self.performers):
            yield f"Games still going on after {total / fps:g} s are cut there: --length shows more of them."


class _Turn(Lane):
    """One game being played on, picture by picture."""

    def __init__(self, performer: Performer, projector: Projector) -> None:
        super().__init__(projector)
        self.performer = performer
        episode = performer.staged.episode
        self.begin([Stretch(episode=episode, first=0, last=episode.length, title=performer.title)])

    @property
    def finished(self) -> bool:
        """Whether the game was played to its end, and shown so."""
        return self.over and self.performer.staged.episode.finished

    def advance(self) -> bool:
        """The next picture; when there is none the last one stays, darker and beside the final score if the game has ended."""
        was_over = self.over
        more = super().advance()
        if self.finished and not was_over:
            self.score = self.performer.staged.episode.score
            self.dim()
        return more


def _winner(performers: Sequence[Performer]) -> Performer:
    """The one with most points, the first of several."""
    return max(performers, key=lambda performer: performer.staged.episode.score)
