"""The picture being composed: one array for the whole film, of which only what changed is drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from retroml_video.layout import Box
from retroml_video.text import Face, Typesetter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_video.palette import Colour, Palette

__all__ = ["Canvas", "Label"]

_Corners = tuple[int, int, int, int]

_SMOOTHING = 4
_MOST_BOXES = 12


class Canvas:
    """`pixels` uint8 (H, W, 4), RGB and an unused byte, hold all but the game; `drawn` tells where something changed.

    `packed` uint32 (H, W) is another view of them.

    `px` turns units (720 to the shorter side) into pixels. `said` is what each named label shows now.
    """

    def __init__(self, width: int, height: int, palette: Palette) -> None:
        self.width, self.height, self.palette = width, height, palette
        self.type = Typesetter()
        self.said: dict[str, str] = {}
        self.pixels = np.full((height, width, 4), 255, np.uint8)
        self.packed = self.pixels.view(np.uint32)[:, :, 0]
        self.pixels[:, :, :3] = palette.page
        self._drawn: list[_Corners] = [(0, 0, width, height)]

    def px(self, length: float) -> int:
        """A length of the 720-unit design in this picture, at least one pixel."""
        return max(round(length * min(self.width, self.height) / 720), 1)

    def drawn(self) -> list[Box]:
        """Rectangles of even place and size that hold all that was drawn since the last call."""
        drawn, self._drawn = _gathered(self._drawn), []
        return [self._even(*corners) for corners in drawn]

    def _draw(self, x: int, y: int, width: int, height: int) -> NDArray[np.uint8]:
        """The pixels of a rectangle, to be drawn on; what lies outside the canvas is cut."""
        right, bottom = min(x + width, self.width), min(y + height, self.height)
        if right > x and bottom > y:
            last = self._drawn[-1] if self._drawn else (0, 0, 0, 0)
            if not (last[0] <= x and last[1] <= y and right <= last[2] and bottom <= last[3]):
                self._drawn.append((x, y, right, bottom))
        return self.pixels[y:bottom, x:right, :3]

    def _even(self, left: int, top: int, right: int, bottom: int) -> Box:
        left, top = left - left % 2, top - top % 2
        return Box(left, top, min(right + right % 2, self.width) - left, min(bottom + bottom % 2, self.height) - top)

    def fill(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """Fill a rectangle."""
        self._draw(x, y, width, height)[...] = colour

    def paste(self, x: int, y: int, picture: NDArray[np.uint8]) -> None:
        """Put `picture` uint8 (h, w, 3) at a place; what lies outside the canvas is cut."""
        part = self._draw(x, y, picture.shape[1], picture.shape[0])
        part[...] = picture[: part.shape[0], : part.shape[1]]

    def card(self, box: Box, colour: Colour, border: Colour, radius: int) -> None:
        """Draw a card with round corners and a thin border."""
        scale = _SMOOTHING
        picture = Image.new("RGB", (box.width * scale, box.height * scale), self.palette.page)
        corner = (0, 0, box.width * scale - 1, box.height * scale - 1)
        ImageDraw.Draw(picture).rounded_rectangle(corner, radius * scale, fill=colour, outline=border, width=scale)
        self.paste(box.x, box.y, np.asarray(picture.resize((box.width, box.height), Image.Resampling.BOX)))


def _gathered(drawn: list[_Corners]) -> list[_Corners]:
    """A few rectangles around all of them: those near each other become one when that costs little."""
    few: list[_Corners] = []
    for box in drawn:
        left, top, right, bottom = box
        area = (right - left) * (bottom - top)
        for i, (x, y, far_x, far_y) in enumerate(few):
            both = (min(left, x), min(top, y), max(right, far_x), max(bottom, far_y))
            around = (both[2] - both[0]) * (both[3] - both[1])
            if len(few) >= _MOST_BOXES or around <= 1.25 * (area + (far_x - x) * (far_y - y)):
                few[i] = both
                break
        else:
            few.append(box)
    return few


class Label:
    """A line of text at a place of a canvas, drawn only when it changes.

    `x`, `y` is its top left corner (top right one with `right`), `width` the room it has, `size` the letters' in pixels.
    What a label with a `name` shows stands in `Canvas.said`. Colours are those of text on a card unless given.
    """

    def __init__(
        self,
        canvas: Canvas,
        x: int,
        y: int,
        width: int,
        *,
        face: Face,
        size: int,
        colour: Colour | None = None,
        back: Colour | None = None,
        right: bool = False,
        name: str = "",
    ) -> None:
        self.canvas, self.x, self.y, self.width = canvas, x, y, max(width, 1)
        self.face, self.size, self.right, self.name = face, size, right, name
        self.colour = colour or canvas.palette.text
        self.back = back or canvas.palette.card
        self.height = canvas.type.height(face, size)
        self._shown: tuple[str, Colour] | None = None

    def show(self, text: str, colour: Colour | None = None) -> None:
        """Show `text` instead of what was there, in `colour` when given."""
        colour = colour or self.colour
        if self._shown == (text, colour):
            return
        self._shown = (text, colour)
        if self.name:
            self.canvas.said[self.name] = text
        left = self.x - self.width if self.right else self.x
        self.canvas.fill(left, self.y, self.width, self.height, self.back)
        if text:
            line = self.canvas.type.line(text, self.face, self.size, colour, self.back, self.width)
            self.canvas.paste(self.x - line.shape[1] if self.right else self.x, self.y, line)
