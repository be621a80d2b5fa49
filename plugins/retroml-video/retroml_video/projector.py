"""Plays stretches of the tape as pictures at the film's frame rate, at the game's own speed.

The game draws 60 **frames** a second, four in a step; a film of fewer **pictures** a second shows every n-th of them. A step
is **still** when nothing on the screen changed since the step before and no point was made; where a game stands still for
longer than half a second the film may jump, and nobody sees it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.tape import Moment, Tape, TapedEpisode, View, sound_rate_of
from retroml_video.planes import pack

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GAME_FPS", "Projector", "Shot", "Stretch", "frames_needed", "pictures_in"]

GAME_FPS = 60
_SHOWN_STILL = 8
_HELD_STILL = 2


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Steps `first` to `last` (excluded) of an episode, shown without a break.

    `title` and `why` say, shortly and in full, why they are shown. Where still steps are left out, it may begin as early as
    `earliest` and end as late as `latest` to be as long as planned; without these it is shown as it is.
    """

    episode: TapedEpisode
    first: int
    last: int
    title: str
    why: str = ""
    earliest: int | None = None
    latest: int | None = None

    @property
    def steps(self) -> int:
        """How many steps it has."""
        return self.last - self.first

    @property
    def room(self) -> int:
        """By how many steps it could be longer."""
        before = self.first - self.earliest if self.earliest is not None else 0
        return before + (self.latest - self.last if self.latest is not None else 0)

    def longer(self, steps: int) -> Stretch:
        """It with `steps` more, at most `room`: at its end as far as there is room, else at its beginning."""
        after = min(steps, self.latest - self.last) if self.latest is not None else 0
        return replace(self, first=self.first - (steps - after), last=self.last + after)


@dataclass(frozen=True)
class Shot:
    """One step on screen: the moment and the packed pictures, uint32 (H, W), that fall into it (maybe none).

    `sound` int16 is what is heard meanwhile, if it can be; `cut` says that the step does not follow on the one shown before.
    """

    moment: Moment
    pictures: list[NDArray[np.uint32]]
    sound: NDArray[np.int16] | None = None
    cut: bool = False


def pictures_in(frames: int, fps: int) -> int:
    """How many pictures `frames` frames of the game make."""
    return frames * fps // GAME_FPS


def frames_needed(pictures: int, fps: int) -> int:
    """How many frames of the game make `pictures` pictures."""
    return -(-pictures * GAME_FPS // fps)


class Projector:
    """Plays stretches one after another. Counts frames over the whole film, so the pictures are equally far apart.

    `frames` is that count; a film that is gone on with sets it to where it was. With `sound`, tapes that can be heard are.
    """

    def __init__(self, tape: Tape, *, fps: int, frames_per_step: int, deflicker: bool, sound: bool = False) -> None:
        self.tape, self.fps, self.frames_per_step = tape, fps, frames_per_step
        self.frames = 0
        self._view = View.COLOUR_60_SOUND if sound and sound_rate_of(tape) else View.COLOUR_60
        self._steady = deflicker and fps < GAME_FPS

    def play(self, stretch: Stretch, *, may_skip: int = 0) -> Iterator[Shot]:
        """The steps of `stretch` with their pictures.

        Up to `may_skip` still steps are left out; as many steps after its end are shown instead while it has room there.
        """
        end = stretch.last + min(may_skip, (stretch.latest or stretch.last) - stretch.last)
        before: int | None = None
        for shown, (moment, frames) in enumerate(_without_pauses(self._moments(stretch, end), may_skip), 1):
            pictures = [self._picture(window) for window in frames if self._due()]
            yield Shot(moment, pictures, self._whole_sound(moment), cut=before is None or moment.index != before + 1)
            before = moment.index
            if shown == stretch.steps:
                return

    def _moments(self, stretch: Stretch, end: int) -> Iterator[tuple[Moment, list[_Window]]]:
        """The steps up to `end`, each with all its frames, packed, and for each frame those just before it."""
        recent: deque[NDArray[np.uint32]] = deque(maxlen=4)
        # One step earlier, unseen: whether an object flickers shows only in the frames before.
        first = max(stretch.first - 1, 0)
        for moment in self.tape.play(stretch.episode, first=first, last=end, view=self._view):
            windows = []
            for frame in self._whole_step(moment):
                recent.append(pack(frame))
                windows.append(tuple(recent))
            if moment.index >= stretch.first:
                yield moment, windows

    def _whole_step(self, moment: Moment) -> list[NDArray[np.uint8]]:
        """All frames of a step: the last one stays when the game ended within it, as it did on the screen."""
        frames = list(moment.frames)
        return (frames + frames[-1:] * self.frames_per_step)[: self.frames_per_step]

    def _whole_sound(self, moment: Moment) -> NDArray[np.int16] | None:
        """The sound of a step, silent where the game ended within it."""
        if moment.sound is None:
            return None
        missing = self.frames_per_step - len(moment.frames)
        return np.pad(moment.sound, (0, missing * (len(moment.sound) // max(len(moment.frames), 1))))

    def _picture(self, window: _Window) -> NDArray[np.uint32]:
        return _steadied(window) if self._steady else window[-1]

    def _due(self) -> bool:
        """Count a frame; whether it is the one the next picture shows."""
        self.frames += 1
        return pictures_in(self.frames, self.fps) > pictures_in(self.frames - 1, self.fps)


_Window = tuple["NDArray[np.uint32]", ...]


def _without_pauses(moments: Iterator[tuple[Moment, list[_Window]]], budget: int) -> Iterator[tuple[Moment, list[_Window]]]:
    """The steps without at most `budget` still ones: of a long pause only the beginning and the very end are let through."""
    held: deque[tuple[Moment, list[_Window]]] = deque()
    screen: NDArray[np.uint32] | None = None
    still = 0
    for moment, frames in moments:
        before, screen = screen, frames[-1][-1] if frames else None
        same = before is not None and screen is not None and moment.reward == 0 and np.array_equal(screen, before)
        still = still + 1 if same else 0
        held.append((moment, frames))
        if still <= _SHOWN_STILL or budget == 0:
            yield from held
            held.clear()
        elif len(held) > _HELD_STILL:
            budget -= 1
            held.popleft()
    yield from held


def _steadied(recent: _Window) -> NDArray[np.uint32]:
    """The newest frame, with pixels that alternate every frame shown at their brighter value.

    Many games draw moving objects only every other frame; at 30 pictures a second those would always or never be seen.
    """
    newest = recent[-1]
    if len(recent) < 4:
        return newest
    before, twice, thrice = recent[-2], recent[-3], recent[-4]
    alternating = (newest == twice) & (before == thrice) & (newest != before)
    if not alternating.any():
        return newest
    steadied = newest.copy()
    brighter = np.maximum(newest.view(np.uint8), before.view(np.uint8)).view(np.uint32)
    steadied[alternating] = brighter[alternating]
    return steadied
