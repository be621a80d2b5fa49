"""The events of a run: what is said while it trains, by whom it is said once, for everybody who listens.

An event is a typed dataclass in code and one line of JSON in `events/NNNN.jsonl`:
`{"v": 1, "seq": 17, "t": 1795402515.25, "attempt": 1, "type": "episode_finished", "step": 4096, "data": {...}}`.
`seq` rises by one over the whole run, `t` is seconds since 1970 (UTC), `step` the run's step count. A number that JSON does
not know is written as `{"$float": "nan"}`. When an attempt resumes from a checkpoint, its `run_state` event carries that
checkpoint's step: points of earlier attempts beyond it no longer count.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, ClassVar

__all__ = [
    "CheckpointSaved",
    "ControlAck",
    "EpisodeFinished",
    "EvaluationFinished",
    "Event",
    "EventData",
    "FilmProgress",
    "FilmSaved",
    "Fingerprint",
    "HistogramTaken",
    "ProblemFound",
    "Resource",
    "RewardUpdate",
    "RunOutcome",
    "RunState",
    "RunStateChanged",
    "TimestepUpdate",
    "TrainingComplete",
    "UpdateFinished",
]

VERSION = 1


class RunState(StrEnum):
    """The state of a run. `INTERRUPTED` is what readers show when the process of a live state is gone."""

    CREATED = "created"
    QUEUED = "queued"
    STARTING = "starting"
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    COMPLETED = "completed"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def live(self) -> bool:
        """Whether a process should be working on a run in this state."""
        return self in (RunState.STARTING, RunState.RUNNING, RunState.PAUSED, RunState.STOPPING)

    @property
    def ended(self) -> bool:
        """Whether nothing more happens without somebody asking for it."""
        return self in (RunState.COMPLETED, RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event as it stands in the file."""

    seq: int
    t: float
    attempt: int
    type: str
    step: int
    data: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class EventData:
    """Base of the typed events; `TYPE` is the name in the file and on the bus."""

    TYPE: ClassVar[str] = ""

    def as_dict(self) -> dict[str, Any]:
        """The `data` of the event."""
        return dict(self.__dict__)


@dataclass(frozen=True, kw_only=True)
class RunStateChanged(EventData):
    """The run is now in `state`; `resumed_from` is the checkpoint step of a resumed attempt; `reason` says why in words."""

    TYPE: ClassVar[str] = "run_state"
    state: RunState
    reason: str = ""
    resumed_from: int | None = None


@dataclass(frozen=True, kw_only=True)
class RewardUpdate(EventData):
    """The mean raw score of the last `window` episodes, the last and the best score so far."""

    TYPE: ClassVar[str] = "reward_update"
    mean: float
    last: float
    best: float
    window: int


@dataclass(frozen=True, kw_only=True)
class TimestepUpdate(EventData):
    """Progress: steps, emulator frames, episodes, `fraction` of the budget, speed, seconds trained and left (None: unknown).

    With a budget in time, `fraction` is what schedules go by from this step until the next such event.
    """

    TYPE: ClassVar[str] = "timestep_update"
    steps: int
    frames: int
    episodes: int
    fraction: float
    steps_per_second: float
    seconds: float
    seconds_left: float | None


@dataclass(frozen=True, kw_only=True)
class EpisodeFinished(EventData):
    """A whole game ended with raw `score` after `length` steps; `seconds` is the training time at its end."""

    TYPE: ClassVar[str] = "episode_finished"
    number: int
    environment: int
    score: float
    length: int
    first_step: int
    seconds: float
    truncated: bool = False


@dataclass(frozen=True, kw_only=True)
class UpdateFinished(EventData):
    """An update of the policy: `update` counts from 1, `metrics` by standard name (`loss/policy`, `time/steps_per_second`)."""

    TYPE: ClassVar[str] = "update_finished"
    update: int
    seconds: float
    metrics: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class HistogramTaken(EventData):
    """How the values of `name` were spread at update `update`: `counts` of equally wide bins from `low` to `high`."""

    TYPE: ClassVar[str] = "histogram"
    name: str
    update: int
    low: float
    high: float
    counts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class EvaluationFinished(EventData):
    """Evaluation episodes of the policy of checkpoint `checkpoint_step`: their raw `scores` and `lengths`."""

    TYPE: ClassVar[str] = "evaluation_finished"
    checkpoint_step: int
    scores: tuple[float, ...]
    lengths: tuple[int, ...]
    mean: float
    best: float
    greedy: bool
    seconds: float


@dataclass(frozen=True, kw_only=True)
class CheckpointSaved(EventData):
    """A checkpoint is complete on disk in folder `name`; `why` is "interval", "pause", "stop", "end", "asked", "best" or
    "memory" (there was nearly none left)."""

    TYPE: ClassVar[str] = "checkpoint_saved"
    name: str
    why: str
    size_bytes: int
    score: float | None = None


@dataclass(frozen=True, kw_only=True)
class FilmProgress(EventData):
    """A film in the making: `fraction` done, in words `doing`, seconds left (None: unknown)."""

    TYPE: ClassVar[str] = "film_progress"
    renderer: str
    fraction: float
    doing: str
    seconds_left: float | None = None


@dataclass(frozen=True, kw_only=True)
class FilmSaved(EventData):
    """A film is complete: its file `name` under `videos/`, length and size."""

    TYPE: ClassVar[str] = "film_saved"
    renderer: str
    name: str
    seconds: float
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Fingerprint(EventData):
    """Digests at this moment: `parameters` of the networks, `play` the head of the tape's hash chain."""

    TYPE: ClassVar[str] = "fingerprint"
    update: int
    parameters: str
    play: str


@dataclass(frozen=True, kw_only=True)
class Resource(EventData):
    """What the run uses: memory of its process, CPU share (1.0: one core), GPU figures where there is one, free disk."""

    TYPE: ClassVar[str] = "resource"
    memory_bytes: int
    cpu: float
    disk_free_bytes: int
    run_bytes: int
    gpu_utilization: float | None = None
    gpu_memory_bytes: int | None = None


@dataclass(frozen=True, kw_only=True)
class ControlAck(EventData):
    """The command `verb` with `id` was taken up; `ok` whether it was carried out, `message` what came of it.

    `args` hold the `name` and `value` of a setting that was changed: from this step on, training depends on it.
    """

    TYPE: ClassVar[str] = "control_ack"
    id: str
    verb: str
    ok: bool
    message: str = ""
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class TrainingComplete(EventData):
    """Training used its whole budget: totals, the mean score of the last episodes and the best score."""

    TYPE: ClassVar[str] = "training_complete"
    steps: int
    episodes: int
    seconds: float
    mean: float | None
    best: float | None


@dataclass(frozen=True, kw_only=True)
class ProblemFound(EventData):
    """Something is wrong: in words, how bad ("warning" or "error"), what to do, and the traceback for a report."""

    TYPE: ClassVar[str] = "problem"
    message: str
    severity: str = "warning"
    hint: str = ""
    metric: str = ""
    details: str = ""


@dataclass(frozen=True, kw_only=True)
class RunOutcome:
    """How an attempt ended: the state, the steps of the run so far, the reason in words, the last good checkpoint."""

    state: RunState
    steps: int
    reason: str = ""
    checkpoint: str | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
