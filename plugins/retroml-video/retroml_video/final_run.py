"""The final run: the best game of the trained agent, whole and uncut, from its first picture to its last."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.filming import FilmError, FilmJob, FilmRefused, FilmResult
from retroml_video.curve import game_curve
from retroml_video.policy import PolicyView
from retroml_video.projector import Stretch
from retroml_video.stage import Wording
from retroml_video.studio import Studio
from retroml_video.words import number

if TYPE_CHECKING:
    from retroml_core.tape import TapedEpisode
    from retroml_video.settings import FinalRunConfig

__all__ = ["Choice", "FinalRun", "build", "choose"]


def build(config: FinalRunConfig) -> FinalRun:
    """The renderer."""
    return FinalRun(config)


class FinalRun:
    """Shows the evaluation episode with the highest score; without one, the best training episode, and says so."""

    def __init__(self, config: FinalRunConfig) -> None:
        self.config = config

    def render(self, job: FilmJob) -> FilmResult:
        """Write the film. Raises FilmError when no game was finished, or when its score cannot be reproduced."""
        job.progress(0.0, "looking for the best game")
        choice = choose(job)
        episode = choice.episode
        studio = Studio(
            job,
            self.config,
            wording=_wording(job, episode),
            curve=game_curve(job.tape.rewards(episode)),
            curve_follows="index",
            policy=PolicyView(job.players, fixed_step=choice.policy_step),
        )
        stretch = Stretch(episode=episode, first=0, last=episode.length, title=choice.title)
        result = studio.shoot([stretch], hold_seconds=self.config.hold_seconds)
        shown = result.segments[-1].score
        if shown != episode.score:
            raise FilmError(f"the score shown ({number(shown)}) is not the score counted ({number(episode.score)})")
        return dataclasses.replace(result, notes=(*result.notes, *([choice.note] if choice.note else [])))


@dataclass(frozen=True)
class Choice:
    """The episode to show and its title; `policy_step` is that of the policy that played it (None: it changed meanwhile).

    `note` says what the name of the film does not promise.
    """

    episode: TapedEpisode
    title: str
    policy_step: int | None = None
    note: str = ""


def choose(job: FilmJob) -> Choice:
    """The best game of the newest evaluation, else the best of the training. Raises FilmRefused when no game was finished."""
    played = [episode for episode in job.tape.episodes("evaluation") if episode.length > 0]
    for event in reversed(list(job.run.events({"evaluation_finished"}))):
        # More games than were counted may be on the tape: an environment plays on while the others finish theirs.
        counted = set(zip(event.data["scores"], event.data["lengths"], strict=True))
        games = [episode for episode in played if (episode.score, episode.length) in counted]
        if games:
            title = f"The best of {len(event.data['scores'])} evaluation games"
            return Choice(_highest(games), title, int(event.data["checkpoint_step"]))
    training = [episode for episode in job.tape.episodes("training") if episode.finished and episode.length > 0]
    if not training:
        raise FilmRefused("no game was finished yet: let it train until the first game ends, then try again")
    note = "There is no evaluation game of this run: the best game of the training is shown."
    return Choice(_highest(training), "The best game of the training (no evaluation yet)", note=note)


def _highest(episodes: list[TapedEpisode]) -> TapedEpisode:
    return max(episodes, key=lambda episode: (episode.score, -episode.number))


def _wording(job: FilmJob, episode: TapedEpisode) -> Wording:
    return Wording(
        title=f"{job.game_title}: {number(episode.score)} points by {job.algorithm_title}",
        heading=job.game_title,
        subtitle=f"{job.algorithm_title}, final run",
        best_title="Best in training",
    )
