"""What a film renderer is: it reads the tape of a run, re-simulates what it wants to show, and writes one video file.

A renderer runs in a process of its own, after training or while it goes on. It writes to `FilmJob.target`, a temporary
path; the core moves a complete film to its final name and writes the sidecar, so no broken file ever has a final name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from retroml_core.faults import Fault

if TYPE_CHECKING:
    from retroml_core.runs.run import Run
    from retroml_core.schema import FilmConfig
    from retroml_core.tape import Tape, TapedEpisode
    from retroml_core.training.players import Players

__all__ = [
    "Arena",
    "FilmCancelled",
    "FilmError",
    "FilmFacts",
    "FilmInterrupted",
    "FilmJob",
    "FilmLooks",
    "FilmRefused",
    "FilmResult",
    "FilmSegment",
    "Renderer",
    "Staged",
    "work_folder",
]


class FilmError(Fault):
    """A film cannot be made; the message says why and what to do."""


class FilmRefused(FilmError):
    """Nothing went wrong: the wishes contradict each other, or the run holds nothing to show yet."""


class FilmCancelled(Exception):
    """Raised by `FilmJob.progress` when nobody wants the film any more; let it pass through."""


class FilmInterrupted(FilmCancelled):
    """Raised instead when the process has to end: finished parts are kept, and the same film goes on from them later."""


@dataclass(frozen=True, kw_only=True)
class FilmSegment:
    """What a stretch of the film shows, for the sidecar and the chapters: every number in a caption stands here too.

    `start_seconds` and `end_seconds` are film time. `first_step` and `last_step` count the run's steps, `episode` is the
    number within `stream`, `score` the raw points at the segment's end, `policy_step` the checkpoint whose action
    probabilities are shown (None: none are).
    """

    start_seconds: float
    end_seconds: float
    title: str
    stream: str
    episode: int
    first_step: int
    last_step: int
    first_index: int
    last_index: int
    score: float
    training_seconds: float
    policy_step: int | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Staged:
    """A game that was played for a film: `episode` of `tape`, played by the policy stored at `step`."""

    tape: Tape
    episode: TapedEpisode
    step: int


class Arena(Protocol):
    """Where stored policies of a run play games that are not part of it."""

    def play(self, step: int, *, seed: int, most_steps: int, tick: Callable[[], None]) -> Staged:
        """Let the policy stored at `step` play one game of at most `most_steps` steps, and record it.

        The same `seed` gives the same beginning, whoever plays. `tick` is called at least once a second. Raises FilmError
        when there is no such policy.
        """

    def close(self) -> None:
        """Remove what was recorded. May be called twice."""


@dataclass(frozen=True, kw_only=True)
class FilmJob:
    """One film to make.

    `length_seconds` is the length asked for (None: as the renderer sees fit). `players` loads the policies of checkpoints,
    `progress(fraction, doing)` reports and raises FilmCancelled when the film is no longer wanted: call it at least once
    a second. In the `arena` the policies play new games (None: this run's environment has no tape to film from). `others`
    are other runs to show beside this one; of them only run, tape, players, arena and titles count.
    """

    run: Run
    tape: Tape
    players: Players
    config: FilmConfig
    target: Path
    length_seconds: float | None
    progress: Callable[[float, str], None]
    game_title: str = ""
    algorithm_title: str = ""
    arena: Arena | None = None
    others: tuple[FilmJob, ...] = ()


@dataclass(frozen=True, kw_only=True)
class FilmResult:
    """What a renderer made: exact length, picture size, and what it shows when.

    `notes` are sentences people should read (why the film is shorter than asked), `extra` facts for the sidecar.
    """

    seconds: float
    width: int
    height: int
    fps: int
    frames: int
    title: str
    segments: tuple[FilmSegment, ...]
    notes: tuple[str, ...] = ()
    extra: Mapping[str, Any] = field(default_factory=dict)


class Renderer(Protocol):
    """A kind of film."""

    def render(self, job: FilmJob) -> FilmResult:
        """Write the film to `job.target`. Raises FilmRefused when the run cannot be shown so, FilmError, OSError."""


@dataclass(frozen=True, kw_only=True)
class FilmFacts:
    """What a film file says about itself."""

    seconds: float
    size_bytes: int
    width: int
    height: int
    fps: float
    codec: str
    chapters: int
    sound: bool


class FilmLooks(Protocol):
    """What a library asks about the files of a renderer; see `RendererSpec.looks`."""

    def examine(self, film: Path) -> FilmFacts:
        """What the file itself says. Raises ValueError when it is not a film, OSError."""

    def thumbnail(self, film: Path, target: Path, *, width: int = 480) -> None:
        """Write a JPEG that shows play to `target`. Raises ValueError when the film shows no picture, OSError."""


def work_folder(target: Path) -> Path:
    """Where a renderer may keep finished parts of the film `target` while it makes it.

    What is in it when its process is killed is there again for the next job with the same wishes and inputs. The core removes
    the folder with the film's other temporary files; a renderer removes it when the film is complete.
    """
    return target.with_name(f"{target.name}.work")
