"""The tape of a run: its episodes, found and played again.

Opened by `retroml_core.tape.open_tape`. For one thread; several tapes of one run may be open at once, also while it trains.

Shapes: H height, W width.
"""

from __future__ import annotations

import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np

from retroml_atari.compare import compare
from retroml_atari.guide import marks_of, start, steps_left
from retroml_atari.index import TapeIndex
from retroml_atari.listening import SAMPLES_PER_SECOND, Listening
from retroml_atari.near import NEAR_STEPS, soonest
from retroml_atari.reel import Reel, effective
from retroml_atari.segment import CHECK_ROWS
from retroml_atari.shelf import Shelf
from retroml_atari.verify import verify
from retroml_atari.walk import Walk
from retroml_core.tape import Moment, TapeCheck, TapedEpisode, View

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from retroml_atari.marks import Marks
    from retroml_core.environment import Stream
    from retroml_core.tape import Tape

__all__ = ["AtariTape", "open_tape"]

_SILENCE = 128


def open_tape(run_folder: Path) -> AtariTape:
    """The tape of the run in `run_folder`.

    Raises FileNotFoundError when nothing was recorded, ValueError when a file is not a tape that this program knows.
    """
    folder = run_folder / "tape"
    if not folder.is_dir():
        raise FileNotFoundError(f"{run_folder} holds no tape")
    return AtariTape(folder)


