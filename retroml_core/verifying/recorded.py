"""What a run recorded of its training: all that a re-enactment needs and is held against, from events and checkpoints."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from retroml_core.events import (
    CheckpointSaved,
    ControlAck,
    EpisodeFinished,
    Event,
    Fingerprint,
    RunState,
    RunStateChanged,
    TimestepUpdate,
)

if TYPE_CHECKING:
    from retroml_core.runs.checkpoints import Checkpoint
    from retroml_core.runs.run import Run

__all__ = ["Episode", "Print", "Recorded", "read_recorded"]


@dataclass(frozen=True, kw_only=True)
class Episode:
    """A finished game, told at `step`, which is not part of what is compared."""

    step: int = field(compare=False)
    number: int
    environment: int
    first_step: int
    length: int
    score: float
    truncated: bool

    def __str__(self) -> str:
        cut = ", cut by the time limit" if self.truncated else ""
        begun = f"environment {self.environment}, begun at step {self.first_step:,}"
        return f"{begun}, {self.length:,} steps, score {self.score:g}{cut}"


@dataclass(frozen=True, kw_only=True)
class Print:
    """Digests at `step`, after `update`: of the parameters, and the head of the hash chain over play."""

    step: int
    update: int
    parameters: str
    play: str


@dataclass
class Recorded:
    """Everything by step.

    `origin` is the step at which the run itself began (a run that continues another begins later), `last` the last of which
    anything is told. `saves` are the steps at which something was saved, kept or not, `shares` the shares of the budget that
    schedules went by from a step on, `tunings` the settings changed at a step.
    """

    origin: int = 0
    last: int = 0
    episodes: list[Episode] = field(default_factory=list)
    prints: list[Print] = field(default_factory=list)
    checkpoints: list[Checkpoint] = field(default_factory=list)
    saves: set[int] = field(default_factory=set)
    shares: dict[int, float] = field(default_factory=dict)
    tunings: dict[int, dict[str, float]] = field(default_factory=dict)

    def take_back(self, step: int, attempt: int) -> None:
        """Attempt `attempt` began again at `step`: leave out what earlier ones did beyond it, as the events do."""
        self.tunings = {at: changed for at, changed in self.tunings.items() if at <= step}
        self.checkpoints = [one for one in self.checkpoints if one.step <= step or one.meta.get("attempt", attempt) >= attempt]

    def stops(self, first: int, last: int) -> list[int]:
        """The steps after `first`, up to `last`, at which something is to be done or compared."""
        steps = (
            {one.step for one in self.prints}
            | {one.step for one in self.checkpoints}
            | self.saves
            | set(self.shares)
            | set(self.tunings)
        )
        return sorted(step for step in steps if first < step <= last)

    def share_at(self, step: int) -> float:
        """The share of the budget that schedules go by at `step`."""
        known = [at for at in self.shares if at <= step]
        return self.shares[max(known)] if known else 0.0


def read_recorded(run: Run) -> Recorded:
    """Read all that counts of `run`: what a later attempt did over again is left out. Raises OSError."""
    recorded = Recorded(checkpoints=run.checkpoints())
    begun: list[int] = []
    for event in run.events():
        if event.type == RunStateChanged.TYPE and event.data.get("state") == RunState.RUNNING:
            begun.append(int(event.data.get("resumed_from") or 0))
            recorded.take_back(begun[-1], event.attempt)
        _take(recorded, event)
    recorded.origin = begun[0] if begun else 0
    recorded.last = max(recorded.stops(recorded.origin, 2**62), default=recorded.origin)
    return recorded


def _take(recorded: Recorded, event: Event) -> None:
    data = event.data
    if event.type == EpisodeFinished.TYPE:
        recorded.episodes.append(_episode(event.step, data))
    elif event.type == Fingerprint.TYPE:
        recorded.prints.append(
            Print(step=event.step, update=int(data["update"]), parameters=str(data["parameters"]), play=str(data["play"]))
        )
    elif event.type == CheckpointSaved.TYPE:
        recorded.saves.add(event.step)
    elif event.type == TimestepUpdate.TYPE:
        recorded.shares[event.step] = float(data["fraction"])
    elif event.type == ControlAck.TYPE and data.get("ok") and data.get("verb") == "set" and data.get("args"):
        args = data["args"]
        recorded.tunings.setdefault(event.step, {})[str(args["name"])] = float(args["value"])


def _episode(step: int, data: Any) -> Episode:
    names = ("number", "environment", "first_step", "length", "score")
    return Episode(step=step, truncated=bool(data.get("truncated")), **{name: data[name] for name in names})
