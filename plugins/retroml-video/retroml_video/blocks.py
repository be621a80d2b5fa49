"""The overlays made of words and numbers: title, score, progress and the value estimate."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from retroml_video.canvas import Canvas, Label
from retroml_video.palette import mix
from retroml_video.text import Face
from retroml_video.words import clock, number

if TYPE_CHECKING:
    from retroml_video.caption import Caption
    from retroml_video.layout import Box
    from retroml_video.palette import Colour

__all__ = ["Overlay", "Progress", "Score", "Title", "Value"]

_CELL = 44
_BELOW = 17


class Overlay(ABC):
    """What all overlays share: a name, a canvas, and labels with names of their own.

    `back` is the colour it lies on. See `retroml_video.arrange.Block`.
    """

    name = ""
    grows = False
    width: float = 1.0

    def __init__(self, canvas: Canvas, *, back: Colour | None = None) -> None:
        self.canvas, self.back = canvas, back or canvas.palette.card

    @abstractmethod
    def least(self, width: int) -> int:
        """How high it must be at this width."""

    @abstractmethod
    def place(self, box: Box) -> None:
        """Draw what never changes into `box`."""

    def show(self, caption: Caption) -> None:  # noqa: B027  # some never change
        """Say what there is to say about a moment."""

    def blocks(self) -> Iterator[Overlay]:
        """Itself."""
        yield self

    def without(self, name: str) -> Overlay | None:
        """Nothing when it is the one named."""
        return None if name == self.name else self

    def label(
        self, x: int, y: int, width: int, size: float, face: Face, *, dim: bool = False, right: bool = False, name: str = ""
    ) -> Label:
        """A line of text of `size` units; `x` is its right end with `right`."""
        palette = self.canvas.palette
        colour = palette.dim if dim else palette.text
        return Label(
            self.canvas, x, y, width, face=face, size=self.px(size), colour=colour, back=self.back, right=right, name=name
        )

    def heading(self, box: Box, text: str, *, room: float = 1.0) -> None:
        """The overlay's own title at the top of `box`."""
        self.label(box.x, box.y, round(box.width * room), 14, Face.SEMIBOLD, dim=True).show(text)

    def px(self, units: float) -> int:
        """Units as pixels."""
        return self.canvas.px(units)


class Title(Overlay):
    """The heading and the line below it; `headline` says why this stretch is shown, where there is room for it.

    It stands "below" the other lines, "beside" the second at its right end, or elsewhere ("").
    """

    name = "title"

    def __init__(
        self, canvas: Canvas, heading: str, subtitle: str, *, size: float, headline: str = "below", back: Colour | None = None
    ) -> None:
        super().__init__(canvas, back=back)
        self.words, self.size, self.place_of_headline = (heading, subtitle), size, headline
        self._headline: Label | None = None

    def least(self, width: int) -> int:
        """Two lines, or three with the headline below them."""
        return self.px(self.size * 1.26 + 22 + (25 if self.place_of_headline == "below" else 0))

    def place(self, box: Box) -> None:
        """Draw the first two lines."""
        beside = self.place_of_headline == "beside"
        second = round(box.width * 0.55) if beside else box.width
        self.label(box.x, box.y, box.width, self.size, Face.BOLD, name="title").show(self.words[0])
        y = box.y + self.px(self.size * 1.26 + 1)
        self.label(box.x, y, second, 16, Face.REGULAR, dim=True, name="subtitle").show(self.words[1])
        if beside:
            self._headline = self.label(
                box.right, y, box.width - second - self.px(8), 16, Face.SEMIBOLD, right=True, name="headline"
            )
        elif self.place_of_headline:
            self._headline = self.label(box.x, y + self.px(24), box.width, 17, Face.SEMIBOLD, name="headline")

    def headline(self, text: str, share: float) -> bool:
        """Show why this stretch is shown, faded in by `share` (0 to 1); whether there is a place for it here."""
        if self._headline is None:
            return False
        self._headline.show(text, mix(self.back, self.canvas.palette.accent_bright, share))
        return True


