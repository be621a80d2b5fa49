"""What runs came to, as data: `Outcome` of one run, `Results` of many in a JSON file."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from benchmarks.learning_records import Record, Records

if TYPE_CHECKING:
    from retroml_core.runs.run import Run

__all__ = ["BINS", "WINDOW", "Outcome", "Results", "curve", "outcome_of"]

WINDOW = 20
"""Scores are means over so many training episodes."""

BINS = 20
"""Parts of a run that a curve has a mean for."""

MATTERS = ("ale-py", "numpy", "tianshou", "torch")


@dataclass(frozen=True, kw_only=True)
class Outcome(Record):
    """What one run came to. Scores are raw points of whole games.

    `first` and `last` are means of the first and last `WINDOW` training episodes, `evaluation` the scores of the games its
    best model played afterwards. `curve` is [steps, mean score of the episodes that ended in that twentieth of the run].
    `further` are scores of games that the same model played later, and `further_by` says how.
    """

    game: str
    algorithm: str
    family: str
    seed: int
    overrides: list[str]
    state: str
    reason: str
    steps: int
    seconds: float
    episodes: int
    first: float | None
    last: float | None
    evaluation: list[float]
    curve: list[list[float]]
    config_hash: str
    measured_on: str
    versions: dict[str, str] = field(default_factory=dict)
    processor: str = ""
    threads: int = 0
    further: list[float] = field(default_factory=list)
    further_by: str = ""

    @property
    def games(self) -> list[float]:
        """The scores the model is judged by: of the further games where there are any, else those of its evaluation."""
        return self.further or self.evaluation

    @property
    def key(self) -> tuple[object, ...]:
        """See `Record.key`."""
        return (self.game, self.algorithm, tuple(self.overrides), self.seed)

    def __str__(self) -> str:
        score = "no episode ended" if self.last is None else f"{self.first:,.1f} -> {self.last:,.1f}"
        end = "" if self.state == "completed" else f"   {self.state}: {self.reason}"
        return f"{self.algorithm} {self.game} seed {self.seed}: {score} in {self.steps:,} steps, {self.seconds:.0f} s{end}"


def outcome_of(run: Run, algorithm: str, overrides: Sequence[str]) -> Outcome:
    """What `run` came to; `algorithm` is the preset it was asked for by."""
    status, tree, provenance = run.status(), run.tree, run.provenance()
    episodes = [(int(event["step"]), float(event["score"])) for event in run.episodes()]
    scores = [score for _, score in episodes]
    evaluations = [event.data["scores"] for event in run.events({"evaluation_finished"})]
    packages = provenance.get("packages", {})
    return Outcome(
        game=str(tree["game"]),
        algorithm=algorithm,
        family=str(tree["algorithm"]["name"]),
        seed=int(tree["seed"]),
        overrides=list(overrides),
        state=str(status.state),
        reason=status.reason,
        steps=status.step,
        seconds=round(status.seconds, 1),
        episodes=len(scores),
        first=_mean(scores[:WINDOW]),
        last=_mean(scores[-WINDOW:]),
        evaluation=list(evaluations[-1]) if evaluations else [],
        curve=curve(episodes, status.step),
        config_hash=str(provenance.get("config_hash", "")),
        measured_on=str(tree.get("created_at", ""))[:10],
        versions={name: packages[name] for name in MATTERS if name in packages},
        processor=str(provenance.get("cpu", {}).get("name", "")),
        threads=int(provenance.get("threads", 0)),
    )


def curve(episodes: Sequence[tuple[int, float]], steps: int) -> list[list[float]]:
    """[steps, mean score] for each twentieth of a run of `steps` in which `episodes`, (step, score) each, ended."""
    width = max(1, -(-steps // BINS))
    bins: dict[int, list[float]] = {}
    for step, score in episodes:
        bins.setdefault(min((step - 1) // width, BINS - 1), []).append(score)
    return [[min((number + 1) * width, steps), round(statistics.fmean(bins[number]), 2)] for number in sorted(bins)]


def _mean(scores: Sequence[float]) -> float | None:
    return round(statistics.fmean(scores), 2) if scores else None


class Results(Records[Outcome]):
    """The outcomes in one JSON file."""

    kind = Outcome
    about = f"Made by python -m benchmarks.learning; scores are raw points, means over {WINDOW} training episodes."
