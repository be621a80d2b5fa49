"""The words of a film that shows several games: its header, a placard below each game, and the board that ranks them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from retroml_video.canvas import Canvas, Label
from retroml_video.palette import Colour, Palette, mix
from retroml_video.text import Face
from retroml_video.words import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_core.schema import FilmConfig
    from retroml_video.layout import Box
    from retroml_video.stage import Wording
    from retroml_video.wall import Wall

__all__ = ["Board", "Header", "Placard", "colour_of"]

_SERIES: tuple[Colour, ...] = (
    (0x8C, 0x7D, 0xFF),
    (0x2F, 0xD1, 0xB5),
    (0xF5, 0xB8, 0x3D),
    (0xF2, 0x78, 0x9F),
    (0x5B, 0xB8, 0xFF),
    (0xB9, 0xE3, 0x6B),
)
_CATCHING_UP = 7.0


def colour_of(place: int) -> Colour:
    """The colour of the competitor at this place of the list."""
    return _SERIES[place % len(_SERIES)]


class Header:
    """The heading at the top and a clock at its right end; makes the canvas they are on."""

    def __init__(self, config: FilmConfig, wall: Wall, wording: Wording) -> None:
        self.canvas = Canvas(wall.width, wall.height, Palette.of(config.theme, config.accent))
        self._clock: Label | None = None
        box, px = wall.header, self.canvas.px
        if box is None:
            return
        clock_room = px(240)
        self._label(box.x, box.y, box.width - clock_room, 32, Face.BOLD, name="title").show(wording.heading)
        line = box.y + px(42)
        self._label(box.x, line, box.width, 17, Face.REGULAR, dim=True, name="subtitle").show(wording.subtitle)
        self._clock = Label(
            self.canvas,
            box.right,
            box.y + px(4),
            clock_room,
            face=Face.MONO,
            size=px(26),
            colour=self.canvas.palette.dim,
            back=self.canvas.palette.page,
            right=True,
            name="clock",
        )

    def show(self, time: str) -> None:
        """Set the clock."""
        if self._clock is not None:
            self._clock.show(time)

    def _label(self, x: int, y: int, width: int, size: float, face: Face, *, dim: bool = False, name: str = "") -> Label:
        palette = self.canvas.palette
        colour = palette.dim if dim else palette.text
        return Label(
            self.canvas, x, y, width, face=face, size=self.canvas.px(size), colour=colour, back=palette.page, name=name
        )


class Placard:
    """Below a game: who plays at the left, the score at the right, brighter when the game is over."""

    def __init__(self, canvas: Canvas, box: Box, place: int, title: str, detail: str, *, coloured: bool) -> None:
        px, palette = canvas.px, canvas.palette
        self.canvas = canvas
        left = box.x
        if coloured:
            canvas.fill(box.x, box.y + px(7), px(5), px(32), colour_of(place))
            left += px(13)
        room = box.right - left
        self._title, self._detail = (
            Label(
                canvas,
                left,
                box.y + px(y),
                round(room * 0.62),
                face=face,
                size=px(size),
                colour=colour,
                back=palette.page,
                name=f"pane {place + 1} {name}",
            )
            for name, y, size, face, colour in (
                ("title", 3, 17, Face.SEMIBOLD, palette.text),
                ("detail", 24, 13, Face.REGULAR, palette.dim),
            )
        )
        self._title.show(title)
        self._detail.show(detail)
        self._score = Label(
            canvas,
            box.right,
            box.y + px(5),
            round(room * 0.36),
            face=Face.BOLD,
            size=px(27),
            colour=palette.text,
            back=palette.page,
            right=True,
            name=f"pane {place + 1} score",
        )

    def show(self, score: float, *, over: bool, detail: str | None = None) -> None:
        """The score so far, or the final one; and other words in detail, if any."""
        palette = self.canvas.palette
        if detail is not None:
            self._detail.show(detail)
        self._score.show(number(score), palette.accent_bright if over else palette.text)


class Board:
    """A ranking by score, in which equal scores share a rank.

    Rows glide to their new places; of equal scores the one that was ahead stays ahead.
    """

    def __init__(self, canvas: Canvas, box: Box, names: Sequence[str], *, heading: str = "Ranking") -> None:
        px, palette = canvas.px, canvas.palette
        self.canvas, self.names = canvas, list(names)
        canvas.card(box, palette.card, palette.border, px(14))
        self._inside = box.inside(px(16), px(8))
        left, top = self._inside.x + px(4), box.y + px(13)
        label = Label(canvas, left, top, self._inside.width - px(4), face=Face.SEMIBOLD, size=px(15), colour=palette.dim)
        label.show(heading)
        self._top, self._pitch = box.y + px(42), px(46)
        self._order = list(range(len(names)))
        self._ranks = [1] * len(names)
        self._places = np.arange(len(names), dtype=np.float64)
        self._rows: dict[tuple[int, int, float | None], NDArray[np.uint8]] = {}
        self._shown: list[tuple[int, int, float | None]] = []

    def rank_of(self, name: str) -> int:
        """The rank, from 1, of a competitor; 1, 1, 3 where the first two have the same score."""
        return self._ranks[self.names.index(name)]

    def show(self, scores: Sequence[float | None], seconds: float) -> None:
        """Rank by `scores`, `seconds` after the last call; who has none yet comes last."""
        counted = [-math.inf if score is None else score for score in scores]
        self._order.sort(key=lambda place: -counted[place])
        self._ranks = [1 + sum(other > score for other in counted) for score in counted]
        self.canvas.said["ranking"] = ", ".join(self.names[place] for place in self._order)
        share = 1 - math.exp(-_CATCHING_UP * seconds)
        rows = []
        for rank, place in enumerate(self._order):
            gap = rank - self._places[place]
            self._places[place] = rank if abs(gap) * self._pitch < 0.5 else self._places[place] + gap * share
            rows.append((round(self._places[place] * self._pitch), place, scores[place]))
        if rows == self._shown:
            return
        self._shown = rows
        palette = self.canvas.palette
        self.canvas.fill(self._inside.x, self._top, self._inside.width, len(rows) * self._pitch, palette.card)
        # The leaders are drawn last: who overtakes passes in front.
        for down, place, score in reversed(rows):
            self.canvas.paste(self._inside.x, self._top + down, self._row(self._ranks[place], place, score))

    def _row(self, rank: int, place: int, score: float | None) -> NDArray[np.uint8]:
        key = (rank, place, score)
        row = self._rows.get(key)
        if row is None:
            if len(self._rows) > 64:
                self._rows.clear()
            row = self._rows[key] = self._draw(rank, place, score)
        return row

    def _draw(self, rank: int, place: int, score: float | None) -> NDArray[np.uint8]:
        palette, px, letters = self.canvas.palette, self.canvas.px, self.canvas.type
        width, height = self._inside.width, self._pitch - px(6)
        back = mix(palette.card, palette.text, 0.05)
        row = np.empty((height, width, 3), np.uint8)
        row[:] = back
        row[:, : px(5)] = colour_of(place)
        figure = letters.line(
            "–" if score is None else number(score), Face.BOLD, px(21), palette.text, back, round(width * 0.4)
        )
        _put(row, figure, width - figure.shape[1] - px(10))
        _put(row, letters.line(str(rank), Face.MONO, px(19), palette.dim, back, px(26)), px(14))
        name = letters.line(self.names[place], Face.SEMIBOLD, px(17), palette.text, back, width - figure.shape[1] - px(62))
        _put(row, name, px(40))
        return row


def _put(row: NDArray[np.uint8], line: NDArray[np.uint8], x: int) -> None:
    """Put a line of text into the middle of a row."""
    top = max((row.shape[0] - line.shape[0]) // 2, 0)
    part = row[top : top + line.shape[0], x : x + line.shape[1]]
    part[...] = line[: part.shape[0], : part.shape[1]]
