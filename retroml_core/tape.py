"""What a tape offers its readers: every episode ever played by a run, to be played again bit for bit.

The tape holds how each episode began and its actions, about a byte a step; moments are re-simulated, not stored. The
environment that records a tape also reads it (`EnvironmentSpec.tape`); films, datasets, verification and the live view of
past moments meet it only through this protocol.

Shapes: H height, W width; frames are RGB.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.environment import Stream

__all__ = ["Moment", "QuickTape", "Tape", "TapeCheck", "TapedEpisode", "View", "open_tape", "sound_rate_of"]


class View(StrEnum):
    """How to re-simulate: what the agent saw, colour once a step (15 a second), or every frame in colour (60 a second).

    The last with sound is asked only of tapes that can be heard (`sound_rate_of`).
    """

    OBSERVATION = "observation"
    COLOUR = "colour"
    COLOUR_60 = "colour60"
    COLOUR_60_SOUND = "colour60+sound"


@dataclass(frozen=True, kw_only=True)
class TapedEpisode:
    """One episode on the tape.

    `number` counts from 1 within the stream in order of beginning. `first_step` is the run's step count (over all
    environments) when it began, `started_seconds` the seconds of training by then, `policy_version` the updates made by
    then. `length` is in steps. An episode still open when the tape ends, or cut by a crash, is not `finished`: its `score`
    is then the points so far. `attempt` is the attempt in which it began.
    """

    number: int
    stream: Stream
    environment: int
    first_step: int
    length: int
    score: float
    started_seconds: float
    policy_version: int
    finished: bool
    truncated: bool
    lives_lost: int
    attempt: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """One re-simulated step of an episode.

    `index` is the step within the episode, `step` the run's step count at that moment, `seconds` the seconds of training.
    `observation` uint8 (C, H, W) is what the agent saw when it chose `action`. `frames` are the RGB pictures uint8
    (H, W, 3) shown while the action was carried out: none, one or four of them, as the view asks. `reward` is raw, `score`
    the points after the step, `lives` those left after it. `sound` int16 is what was heard meanwhile, one channel, as many
    samples for each frame as for any other; None: the view asks for none.
    """

    index: int
    step: int
    seconds: float
    action: int
    reward: float
    score: float
    lives: int
    observation: NDArray[np.uint8]
    frames: Sequence[NDArray[np.uint8]]
    sound: NDArray[np.int16] | None = None


@dataclass(frozen=True, kw_only=True)
class TapeCheck:
    """The result of a verification: how many steps were compared, and where and how the first difference lies, if any.

    `kind` is "action", "reward", "end", "life", "observation", "play" (the hash chain) or "tape" (the file is damaged).
    """

    steps: int
    episodes: int
    first_divergence_step: int | None = None
    difference: str = ""
    kind: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything re-simulated equals what was recorded."""
        return self.first_divergence_step is None


class Tape(Protocol):
    """The play of one run. Safe to open while the run goes on; `refresh` sees what was written since."""

    header: dict[str, Any]
    """What the tape was recorded with: game, environment settings, ROM hash, versions, action meanings."""

    def refresh(self) -> None:
        """Read what was appended since."""

    def episodes(self, stream: Stream = "training") -> Sequence[TapedEpisode]:
        """All episodes of a stream in order of beginning."""

    def steps(self, stream: Stream = "training") -> int:
        """How many steps the stream holds, over all environments."""

    def size_bytes(self) -> int:
        """What the tape takes on disk."""

    def actions(self, episode: TapedEpisode) -> NDArray[np.uint8]:
        """The actions of an episode (length,)."""

    def rewards(self, episode: TapedEpisode) -> NDArray[np.float32]:
        """The raw rewards of an episode (length,)."""

    def lives_lost(self, episode: TapedEpisode) -> NDArray[np.bool_]:
        """At which steps of an episode a life was lost (length,)."""

    def find(self, *, step: int | None = None, seconds: float | None = None, stream: Stream = "training") -> TapedEpisode:
        """The episode of environment 0 being played at a step of the run or at a second of training.

        Raises LookupError when the tape holds none.
        """

    def play(
        self,
        episode: TapedEpisode,
        *,
        first: int = 0,
        last: int | None = None,
        view: View = View.COLOUR,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[Moment]:
        """Re-simulate steps `first` to `last` (excluded; None: to the end). Steps before `first` are simulated unseen.

        `progress(done, total)` is told how many of the unseen steps are done; whatever it raises ends the playing.
        """

    def verify(
        self,
        *,
        stream: Stream = "training",
        first_step: int = 0,
        last_step: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> TapeCheck:
        """Re-simulate a range of the run and compare it with the hash chain.

        `progress(done, total)` is told the steps; whatever it raises ends the verification.
        """

    def compare(self, other: Tape, *, first_step: int = 0, last_step: int | None = None) -> TapeCheck:
        """Hold the training recorded here against that of `other`, a tape of the same environment, as far as both reach.

        Nothing is re-simulated; the difference is named by what is recorded: action, reward, end, life, observation.
        """

    def close(self) -> None:
        """Release files and emulators."""


@runtime_checkable
class QuickTape(Tape, Protocol):
    """A tape that knows which of its moments are seen soon, and can bring others nearer. Tapes need not be of this kind."""

    def soonest(self, step: int) -> tuple[TapedEpisode, int]:
        """Of the training episodes being played at a step of the run the one that is shown soonest, and its step then.

        Raises LookupError when the tape holds none.
        """

    def make_ready(self) -> None:
        """Begin, without waiting and without taking time from others, what lets any moment be seen soon.

        May be called often; it ends with `close` at the latest.
        """


def sound_rate_of(tape: Tape) -> int:
    """How many samples of sound a second `tape` has, from its attribute `sound_rate`; 0 for one that cannot be heard.

    A moment sounds alike in every play that asks for sound, whatever was played before.
    """
    return int(getattr(tape, "sound_rate", 0))


def open_tape(folder: Path, spec_tape: str) -> Tape:
    """Open the tape of the run in `folder` with the reader its environment names (`EnvironmentSpec.tape`).

    Raises FileNotFoundError when nothing was recorded, ValueError when the tape cannot be read or its ROM is not here.
    """
    from retroml_core.plugins.registry import resolve

    tape: Tape = resolve(spec_tape)(folder)
    return tape
