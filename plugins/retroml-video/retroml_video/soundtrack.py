"""What is heard in a film, as it grows: the game's own samples, and where they were cut.

A **cut** is a place where what follows does not go on from what went before; around it the sound fades out and in. Samples are
int16, one channel.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from retroml_core.tape import sound_rate_of
from retroml_video.snippet import SNIPPETS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.filming import FilmJob
    from retroml_core.tape import Tape

__all__ = ["FADE_SECONDS", "Recording", "Soundtrack", "pack_sound", "sound_rate"]

FADE_SECONDS = 0.005


def sound_rate(job: FilmJob, tape: Tape) -> int:
    """How many samples a second the film of `job` has that lets `tape` be heard; 0: it is silent."""
    return sound_rate_of(tape) if job.config.sound and job.config.format not in SNIPPETS else 0


class Soundtrack:
    """Grows by what is heard. `samples` counts all of it; the first `kept` samples are known from before and dropped."""

    def __init__(self, kept: int = 0) -> None:
        self.samples, self.kept = 0, kept
        self._pieces: list[NDArray[np.int16]] = []
        self._cuts: list[int] = []

    def hear(self, sound: NDArray[np.int16]) -> None:
        """Append samples."""
        new = sound[max(self.kept - self.samples, 0) :]
        self.samples += len(sound)
        if len(new):
            self._pieces.append(new)

    def cut(self) -> None:
        """What comes next does not go on from what was heard last."""
        if self.samples >= self.kept:
            self._cuts.append(self.samples)

    def skip(self, samples: int) -> None:
        """Count samples that are kept from before."""
        self.samples += samples

    def take(self) -> tuple[NDArray[np.int16], list[int]]:
        """What was heard since the last call, and the cuts in it."""
        sound = np.concatenate(self._pieces) if self._pieces else np.zeros(0, np.int16)
        cuts, self._pieces, self._cuts = self._cuts, [], []
        return sound, cuts


def pack_sound(sound: NDArray[np.int16]) -> bytes:
    """Samples as a `Recording` reads them."""
    return zlib.compress(sound.tobytes(), 1)


@dataclass(frozen=True, kw_only=True)
class Recording:
    """The sound of a finished film: files of samples one after another, `rate` of them a second, and the cuts in them."""

    paths: Sequence[Path]
    rate: int
    cuts: Sequence[int]

    def read(self, samples: int) -> Iterator[NDArray[np.int16]]:
        """Exactly so many samples, in pieces: cut off or followed by silence, and faded at cuts and at both ends."""
        left, done = samples, 0
        sizes = [len(zlib.decompress(path.read_bytes())) // 2 for path in self.paths]
        cuts = np.unique([0, *self.cuts, min(sum(sizes), samples)])
        for path in self.paths:
            sound = np.frombuffer(zlib.decompress(path.read_bytes()), np.int16)[:left]
            yield self._faded(sound, done, cuts)
            left, done = left - len(sound), done + len(sound)
        while left:
            silence = np.zeros(min(left, self.rate), np.int16)
            yield silence
            left -= len(silence)

    def _faded(self, sound: NDArray[np.int16], begin: int, cuts: NDArray[np.int64]) -> NDArray[np.int16]:
        """`sound`, which begins at sample `begin`: near each cut as much quieter as it is nearer."""
        faded, fade = sound.copy(), round(self.rate * FADE_SECONDS)
        for cut in cuts[(cuts > begin - fade) & (cuts < begin + len(sound) + fade)].tolist():
            low, high = max(cut - fade, begin), min(cut + fade, begin + len(sound))
            distance = np.abs(np.arange(low, high) + 0.5 - cut)
            faded[low - begin : high - begin] = sound[low - begin : high - begin] * (distance / fade)
        return faded
