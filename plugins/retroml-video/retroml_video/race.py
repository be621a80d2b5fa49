"""The race: several runs side by side, in the same game or in their trainings, with a ranking that follows their scores."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from retroml_core.filming import FilmJob, FilmRefused, FilmResult
from retroml_video.ensemble import Ensemble, Performer, steps_in
from retroml_video.hall import room_for
from retroml_video.milestones import arena_of, percent_words, trained_seconds
from retroml_video.stage import Wording
from retroml_video.studio import last_step
from retroml_video.track import Track
from retroml_video.training_race import TrainingRace
from retroml_video.words import number

if TYPE_CHECKING:
    from retroml_video.side_by_side import RaceConfig

__all__ = ["Race", "build", "names_of"]

_USUAL_SECONDS = 60.0


def build(config: RaceConfig) -> Race:
    """The renderer."""
    return Race(config)


class Race:
    """The policies of all runs at the same share of their training play the same seeded game, or all show their training."""

    def __init__(self, config: RaceConfig) -> None:
        self.config = config

    def render(self, job: FilmJob) -> FilmResult:
        """Write the film. Raises FilmRefused when the runs play different games or one has nothing to show."""
        job.progress(0.0, "choosing what to show")
        jobs = [job, *job.others]
        games = sorted({one.game_title for one in jobs})
        if len(games) > 1:
            raise FilmRefused(f"a race is run in one game, these runs play {', '.join(games)}")
        room, notes = room_for(job, len(jobs), board=True), []
        if room < len(jobs):
            notes.append(f"There is room for {room} of {len(jobs)} runs in a picture of this size: try --height 1080.")
        most = job.length_seconds or _USUAL_SECONDS
        named = list(zip(jobs, names_of(jobs), strict=True))[:room]
        if self.config.show == "training":
            tracks = [_track(one, name) for one, name in named]
            result = TrainingRace(job, self.config, tracks, most).shoot()
            return dataclasses.replace(result, notes=(*notes, *result.notes))
        performers = [self._perform(job, one, name, most) for one, name in named]
        ensemble = Ensemble(job, self.config, performers, _wording(job, performers, self.config.fraction), board=True)
        result = ensemble.shoot(most_seconds=most, hold_seconds=self.config.hold_seconds)
        return dataclasses.replace(result, notes=(*notes, *result.notes))

    def _perform(self, asking: FilmJob, job: FilmJob, name: str, most: float) -> Performer:
        arena, total = arena_of(job), last_step(job)
        known = [step for step in sorted(job.players.steps) if step <= self.config.fraction * total]
        if not known:
            raise FilmRefused(f"{name} stored no policy by {percent_words(self.config.fraction)} of its training")
        staged = arena.play(
            known[-1],
            seed=self.config.seed,
            most_steps=steps_in(job, most),
            tick=lambda: asking.progress(0.0, f"playing the game of {name}"),
        )
        facts = {"run": job.run.id, "percent": round(100 * known[-1] / total, 2), "seed": self.config.seed}
        detail = f"step {number(known[-1])}, {percent_words(known[-1] / total)}"
        seconds = trained_seconds(job, known[-1])
        return Performer(title=name, detail=detail, staged=staged, training_seconds=seconds, facts=facts)


def _track(job: FilmJob, name: str) -> Track:
    if not job.tape.steps("training"):
        raise FilmRefused(f"{name} has no training on its tape yet: let it train for a moment, then try again")
    return Track(job, name)


def names_of(jobs: Sequence[FilmJob]) -> list[str]:
    """What to call each run: its algorithm, with the seed where several use the same, with its number where even that does."""
    names = [job.algorithm_title for job in jobs]
    counts = Counter(names)
    names = [
        name if counts[name] == 1 else f"{name}, seed {job.run.tree.get('seed')}" for name, job in zip(names, jobs, strict=True)
    ]
    again = Counter(names)
    seen: Counter[str] = Counter()
    for place, name in enumerate(names):
        seen[name] += 1
        if again[name] > 1:
            names[place] = f"{name} ({seen[name]})"
    return names


def _wording(job: FilmJob, performers: Sequence[Performer], fraction: float) -> Wording:
    names = [performer.title for performer in performers]
    when = "fully trained" if fraction >= 1 else f"at {percent_words(fraction)} of their training"
    return Wording(
        title=f"{job.game_title}: {' against '.join(names)}",
        heading=f"{job.game_title}: the race",
        subtitle=f"{len(names)} agents, {when}, in the same game",
        best_title="",
    )
