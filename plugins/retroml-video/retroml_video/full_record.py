"""The full record: any part of the training as it was played, uncut.

One episode, or a range of steps or of training time of one environment; several games follow each other where the range holds
several.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from retroml_core.filming import FilmJob, FilmRefused, FilmResult
from retroml_video.curve import game_curve
from retroml_video.policy import PolicyView
from retroml_video.projector import Stretch
from retroml_video.stage import Wording
from retroml_video.studio import Studio
from retroml_video.timelapse import training_curve
from retroml_video.words import clock, number

if TYPE_CHECKING:
    from retroml_core.tape import TapedEpisode
    from retroml_video.settings import FullRecordConfig

__all__ = ["FullRecord", "Moment", "build", "moment_of", "select"]

_CLOCK = re.compile(r"(?:(?P<h>\d+(?:\.\d+)?)h)?(?:(?P<m>\d+(?:\.\d+)?)m)?(?:(?P<s>\d+(?:\.\d+)?)s)?")

_ROUNDING = 1e-6

Moment = tuple[str, float]
"""`("step", 12000)` or `("seconds", 90.0)`: a moment of the training."""


def build(config: FullRecordConfig) -> FullRecord:
    """The renderer."""
    return FullRecord(config)


class FullRecord:
    """Shows what its config names: an episode, or what one environment played from one moment to another."""

    def __init__(self, config: FullRecordConfig) -> None:
        self.config = config

    def render(self, job: FilmJob) -> FilmResult:
        """Write the film. Raises FilmRefused naming what is on the tape when it does not hold what is asked for."""
        job.progress(0.0, "looking for the games")
        stretches = select(job, self.config)
        one = len(stretches) == 1
        studio = Studio(
            job,
            self.config,
            wording=_wording(job, stretches),
            curve=game_curve(job.tape.rewards(stretches[0].episode)) if one else training_curve(job),
            curve_follows="index" if one else "step",
            policy=PolicyView(job.players),
        )
        return studio.shoot(stretches)


def moment_of(text: str) -> Moment:
    """The moment `text` names: a number of steps, or training time as `90s`, `1h02m`, `1:02:03`. Raises FilmRefused."""
    plain = text.strip().lower().replace(",", "").replace("_", "").replace(" ", "")
    if plain.isdecimal():
        return "step", float(plain)
    if re.fullmatch(r"\d+(:\d\d){1,2}", plain):
        seconds = 0.0
        for part in plain.split(":"):
            seconds = seconds * 60 + int(part)
        return "seconds", seconds
    match = _CLOCK.fullmatch(plain)
    if not plain or match is None:
        raise FilmRefused(f'"{text}" is no moment of the training: write steps, such as 120000, or time, such as 90s or 1h02m')
    hours, minutes, seconds = (float(match[unit] or 0) for unit in "hms")
    return "seconds", hours * 3600 + minutes * 60 + seconds


def select(job: FilmJob, config: FullRecordConfig) -> list[Stretch]:
    """The stretches the config names, in order of time. Raises FilmRefused."""
    episodes = [episode for episode in job.tape.episodes(config.stream) if episode.length > 0]
    if not episodes:
        raise FilmRefused(f"no {config.stream} game is recorded: let it train for a moment, then try again")
    begin, end = config.begin, config.end
    if config.episode is not None:
        if begin or end:
            raise FilmRefused("name an episode or a range (begin, end), not both")
        return [_whole(_numbered(episodes, config.episode))]
    played = [episode for episode in episodes if episode.environment == config.environment]
    if not played:
        last = max(episode.environment for episode in episodes)
        raise FilmRefused(f"environment={config.environment}: this run played in environments 0 to {last}")
    if not begin and not end:
        return [_whole(max(played, key=lambda episode: (episode.score, -episode.number)))]
    return _between(job, played, moment_of(begin or "0"), moment_of(end) if end else None)


def _numbered(episodes: Sequence[TapedEpisode], wanted: int) -> TapedEpisode:
    for episode in episodes:
        if episode.number == wanted:
            return episode
    first, last = episodes[0].number, episodes[-1].number
    raise FilmRefused(f"episode={wanted}: the tape holds the {episodes[0].stream} episodes {first} to {last}")


def _whole(episode: TapedEpisode) -> Stretch:
    state = "" if episode.finished else ", not finished"
    title = f"Game {episode.number}: {number(episode.score)} points{state}"
    return Stretch(episode=episode, first=0, last=episode.length, title=title, why="the whole game, as it was asked for")


def _between(job: FilmJob, played: Sequence[TapedEpisode], begin: Moment, end: Moment | None) -> list[Stretch]:
    """What of the games `played` lies between two moments."""
    found = []
    for episode, following in zip(played, [*played[1:], None], strict=True):
        low = _index_at(job, episode, following, begin)
        high = episode.length if end is None else min(_index_at(job, episode, following, end), episode.length)
        if low < high:
            title = f"Game {episode.number}"
            why = f"steps {low} to {high - 1} of {episode.length}, as it was asked for"
            found.append(Stretch(episode=episode, first=low, last=high, title=title, why=why))
    if not found:
        last = played[-1]
        steps, seconds = last.first_step + last.length * _together(job, last), clock(_ended(job, last, None))
        raise FilmRefused(f"nothing was played in this range: the recorded training has {steps:,} steps in {seconds}")
    return found


def _index_at(job: FilmJob, episode: TapedEpisode, following: TapedEpisode | None, moment: Moment) -> int:
    """The first step of the episode at or after a moment of the training; its length or more when that lies beyond it."""
    kind, value = moment
    if kind == "step":
        return max(math.ceil((value - episode.first_step) / _together(job, episode)), 0)
    begun = episode.started_seconds
    took = max(_ended(job, episode, following) - begun, 1e-9)
    return max(math.ceil((value - begun) / took * episode.length - _ROUNDING), 0)


def _ended(job: FilmJob, episode: TapedEpisode, following: TapedEpisode | None) -> float:
    """When the episode ended, in seconds of training; time is taken to pass evenly within it."""
    return following.started_seconds if following is not None else max(job.run.status().seconds, episode.started_seconds)


def _together(job: FilmJob, episode: TapedEpisode) -> int:
    """How many environments played together: so many steps of the run pass in one step of an episode."""
    return 1 + max(other.environment for other in job.tape.episodes(episode.stream))


def _wording(job: FilmJob, stretches: Sequence[Stretch]) -> Wording:
    first, last = stretches[0].episode.number, stretches[-1].episode.number
    games = f"game {first}" if first == last else f"games {first} to {last}"
    return Wording(
        title=f"{job.game_title}: {games} of {job.algorithm_title}",
        heading=job.game_title,
        subtitle=f"{job.algorithm_title}, {games} uncut",
        best_title="Previous best",
    )