class Score(Overlay):
    """The score, large, and the best one; one below the other where it is narrow."""

    name = "score"

    def __init__(self, canvas: Canvas, best_title: str, *, size: float = 52, back: Colour | None = None) -> None:
        super().__init__(canvas, back=back)
        self.best_title, self.size = best_title, size

    def _narrow(self, width: int) -> bool:
        return width < self.px(200)

    def least(self, width: int) -> int:
        """One or two numbers with their titles."""
        if self._narrow(width):
            return self.px(100)
        return self.px(_BELOW) + self.canvas.type.height(Face.BOLD, self.px(self.size))

    def place(self, box: Box) -> None:
        """Make the labels."""
        self.heading(box, "Score", room=0.5 if not self._narrow(box.width) else 1)
        down = self.px(_BELOW)
        if self._narrow(box.width):
            self._score = self.label(box.x, box.y + down, box.width, 33, Face.BOLD, name="score")
            self.label(box.x, box.y + self.px(58), box.width, 14, Face.SEMIBOLD, dim=True).show(self.best_title)
            self._best = self.label(box.x, box.y + self.px(58 + _BELOW), box.width, 21, Face.SEMIBOLD, dim=True, name="best")
            return
        self.label(box.right, box.y, box.width // 2, 14, Face.SEMIBOLD, dim=True, right=True).show(self.best_title)
        self._score = self.label(box.x, box.y + down, round(box.width * 0.6), self.size, Face.BOLD, name="score")
        best_size = round(self.size * 0.62)
        y = box.y + down + self.px((self.size - best_size) * 0.93)
        self._best = self.label(
            box.right, y, round(box.width * 0.38), best_size, Face.SEMIBOLD, dim=True, right=True, name="best"
        )

    def show(self, caption: Caption) -> None:
        """Both numbers."""
        self._score.show(number(caption.score))
        self._best.show(number(caption.best) if caption.best is not None else "–")


class Progress(Overlay):
    """Time and step of the training, number of the game and time in it."""

    name = "progress"
    _TITLES = (("time", "Training time"), ("step", "Step"), ("game", "Game"), ("game time", "Time in game"))

    def least(self, width: int) -> int:
        """As many rows as four cells need."""
        return self.px(_CELL * self._rows(width) - 4)

    def _columns(self, width: int) -> int:
        columns = min(max(width // self.px(125), 1), 4)
        return 2 if columns == 3 else columns

    def _rows(self, width: int) -> int:
        return 4 // self._columns(width)

    def place(self, box: Box) -> None:
        """Make the cells."""
        columns = self._columns(box.width)
        across, down = box.width // columns, self.px(_CELL)
        self._cells = []
        for i, (name, title) in enumerate(self._TITLES):
            x, y = box.x + i % columns * across, box.y + i // columns * down
            self.label(x, y, across - self.px(6), 14, Face.SEMIBOLD, dim=True).show(title)
            self._cells.append(self.label(x, y + self.px(_BELOW), across - self.px(6), 19, Face.MONO, name=name))

    def show(self, caption: Caption) -> None:
        """All four."""
        words = (clock(caption.seconds), number(caption.step), number(caption.episode), clock(caption.game_seconds))
        for cell, text in zip(self._cells, words, strict=True):
            cell.show(text)


class Value(Overlay):
    """What the policy expects of the moment, as a number and as a line over the last steps of this stretch."""

    name = "value"
    _STEPS = 150

    def __init__(self, canvas: Canvas, *, back: Colour | None = None) -> None:
        super().__init__(canvas, back=back)
        self._trail: deque[float] = deque(maxlen=self._STEPS)
        self._episode: tuple[int, int] | None = None
        self._low, self._high = 0.0, 1.0

    def least(self, width: int) -> int:
        """One line, or two where it is narrow."""
        return self.px(42 if self._narrow(width) else 28)

    def _narrow(self, width: int) -> bool:
        return width < self.px(200)

    def place(self, box: Box) -> None:
        """Make the labels and say where the line goes."""
        if self._narrow(box.width):
            self.heading(box, "Value estimate")
            self._number = self.label(box.x, box.y + self.px(_BELOW), box.width, 19, Face.MONO, name="value")
            self._plot: Box | None = None
            return
        title, figure = self.px(112), self.px(76)
        height = self.canvas.type.height(Face.MONO, self.px(19))
        self.label(box.x, box.y + self.px(5), title, 14, Face.SEMIBOLD, dim=True).show("Value estimate")
        top = box.y + max((self.px(28) - height) // 2, 0)
        self._number = self.label(box.right, top, figure, 19, Face.MONO, right=True, name="value")
        room = type(box)(box.x + title + self.px(4), box.y, box.width - title - figure - self.px(8), self.px(28))
        self._plot = room if room.width > self.px(24) else None

    def show(self, caption: Caption) -> None:
        """The number, and one more point of the line."""
        if caption.value is None:
            self._number.show("–")
            return
        self._number.show(f"{caption.value:.2f}".replace("-", "−"))
        here = (caption.episode, caption.index)
        if self._episode is None or here[0] != self._episode[0] or not 0 < here[1] - self._episode[1] <= 8:
            self._trail.clear()
        self._episode = here
        self._trail.append(caption.value)
        # The scale only ever widens: a line that is drawn anew to another scale would jump.
        self._low, self._high = min(self._low, caption.value), max(self._high, caption.value)
        if self._plot is not None:
            self._draw(self._plot)

    def _draw(self, box: Box) -> None:
        palette, back = self.canvas.palette, np.asarray(self.back)
        values = _trail_values(self._trail, box.width, self._STEPS)
        level = (1 - (values - self._low) / (self._high - self._low)) * (box.height - 4) + 1.5
        # The distance to the line itself and not straight up or down, so that it is as thick where it is steep.
        slope = np.hypot(1, np.nan_to_num(np.gradient(level)))
        rows = np.arange(box.height)[:, None]
        line = np.clip(self.px(1) * 0.5 + 0.9 - np.abs(rows - level) / slope, 0, 1)
        cover = np.nan_to_num(np.maximum(line, np.clip(rows - level, 0, 1) * 0.16))
        picture = back + cover[:, :, None] * (np.asarray(palette.accent_bright) - back)
        self.canvas.paste(box.x, box.y, np.rint(picture).astype(np.uint8))


def _trail_values(trail: Sequence[float], width: int, steps: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """The trail over `width` columns, newest at the right; not a number where there is none yet."""
    at = np.arange(width) * (steps - 1) / max(width - 1, 1) - (steps - len(trail))
    values = np.interp(at, np.arange(len(trail)), np.asarray(trail, np.float64))
    values[at < 0] = np.nan
    return np.asarray(values)
