"""One of several games that are shown side by side, played on picture by picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from retroml_video.planes import pack, unpack

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.tape import Moment, TapedEpisode
    from retroml_video.projector import Projector, Stretch

__all__ = ["Lane"]

_DIMMED = 0.45


class Lane:
    """What `projector` shows of the stretches given to `begin`, one after another.

    `screen` is the packed picture shown now, of `moment` in `episode` (None: none was shown yet), `score` the points by then.
    It is `over` when there is nothing more to play.
    """

    def __init__(self, projector: Projector) -> None:
        self.projector = projector
        self.moment: Moment | None = None
        self.episode: TapedEpisode | None = None
        self.over = True
        self.score = 0.0
        self.screen: NDArray[np.uint32] = np.zeros((1, 1), np.uint32)
        self._sound: list[NDArray[np.int16]] = []
        self._cut = False
        self._pictures: Iterator[NDArray[np.uint32]] = iter(())

    def begin(self, stretches: Iterable[Stretch]) -> None:
        """Play these from now on; what was left of others is not shown."""
        self._pictures, self.over, self._cut = self._play(stretches), False, True

    def advance(self) -> bool:
        """Take the next picture; False when there is none, and the last one stays."""
        following = None if self.over else next(self._pictures, None)
        self.over = following is None
        if following is not None:
            self.screen = following
        return following is not None

    def dim(self) -> None:
        """Show the picture darker than it is: this game goes on no more."""
        self.screen = pack((unpack(self.screen) * _DIMMED).astype(np.uint8))

    def take_sound(self) -> tuple[bool, list[NDArray[np.int16]]]:
        """What was heard since the last call, and whether that does not go on from what was heard before."""
        sound, cut = self._sound, self._cut and bool(self._sound)
        self._sound, self._cut = [], self._cut and not sound
        return cut, sound

    def _play(self, stretches: Iterable[Stretch]) -> Iterator[NDArray[np.uint32]]:
        for stretch in stretches:
            for shot in self.projector.play(stretch):
                self._sound += [shot.sound] if shot.sound is not None else []
                for picture in shot.pictures:
                    self.moment, self.episode, self.score = shot.moment, stretch.episode, shot.moment.score
                    yield picture
