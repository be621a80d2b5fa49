"""A made-up tape and made-up policies, for tests of renderers and of what needs a tape: no emulator, no network.

Every picture is drawn from the number of its game, its step and its frame, so a test can say what must be on screen.

Shapes: A actions, C stacked frames, H height, W width.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from retroml_core.algorithm import Decision
from retroml_core.filming import Staged
from retroml_core.tape import Moment, TapeCheck, TapedEpisode, View

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.environment import Stream
    from retroml_core.tape import Tape

__all__ = [
    "MadeUpArena",
    "MadeUpPlayer",
    "MadeUpPlayers",
    "MadeUpTape",
    "made_up_episode",
    "made_up_frame",
    "made_up_sound",
    "made_up_tape",
    "open_made_up_tape",
]

ACTIONS = ("NOOP", "FIRE", "RIGHT", "LEFT")
FRAMES_PER_STEP = 4
STEPS_PER_SECOND = 100.0
REWARD_EVERY = 25


def made_up_episode(number: int, *, length: int, first_step: int, environment: int = 0, **changes: Any) -> TapedEpisode:
    """A finished training episode with a point every 25 steps, and one more for each ten games before it."""
    known: dict[str, Any] = {
        "number": number,
        "stream": "training",
        "environment": environment,
        "first_step": first_step,
        "length": length,
        "score": float(np.sum(_rewards(number, length))),
        "started_seconds": first_step / STEPS_PER_SECOND,
        "policy_version": first_step // 128,
        "finished": True,
        "truncated": False,
        "lives_lost": 0,
        "attempt": 1,
    }
    return TapedEpisode(**{**known, **changes})


def _rewards(number: int, length: int) -> NDArray[np.float32]:
    rewards = np.zeros(length, np.float32)
    rewards[REWARD_EVERY - 1 :: REWARD_EVERY] = 1 + number // 10
    return rewards


def made_up_frame(number: int, index: int, frame: int, height: int = 105, width: int = 80) -> NDArray[np.uint8]:
    """The picture (H, W, 3) of a frame of a step: a background by game, a bar by step, a block that moves by frame."""
    picture = np.empty((height, width, 3), np.uint8)
    picture[:] = (40 + number * 13 % 60, 20, 60 + number * 29 % 90)
    picture[5:8, : 1 + index % width] = (220, 220, 80)
    across = (index * FRAMES_PER_STEP + frame) % (width - 10)
    picture[50:55, across : across + 10] = (255, 80, 80)
    return picture


def made_up_sound(index: int, rate: int) -> NDArray[np.int16]:
    """The samples of a step, `rate` of them a second: a tone that is higher in each of 16 steps."""
    samples = FRAMES_PER_STEP * rate // 60
    return np.round(8000 * np.sin(np.arange(samples) / rate * 2 * np.pi * (300 + 45 * (index % 16)))).astype(np.int16)


@dataclass
class MadeUpTape:
    """A tape of `training` and `evaluation` episodes. `closed` counts calls of `close`; it is silent but for a `sound_rate`."""

    training: list[TapedEpisode] = field(default_factory=list)
    evaluation: list[TapedEpisode] = field(default_factory=list)
    header: dict[str, Any] = field(
        default_factory=lambda: {
            "game": "tiny",
            "actions": list(ACTIONS),
            "frames_per_step": FRAMES_PER_STEP,
            "pixel_aspect": 12 / 7,
        }
    )
    closed: int = 0
    sound_rate: int = 0

    def refresh(self) -> None:
        """Nothing is ever appended."""

    def episodes(self, stream: Stream = "training") -> Sequence[TapedEpisode]:
        """The episodes given."""
        return self.training if stream == "training" else self.evaluation

    def steps(self, stream: Stream = "training") -> int:
        """How many steps the stream holds."""
        return sum(episode.length for episode in self.episodes(stream))

    def size_bytes(self) -> int:
        """About a byte a step."""
        return self.steps("training") + self.steps("evaluation")

    def actions(self, episode: TapedEpisode) -> NDArray[np.uint8]:
        """The actions in turn, over and over."""
        return (np.arange(episode.length) % len(ACTIONS)).astype(np.uint8)

    def rewards(self, episode: TapedEpisode) -> NDArray[np.float32]:
        """The rewards of `made_up_episode`."""
        return _rewards(episode.number, episode.length)

    def lives_lost(self, episode: TapedEpisode) -> NDArray[np.bool_]:
        """A life at the end of the game."""
        lost = np.zeros(episode.length, np.bool_)
        lost[-1:] = episode.finished
        return lost

    def find(self, *, step: int | None = None, seconds: float | None = None, stream: Stream = "training") -> TapedEpisode:
        """The episode of environment 0 at a moment. Raises LookupError."""
        step = round((seconds or 0.0) * STEPS_PER_SECOND) if step is None else step
        for episode in self.episodes(stream):
            if episode.environment == 0 and episode.first_step <= step < episode.first_step + episode.length:
                return episode
        raise LookupError(f"no episode at step {step}")

    def play(
        self,
        episode: TapedEpisode,
        *,
        first: int = 0,
        last: int | None = None,
        view: View = View.COLOUR,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[Moment]:
        """Draw the steps asked for."""
        totals = np.cumsum(self.rewards(episode))
        together = 1 + max((other.environment for other in self.episodes(episode.stream)), default=0)
        count = {View.OBSERVATION: 0, View.COLOUR: 1}.get(view, FRAMES_PER_STEP)
        for index in range(first, episode.length if last is None else min(last, episode.length)):
            step = episode.first_step + index * together
            yield Moment(
                index=index,
                step=step,
                seconds=step / STEPS_PER_SECOND,
                action=index % len(ACTIONS),
                reward=float(self.rewards(episode)[index]),
                score=float(totals[index]),
                lives=0,
                observation=np.full((4, 84, 84), index % 256, np.uint8),
                frames=[made_up_frame(episode.number, index, frame) for frame in range(count)],
                sound=made_up_sound(index, self.sound_rate) if view is View.COLOUR_60_SOUND else None,
            )

    def verify(
        self,
        *,
        stream: Stream = "training",
        first_step: int = 0,
        last_step: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> TapeCheck:
        """Nothing to compare with: everything is equal."""
        return TapeCheck(steps=self.steps(stream), episodes=len(self.episodes(stream)))

    def compare(self, other: Tape, *, first_step: int = 0, last_step: int | None = None) -> TapeCheck:
        """Everything is equal."""
        return TapeCheck(steps=self.steps(), episodes=0)

    def close(self) -> None:
        """Count it."""
        self.closed += 1


def made_up_tape(games: int = 40, *, length: int = 90, environments: int = 2, evaluation_games: int = 3) -> MadeUpTape:
    """A tape of `games` training games of about `length` steps, played in turn by `environments`, and evaluation games."""
    training = []
    begun = [0] * environments
    for number in range(1, games + 1):
        environment = (number - 1) % environments
        steps = length + number % 7
        first = begun[environment] * environments
        training.append(made_up_episode(number, length=steps, first_step=first, environment=environment))
        begun[environment] += steps
    end = max(begun) * environments
    evaluation = [
        made_up_episode(number, length=length + 30 * (number - 1), first_step=end, environment=number - 1, stream="evaluation")
        for number in range(1, evaluation_games + 1)
    ]
    return MadeUpTape(training, evaluation)


def open_made_up_tape(folder: Path) -> MadeUpTape:
    """What an EnvironmentSpec may name as its `tape`. Raises FileNotFoundError when the run has no tape folder content."""
    if not any((folder / "tape").iterdir()):
        raise FileNotFoundError(f"{folder / 'tape'} is empty")
    return made_up_tape()


@dataclass
class MadeUpPlayer:
    """A policy stored at `step` whose probabilities follow what it sees."""

    step: int

    def decide(self, obs: NDArray[np.uint8], greedy: bool = False) -> Decision:
        """Probabilities (B, A) that lean towards one action after another."""
        lean = obs.reshape(len(obs), -1)[:, :1].astype(np.float32) / 16 + np.arange(len(ACTIONS))
        weights = np.exp(np.sin(lean) * 2)
        probabilities = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
        return Decision(actions=probabilities.argmax(axis=1), probabilities=probabilities)


@dataclass
class MadeUpPlayers:
    """Policies stored at `steps`."""

    steps: list[int] = field(default_factory=lambda: [0, 1000, 2000, 3000])

    def nearest(self, step: int) -> MadeUpPlayer | None:
        """The newest at or before `step`."""
        known = [stored for stored in self.steps if stored <= step]
        return MadeUpPlayer(known[-1]) if known else None

    def best(self) -> MadeUpPlayer | None:
        """The last."""
        return MadeUpPlayer(self.steps[-1]) if self.steps else None

    def close(self) -> None:
        """Nothing to release."""


@dataclass
class MadeUpArena:
    """Games as long as their policy is old: a tenth of its step, and 30 steps at least. `asked` keeps what was asked for."""

    asked: list[tuple[int, int]] = field(default_factory=list)
    closed: int = 0
    sound_rate: int = 0

    def play(self, step: int, *, seed: int, most_steps: int, tick: Callable[[], None]) -> Staged:
        """A game on a tape of its own."""
        tick()
        self.asked.append((step, seed))
        length = min(30 + step // 10, most_steps)
        finished = length < most_steps
        episode = made_up_episode(1 + step // 500, length=length, first_step=0, stream="evaluation", finished=finished)
        return Staged(MadeUpTape(evaluation=[episode], sound_rate=self.sound_rate), episode, step)

    def close(self) -> None:
        """Count it."""
        self.closed += 1