class AtariTape:
    """See `retroml_core.tape.Tape`."""

    sound_rate = SAMPLES_PER_SECOND

    def __init__(self, folder: Path) -> None:
        self._index = TapeIndex(folder)
        self._reels: dict[str, Reel] = {}
        self._shelves: dict[str, Shelf] = {}
        self._listening: dict[str, Listening] = {}
        self._folder = folder.parent
        self._marks = marks_of(self._folder)
        self._helper: subprocess.Popen[bytes] | None = None
        segments = self._index.segments("training") + self._index.segments("evaluation")
        if not segments:
            raise FileNotFoundError(f"{folder} holds no tape")
        self.header: dict[str, Any] = segments[0].header

    # --- what is on it ------------------------------------------------------------------------------------------------

    @property
    def damage(self) -> str:
        """Where files are damaged, in words; empty when none is."""
        return self._index.damage

    def refresh(self) -> None:
        """Read what was appended since."""
        before = self._parts()
        if self._index.refresh():
            self._reels.clear()
            self._listening.clear()
        if self._parts() != before:  # another attempt may have replaced play that is bookmarked
            self._shelves.clear()

    def _parts(self) -> int:
        return len(self._index.segments("training")) + len(self._index.segments("evaluation"))

    def episodes(self, stream: Stream = "training") -> Sequence[TapedEpisode]:
        """All episodes of a stream in order of beginning; those without a single step are left out."""
        return self._reel(stream).episodes

    def steps(self, stream: Stream = "training") -> int:
        """How many steps the stream holds, over all environments."""
        reel = self._reel(stream)
        return (reel.places - reel.first_place) * reel.count

    def size_bytes(self) -> int:
        """What the tape takes on disk."""
        return self._index.size_bytes()

    def actions(self, episode: TapedEpisode) -> NDArray[np.uint8]:
        """The actions of an episode (length,)."""
        reel = self._reel(episode.stream)
        begin = reel.begin_of(episode)
        return reel.actions(episode.environment, begin, begin + episode.length)

    def rewards(self, episode: TapedEpisode) -> NDArray[np.float32]:
        """The raw rewards of an episode (length,)."""
        reel = self._reel(episode.stream)
        begin = reel.begin_of(episode)
        return reel.rewards(episode.environment, begin, begin + episode.length).astype(np.float32)

    def lives_lost(self, episode: TapedEpisode) -> NDArray[np.bool_]:
        """At which steps of an episode a life was lost (length,)."""
        reel = self._reel(episode.stream)
        begin = reel.begin_of(episode)
        return reel.lives_lost(episode.environment, begin, begin + episode.length)

    def find(self, *, step: int | None = None, seconds: float | None = None, stream: Stream = "training") -> TapedEpisode:
        """The episode of environment 0 at a step of the run or a second of training; see `Tape.find`."""
        if (step is None) == (seconds is None):
            raise ValueError("find needs either a step or seconds")
        reel = self._reel(stream)
        place = reel.place_of_step(step) if step is not None else reel.place_of_seconds(seconds or 0.0)
        for episode in reel.episodes:
            if episode.environment == 0 and 0 <= place - reel.begin_of(episode) < episode.length:
                return episode
        raise LookupError(f"the {stream} tape does not hold how the game at this moment began")

    def soonest(self, step: int) -> tuple[TapedEpisode, int]:
        """See `QuickTape.soonest`; beyond the end of the tape it is the last step that counts."""
        reel = self._reel("training")
        beyond = reel.places > reel.first_place and step >= reel.step_at(reel.places - 1)
        place = reel.places - 1 if beyond else reel.place_of_step(step)
        return soonest(reel, place, self._shelf("training"), self._stored("training"))

    def make_ready(self) -> None:
        """See `QuickTape.make_ready`: bookmarks are left in the data root's cache, by a process of the lowest priority."""
        marks = self._stored("training")
        if marks is None or (self._helper is not None and self._helper.poll() is None):
            return
        if steps_left(self._reel("training"), marks) > NEAR_STEPS:
            with contextlib.suppress(OSError):  # it goes without
                self._helper = start(self._folder, marks)

    # --- playing ------------------------------------------------------------------------------------------------------

    def play(
        self,
        episode: TapedEpisode,
        *,
        first: int = 0,
        last: int | None = None,
        view: View = View.COLOUR,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[Moment]:
        """Re-simulate an episode; see `Tape.play`. Where it was played before, it begins from the nearest bookmark left then.

        Raises ValueError when ROM or emulator are not those of the recording, or when what comes out is not what was
        recorded; LookupError for an episode of another tape.
        """
        reel = self._reel(episode.stream)
        begin = reel.begin_of(episode)
        end = begin + (episode.length if last is None else min(last, episode.length))
        first = max(first, 0)
        score = float(reel.rewards(episode.environment, begin, min(begin + first, end)).sum())
        shelf, stored = self._shelf(episode.stream), self._stored(episode.stream)
        place = min(begin + first, end)
        heard = self._listening.setdefault(episode.stream, Listening()) if view is View.COLOUR_60_SOUND else None
        if heard is not None:
            walk = heard.walk(reel, episode.environment, place, progress)
        else:
            walk = Walk(reel, episode.environment, place, shelf=shelf, stored=stored, progress=progress)
        try:
            yield from self._moments(reel, walk, begin, end, score, view)
        except ValueError:
            if walk.stored is not None:
                walk.stored.forget()
            raise
        finally:
            walk.close() if heard is None else heard.keep(walk)

    def _moments(self, reel: Reel, walk: Walk, begin: int, end: int, score: float, view: View) -> Iterator[Moment]:
        """Walk to `end`; `begin` is where the episode does, `score` what it has by now."""
        while walk.place < end:
            place, observation = walk.place, walk.observation.copy()
            heard = view is View.COLOUR_60_SOUND
            action, outcome = walk.step(pooled=view is View.COLOUR, every=heard or view is View.COLOUR_60, hear=heard)
            _check_moment(reel, walk, outcome.reward)
            score += outcome.reward
            yield Moment(
                index=place - begin,
                step=reel.step_at(place),
                seconds=reel.seconds_at(place),
                action=action,
                reward=float(outcome.reward),
                score=score,
                lives=outcome.lives,
                observation=observation,
                frames=outcome.frames,
                sound=_samples(outcome.sound),
            )

    def verify(
        self,
        *,
        stream: Stream = "training",
        first_step: int = 0,
        last_step: int | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> TapeCheck:
        """Re-simulate the blocks of a range; see `Tape.verify`. A damaged file is a difference where it ends."""
        reel = self._reel(stream)
        check = verify(reel, first_step, last_step, progress or _ignore)
        if check.ok and self.damage:
            end = reel.spans[-1].step_at(reel.places) if reel.spans else 0
            return dataclasses.replace(check, first_divergence_step=end, difference=self.damage, kind="tape")
        return check

    def compare(self, other: Tape, *, first_step: int = 0, last_step: int | None = None) -> TapeCheck:
        """Hold the training recorded here against another tape; see `Tape.compare`.

        Raises TypeError for a tape of another kind of environment, LookupError when one of them does not hold `first_step`.
        """
        if not isinstance(other, AtariTape):
            raise TypeError(f"a tape of Atari games cannot be compared with {type(other).__name__}")
        return compare(self._reel("training"), other._reel("training"), first_step, last_step)

    def close(self) -> None:
        """Release what was read, and end the process that leaves bookmarks; the next goes on from there."""
        self._reels.clear()
        self._shelves.clear()
        self._listening.clear()
        if self._helper is not None:
            self._helper.kill()
            self._helper.wait()
            self._helper = None

    def _shelf(self, stream: Stream) -> Shelf:
        return self._shelves.setdefault(stream, Shelf())

    def _stored(self, stream: Stream) -> Marks | None:
        """The bookmarks on disk, as they are now; only training has any."""
        if self._marks is None or stream != "training":
            return None
        self._marks.refresh()
        return self._marks

    def _reel(self, stream: Stream) -> Reel:
        if stream not in self._reels:
            self._reels[stream] = Reel(stream, effective(self._index.segments(stream), resumes=self._resumes(stream)))
        return self._reels[stream]

    def _resumes(self, stream: Stream) -> dict[int, int]:
        """The step at which each attempt began to train, for streams that say nothing of it themselves."""
        training = self._index.segments("training") if stream != "training" else []
        return {int(one.header["attempt"]): int(one.header["first_step"]) for one in training}


def _samples(sound: list[NDArray[np.uint8]]) -> NDArray[np.int16] | None:
    """ale-py's samples, of which none is below 128, as a `Moment` has them."""
    return (np.concatenate(sound).astype(np.int16) - _SILENCE) * 256 if sound else None


def _ignore(done: int, total: int) -> None:
    """Nobody looks."""


def _check_moment(reel: Reel, walk: Walk, reward: int) -> None:
    """Raise ValueError when the row just walked is not what was recorded."""
    place = walk.place - 1
    index = reel.span_at(place)
    span, block = reel.spans[index], reel.block(index)
    row = place - span.place
    same = int(block.rewards[row, walk.environment]) == reward
    if walk.known and (block.first_row + row + 1) % CHECK_ROWS == 0:
        group = (block.first_row + row + 1) // CHECK_ROWS - block.first_row // CHECK_ROWS - 1
        same = same and int(block.checks[group, walk.environment]) == walk.running & 0xFF
    if not same:
        raise ValueError(f"re-simulation differs from the recording at step {reel.step_at(place)}: `retroml verify` tells more")
