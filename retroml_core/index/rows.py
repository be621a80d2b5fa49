"""What the index answers with, and what it is asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from retroml_core.events import RunState

__all__ = ["MetricSummary", "RunFilter", "RunRow", "SyncReport"]


@dataclass(frozen=True, kw_only=True)
class RunFilter:
    """Which runs to list; None and empty leave a condition out.

    `tags` must all be there; `text` is part of the name, the id (so of game or algorithm), the notes or a tag, in any case.
    Moments are milliseconds since 1970 (UTC), `created_before` is excluded. `order` is a column of `queries.ORDERS`; `limit`
    None lists all.
    """

    game: str | None = None
    algorithm: str | None = None
    states: tuple[RunState, ...] = ()
    tags: tuple[str, ...] = ()
    group: str | None = None
    parent: str | None = None
    text: str = ""
    created_from: int | None = None
    created_before: int | None = None
    order: str = "created_at"
    descending: bool = True
    limit: int | None = 100
    offset: int = 0


@dataclass(frozen=True, kw_only=True)
class RunRow:
    """A run as the index knows it. Moments are milliseconds since 1970 (UTC), `seconds` is training time."""

    id: str
    name: str
    game: str
    algorithm: str
    environment: str
    preset: str
    state: RunState
    created_at: int
    seed: int | None = None
    started_at: int | None = None
    ended_at: int | None = None
    steps: int = 0
    frames: int = 0
    episodes: int = 0
    fraction: float = 0.0
    seconds: float = 0.0
    mean_score: float | None = None
    best_score: float | None = None
    reason: str = ""
    group: str = ""
    parent_id: str = ""
    relation: str = ""
    config_hash: str = ""
    notes: str = ""
    owner_id: str = "local"
    project_id: str = "default"
    visibility: str = "private"
    revision: int = 1
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class MetricSummary:
    """A curve in numbers: how many points, the last value and step, the extremes. None: no such finite value."""

    name: str
    points: int
    last: float | None
    last_step: int
    minimum: float | None
    maximum: float | None


@dataclass(kw_only=True)
class SyncReport:
    """What a look at the run folders found: runs there, runs read anew, rows of vanished runs, and `problems` in words."""

    runs: int = 0
    changed: int = 0
    removed: int = 0
    problems: list[str] = field(default_factory=list)
