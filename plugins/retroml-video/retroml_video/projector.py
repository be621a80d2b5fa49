"""Plays stretches of the tape as pictures at the film's frame rate, at the game's own speed.

The game draws 60 **frames** a second, four in a step; a film of fewer **pictures** a second shows every n-th of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.tape import Moment, Tape, TapedEpisode, View
from retroml_video.planes import pack

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["GAME_FPS", "Projector", "Shot", "Stretch", "frames_needed", "pictures_in"]

GAME_FPS = 60


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """Steps `first` to `last` (excluded) of an episode, shown without a break; `title` says why they are shown."""

    episode: TapedEpisode
    first: int
    last: int
    title: str

    @property
    def steps(self) -> int:
        """How many steps it has."""
        return self.last - self.first


@dataclass(frozen=True)
class Shot:
    """One step on screen: the moment and the packed pictures, uint32 (H, W), that fall into it (maybe none)."""

    moment: Moment
    pictures: list[NDArray[np.uint32]]


def pictures_in(frames: int, fps: int) -> int:
    """How many pictures `frames` frames of the game make."""
    return frames * fps // GAME_FPS


def frames_needed(pictures: int, fps: int) -> int:
    """How many frames of the game make `pictures` pictures."""
    return -(-pictures * GAME_FPS // fps)


class Projector:
    """Plays stretches one after another. Counts frames over the whole film, so the pictures are equally far apart."""

    def __init__(self, tape: Tape, *, fps: int, frames_per_step: int, deflicker: bool) -> None:
        self.tape, self.fps, self.frames_per_step = tape, fps, frames_per_step
        self._steady = deflicker and fps < GAME_FPS
        self._frames = 0
        self._pictures = 0

    def play(self, stretch: Stretch) -> Iterator[Shot]:
        """The steps of `stretch` with their pictures."""
        recent: deque[NDArray[np.uint32]] = deque(maxlen=4)
        # One step earlier, unseen: whether an object flickers shows only in the frames before.
        first = max(stretch.first - 1, 0)
        for moment in self.tape.play(stretch.episode, first=first, last=stretch.last, view=View.COLOUR_60):
            pictures = []
            for frame in self._whole_step(moment):
                recent.append(pack(frame))
                if moment.index >= stretch.first and self._due():
                    pictures.append(_steadied(recent) if self._steady else recent[-1])
            if moment.index >= stretch.first:
                yield Shot(moment, pictures)

    def _whole_step(self, moment: Moment) -> list[NDArray[np.uint8]]:
        """All frames of a step: the last one stays when the game ended within it, as it did on the screen."""
        frames = list(moment.frames)
        return (frames + frames[-1:] * self.frames_per_step)[: self.frames_per_step]

    def _due(self) -> bool:
        """Count a frame; whether it is the one the next picture shows."""
        self._frames += 1
        if self._frames < frames_needed(self._pictures + 1, self.fps):
            return False
        self._pictures += 1
        return True


def _steadied(recent: deque[NDArray[np.uint32]]) -> NDArray[np.uint32]:
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
