"""What the exporters read of a run: who it is, and every number it reported."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.exporting import ExportError

if TYPE_CHECKING:
    from retroml_core.events import Event
    from retroml_core.runs.run import Run

__all__ = ["EPISODE_LENGTH", "HISTOGRAM", "SCORE", "UNITS", "Identity", "Moment", "moment_of", "moments"]

HISTOGRAM = "histogram"
SCORE = "score"
EPISODE_LENGTH = "episode/length"

ACRONYM_LETTERS = 5
"""Names of algorithms up to this long are written in capitals: PPO, DQN."""

UNITS = {SCORE: "points", EPISODE_LENGTH: "steps"}
"""The units of what every run reports by itself."""


@dataclass(frozen=True, kw_only=True)
class Identity:
    """Which run a file is about; stands in every file that is exported."""

    run_id: str
    game: str
    algorithm: str
    seed: int

    @classmethod
    def of(cls, run: Run) -> Identity:
        """The identity of `run`. Raises ExportError when its config cannot be read."""
        try:
            tree = run.tree
            return cls(run_id=run.id, game=str(tree["game"]), algorithm=str(tree["algorithm"]["name"]), seed=int(tree["seed"]))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ExportError(f"the config of {run.id} cannot be read: {error}; is its folder complete?") from error

    @property
    def title(self) -> str:
        """`Breakout, PPO`."""
        algorithm = self.algorithm.upper() if len(self.algorithm) <= ACRONYM_LETTERS else self.algorithm.title()
        return f"{self.game.replace('_', ' ').title()}, {algorithm.replace('_', ' ')}"

    @property
    def footer(self) -> str:
        """Seed and run id in words."""
        return f"seed {self.seed} · run {self.run_id}"


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Numbers that a run reported together: at run step `step`, after `seconds` of training, at `time` seconds since 1970."""

    kind: str
    step: int
    seconds: float
    time: float
    numbers: dict[str, float]


def moment_of(event: Event) -> Moment | None:
    """The numbers of a finished episode or update; None for events of other types."""
    if event.type == "episode_finished":
        kind, numbers = "episode", {SCORE: float(event.data["score"]), EPISODE_LENGTH: float(event.data["length"])}
    elif event.type == "update_finished":
        kind, numbers = "update", {name: float(value) for name, value in event.data["metrics"].items()}
    else:
        return None
    return Moment(kind=kind, step=event.step, seconds=float(event.data["seconds"]), time=event.t, numbers=numbers)


def moments(run: Run) -> Iterator[Moment]:
    """Every finished episode ("episode") and update ("update") of `run`, in order."""
    for event in run.events({"episode_finished", "update_finished"}):
        moment = moment_of(event)
        if moment is not None:
            yield moment
