"""The play check: the tape is re-simulated, and what the events tell of games is held against what is on it."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from retroml_core.verifying.findings import Divergence

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.runs.run import Run
    from retroml_core.tape import Tape, TapedEpisode
    from retroml_core.verifying.findings import Progress, Verdict
    from retroml_core.verifying.recorded import Episode, Recorded

__all__ = ["check_play", "compare_tapes"]


def check_play(run: Run, tape: Tape, recorded: Recorded, verdict: Verdict, progress: Progress) -> None:
    """Check training and evaluation between the steps of `verdict`. Raises ValueError when the tape cannot be played here."""
    first, last = verdict.first, verdict.last
    episodes = [episode for episode in recorded.episodes if first < episode.step <= last]
    verdict.found(_untrue_episode(tape.episodes(), episodes), _untrue_evaluation(run, tape, first, last))
    # Evaluation stands still at a step of the training, also at the last.
    for stream, end in (("training", last), ("evaluation", last + 1)):
        if not tape.steps(stream):
            continue
        check = tape.verify(
            stream=stream, first_step=first, last_step=end, progress=partial(progress, f"playing {stream} again")
        )
        verdict.count(f"steps of {stream} re-simulated", check.steps)
        if check.first_divergence_step is not None:
            what = check.difference if check.kind == "tape" else f"on the tape of {stream}, {check.difference}"
            verdict.found(Divergence(step=check.first_divergence_step, kind=check.kind, what=what))


def compare_tapes(recorded: Tape, other: Tape, verdict: Verdict, last: int) -> Divergence | None:
    """The first difference between the tape of a run and that of its re-enactment, up to step `last`."""
    check = recorded.compare(other, first_step=verdict.first, last_step=last)
    verdict.count("steps carried out again", check.steps)
    if check.first_divergence_step is None:
        return None
    return Divergence(step=check.first_divergence_step, kind=check.kind, what=check.difference)


def _untrue_episode(taped: Sequence[TapedEpisode], told: list[Episode]) -> Divergence | None:
    """The first game told by the events that is not so on the tape."""
    by_beginning = {(one.environment, one.first_step): one for one in taped if one.finished}
    for episode in told:
        found = by_beginning.get((episode.environment, episode.first_step))
        if found is None:
            return Divergence(step=episode.step, kind="episode", what=f"episode {episode.number} is not on the tape: {episode}")
        if (found.score, found.length, found.truncated) != (episode.score, episode.length, episode.truncated):
            taped_as = f"{found.length:,} steps, score {found.score:g}"
            what = f"episode {episode.number} is told as {episode}; on the tape it has {taped_as}"
            return Divergence(step=episode.step, kind="episode", what=what)
    return None


def _untrue_evaluation(run: Run, tape: Tape, first: int, last: int) -> Divergence | None:
    """The first evaluation with a score that no game of that moment on the tape has."""
    played = Counter((one.first_step, one.score, one.length) for one in tape.episodes("evaluation"))
    for event in run.events({"evaluation_finished"}):
        if not first <= event.step <= last:
            continue
        for score, length in zip(event.data["scores"], event.data["lengths"], strict=True):
            if not played[event.step, float(score), int(length)]:
                what = f"an evaluation game is told to have scored {score:g} in {length:,} steps; the tape holds no such game"
                return Divergence(step=event.step, kind="evaluation", what=what)
    return None
