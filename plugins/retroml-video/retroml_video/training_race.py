"""The race of trainings: several runs side by side in their training, at the same step or time, ranked by their latest games.

The film has **laps**. In each, all runs show a few seconds of what they really played at the same moment of their training;
the first lap shows its beginning, the last its end. A run that trained less than others stops where its training did.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.filming import FilmError, FilmJob, FilmResult, FilmSegment
from retroml_video.encoder import Chapter, FilmWriter
from retroml_video.hall import Hall
from retroml_video.lane import Lane
from retroml_video.projector import GAME_FPS, Projector, pictures_in
from retroml_video.soundtrack import sound_rate
from retroml_video.stage import Wording
from retroml_video.studio import frames_per_step
from retroml_video.words import clock, number

if TYPE_CHECKING:
    from retroml_video.side_by_side import RaceConfig
    from retroml_video.track import Track

__all__ = ["TrainingRace"]

_LAPS = 40
_LONGEST_LAP_SECONDS = 45.0
_WHOLE = 100.0


class TrainingRace:
    """Films the trainings of `tracks`, `seconds` long. Use once."""

    def __init__(self, job: FilmJob, config: RaceConfig, tracks: Sequence[Track], seconds: float) -> None:
        self.job, self.config, self.tracks = job, config, list(tracks)
        self._by_time, self._captions = config.by == "time", job.config.captions
        lap_seconds = max(config.lap_seconds, min(seconds / _LAPS, _LONGEST_LAP_SECONDS))
        rows = max(round(seconds * GAME_FPS / frames_per_step(job)), 1)
        laps = min(max(round(seconds / lap_seconds), 2), rows)
        self._rows = np.diff(np.round(np.linspace(0, rows, laps + 1)).astype(int)).tolist()
        self._moments = np.linspace(0, max(map(self._end, tracks)), laps).tolist()
        self.wording = _wording(job, tracks, by_time=self._by_time)
        self.hall = Hall(job, self.wording, [(track.name, "") for track in tracks], board="Mean of the latest games")
        self._heard = max(tracks, key=lambda track: track.standing(track.end) or 0.0)
        self._sound_rate = sound_rate(job, self._heard.job.tape)
        self._lanes = [Lane(self._projector(track)) for track in self.tracks]
        self._begun, self._ended = [0] * len(self.tracks), [False] * len(self.tracks)

    def shoot(self) -> FilmResult:
        """Film all laps. Raises FilmError when a run's play cannot be played back."""
        fps, wall = self.job.config.fps, self.hall.wall
        segments: list[FilmSegment] = []
        chapters: list[Chapter] = []
        with FilmWriter.of(
            self.job,
            seconds=sum(self._rows) * frames_per_step(self.job) / GAME_FPS,
            width=wall.width,
            height=wall.height,
            settings=self.config,
            title=self.wording.title,
            description=f"{self.wording.heading}, {self.wording.subtitle}. Every picture is real play, re-simulated.",
            sound_rate=self._sound_rate,
        ) as writer:
            for lap, moment in enumerate(self._moments):
                begun = writer.frames
                self._shoot_lap(writer, lap, moment)
                times = begun / fps, writer.frames / fps
                segments += self._segments(*times)
                chapters.append(Chapter(start_seconds=times[0], end_seconds=times[1], title=self._moment_words(moment)))
            writer.finish(chapters=chapters)
        return FilmResult(
            seconds=writer.frames / fps,
            width=wall.width,
            height=wall.height,
            fps=fps,
            frames=writer.frames,
            title=self.wording.title,
            segments=tuple(segments),
            notes=tuple(self._notes()),
            extra={
                "codec": writer.codec,
                "sound": self._heard.name if self._sound_rate else None,
                "game_scale": [[screen.scale_x, screen.scale_y] for screen in wall.screens],
            },
        )

    def _projector(self, track: Track) -> Projector:
        return Projector(
            track.job.tape,
            fps=self.job.config.fps,
            frames_per_step=frames_per_step(track.job),
            deflicker=self.config.deflicker,
            sound=self._sound_rate > 0 and track is self._heard,
        )

    # --- laps ---------------------------------------------------------------------------------------------------------

    def _shoot_lap(self, writer: FilmWriter, lap: int, moment: float) -> None:
        frames = sum(self._rows[: lap + 1]) * frames_per_step(self.job)
        last = pictures_in(frames, writer.fps)
        running = [self._begin(place, lap) for place in range(len(self.tracks))]
        if self._captions:
            self.hall.header.show(self._moment_words(moment))
        self._fill_silence(writer)
        while writer.frames < last:
            for place, lane in enumerate(self._lanes):
                if not lane.advance() and running[place]:
                    running[place] = False
                    lane.dim()
            self._caption(running, 1 / writer.fps)
            self._hear(writer)
            writer.write(self.hall.draw(self._lanes))
            self.job.progress(writer.frames / pictures_in(sum(self._rows) * frames_per_step(self.job), writer.fps), "filming")

    def _begin(self, place: int, lap: int) -> bool:
        """Let a run play in a lap: from its moment on, or what it played last; False when that was shown before."""
        track, moment, rows = self.tracks[place], self._moments[lap], self._rows[lap]
        if lap and self._end(track) <= self._moments[lap - 1]:
            return False
        wanted = track.step_at(moment) if self._by_time else round(moment)
        self._begun[place] = max(min(wanted, track.last - rows * track.per_row), 0)
        end = self._end(track)
        self._ended[place] = moment > end and self._moment_words(moment) != self._moment_words(end)
        self._lanes[place].begin(track.play_from(self._begun[place], rows))
        return True

    def _end(self, track: Track) -> float:
        return track.end_seconds if self._by_time else track.end

    def _fill_silence(self, writer: FilmWriter) -> None:
        """Keep sound and pictures in step where the run that is heard had nothing more to play."""
        missing = round(writer.frames / writer.fps * self._sound_rate) - writer.sound.samples
        if missing > 0:
            writer.sound.hear(np.zeros(missing, np.int16))

    def _hear(self, writer: FilmWriter) -> None:
        for lane in self._lanes:
            cut, sounds = lane.take_sound()
            if cut:
                writer.sound.cut()
            for sound in sounds:
                writer.sound.hear(sound)

    # --- words --------------------------------------------------------------------------------------------------------

    def _caption(self, running: Sequence[bool], seconds: float) -> None:
        for placard, place in zip(self.hall.placards, range(len(self.tracks)), strict=False):
            placard.show(self._lanes[place].score, over=not running[place], detail=self._detail(place))
        if self.hall.board is not None:
            self.hall.board.show([self._standing(place) for place in range(len(self.tracks))], seconds)

    def _detail(self, place: int) -> str:
        """Which game is shown, and from what moment; of a run that trained less, when its training ended."""
        lane, track = self._lanes[place], self.tracks[place]
        if lane.moment is None or lane.episode is None:
            return ""
        if self._ended[place]:
            when = f"ended after {clock(track.end_seconds)}" if self._by_time else f"ended at step {number(track.end)}"
        else:
            when = f"from step {number(self._begun[place])}" if self._by_time else f"{clock(lane.moment.seconds)} trained"
        return f"game {number(lane.episode.number)}, {when}"

    def _standing(self, place: int) -> float | None:
        """The mean of the last games by the moment shown, as it is written: to a tenth while it is small."""
        moment, track = self._lanes[place].moment, self.tracks[place]
        mean = track.standing(moment.step + track.per_row) if moment is not None else None
        return None if mean is None else round(mean, 1 if abs(mean) < _WHOLE else None)

    def _moment_words(self, moment: float) -> str:
        return clock(moment) if self._by_time else f"step {number(round(moment))}"

    def _segments(self, begin: float, end: float) -> list[FilmSegment]:
        return [self._segment(place, begin, end) for place in range(len(self.tracks))]

    def _segment(self, place: int, begin: float, end: float) -> FilmSegment:
        """What a run showed last in the lap just filmed."""
        track, lane, board = self.tracks[place], self._lanes[place], self.hall.board
        moment, episode = lane.moment, lane.episode
        if moment is None or episode is None:
            raise FilmError(f"the training of {track.name} cannot be played back: it holds no picture")
        mean = self._standing(place)
        words = {"title": track.name, "detail": self._detail(place), "score": number(lane.score)}
        words["mean"] = "–" if mean is None else number(mean)
        rank = {"rank": board.rank_of(track.name)} if board is not None else {}
        return FilmSegment(
            start_seconds=begin,
            end_seconds=end,
            title=track.name,
            stream="training",
            episode=episode.number,
            first_step=self._begun[place],
            last_step=moment.step,
            first_index=max(moment.index - (moment.step - self._begun[place]) // track.per_row, 0),
            last_index=moment.index,
            score=lane.score,
            training_seconds=moment.seconds,
            extra={"run": track.job.run.id, "mean": mean, **rank, "captions": words if self._captions else {}},
        )

    def _notes(self) -> list[str]:
        longest = max(map(self._end, self.tracks))
        short = [track.name for track in self.tracks if self._end(track) < 0.98 * longest]
        return [f"Trained less than the others, and stopping earlier: {', '.join(short)}."] if short else []


def _wording(job: FilmJob, tracks: Sequence[Track], *, by_time: bool) -> Wording:
    names, when = [track.name for track in tracks], "after the same time" if by_time else "at the same step"
    return Wording(
        title=f"{job.game_title}: {' against '.join(names)} in training",
        heading=f"{job.game_title}: the race",
        subtitle=f"{len(names)} trainings {when}, ranked by their latest games",
        best_title="",
    )
