"""The picture being composed: one array for the whole film, of which only what changed is drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from retroml_video.layout import Box
from retroml_video.palette import PAGE, Colour
from retroml_video.text import Face, Typesetter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_video.layout import Layout

__all__ = ["Canvas", "Label"]

_SMOOTHING = 4


class Canvas:
    """`pixels` uint8 (H, W, 4), RGB and an unused byte, hold all but the game; `drawn` tells where something changed."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.type = Typesetter()
        self.pixels = np.full((layout.height, layout.width, 4), 255, np.uint8)
        self.pixels[:, :, :3] = PAGE
        self._drawn: tuple[int, int, int, int] | None = (0, 0, layout.width, layout.height)

    def drawn(self) -> Box | None:
        """The smallest rectangle of even place and size around what was drawn since the last call; None: nothing was."""
        drawn, self._drawn = self._drawn, None
        if drawn is None:
            return None
        left, top, right, bottom = drawn
        left, top = left - left % 2, top - top % 2
        width, height = min(right + right % 2, self.layout.width) - left, min(bottom + bottom % 2, self.layout.height) - top
        return Box(left, top, width, height)

    def _draw(self, x: int, y: int, width: int, height: int) -> NDArray[np.uint8]:
        """The pixels of a rectangle, to be drawn on; what lies outside the canvas is cut."""
        right, bottom = min(x + width, self.layout.width), min(y + height, self.layout.height)
        if right > x and bottom > y:
            old = self._drawn or (x, y, right, bottom)
            self._drawn = (min(old[0], x), min(old[1], y), max(old[2], right), max(old[3], bottom))
        return self.pixels[y:bottom, x:right, :3]

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
        picture = Image.new("RGB", (box.width * scale, box.height * scale), PAGE)
        corner = (0, 0, box.width * scale - 1, box.height * scale - 1)
        ImageDraw.Draw(picture).rounded_rectangle(corner, radius * scale, fill=colour, outline=border, width=scale)
        self.paste(box.x, box.y, np.asarray(picture.resize((box.width, box.height), Image.Resampling.BOX)))


class Label:
    """A line of text at a place of a canvas, drawn only when it changes.

    `x`, `y` is its top left corner (top right one with `right`), `width` the room it has.
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
        colour: Colour,
        back: Colour,
        right: bool = False,
    ) -> None:
        self.canvas, self.x, self.y, self.width = canvas, x, y, width
        self.face, self.size, self.colour, self.back, self.right = face, size, colour, back, right
        self.height = canvas.type.height(face, size)
        self._shown: tuple[str, Colour] | None = None

    def show(self, text: str, colour: Colour | None = None) -> None:
        """Show `text` instead of what was there, in `colour` when given."""
        colour = colour or self.colour
        if self._shown == (text, colour):
            return
        self._shown = (text, colour)
        left = self.x - self.width if self.right else self.x
        self.canvas.fill(left, self.y, self.width, self.height, self.back)
        if text:
            line = self.canvas.type.line(text, self.face, self.size, colour, self.back, self.width)
            self.canvas.paste(self.x - line.shape[1] if self.right else self.x, self.y, line)
