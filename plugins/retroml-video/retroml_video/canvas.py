"""The picture being composed: one array for the whole film, of which only what changed is drawn again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from retroml_video.palette import PAGE, Colour
from retroml_video.text import Face, Typesetter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_video.layout import Box, Layout

__all__ = ["Canvas", "Label"]

_SMOOTHING = 4


class Canvas:
    """`pixels` uint8 (H, W, 4), RGB and an unused byte; `game` is the part of it that shows the game."""

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self.type = Typesetter()
        self.pixels = np.full((layout.height, layout.width, 4), 255, np.uint8)
        self.pixels[:, :, :3] = PAGE
        self._words = self.pixels.view(np.uint32)[:, :, 0]
        self._packed: NDArray[np.uint8] = np.full((1, 1, 4), 255, np.uint8)

    def game(self) -> NDArray[np.uint8]:
        """The part of the picture that shows the game, uint8 (H, W, 3); a view."""
        box = self.layout.game
        return self.pixels[box.y : box.bottom, box.x : box.right, :3]

    def show_game(self, frame: NDArray[np.uint8]) -> None:
        """Show `frame` uint8 (h, w, 3), each of its pixels as a whole-number rectangle."""
        box, across, down = self.layout.game, self.layout.scale_x, self.layout.scale_y
        if self._packed.shape[:2] != frame.shape[:2]:
            self._packed = np.full((*frame.shape[:2], 4), 255, np.uint8)
        self._packed[:, :, :3] = frame
        rows = np.repeat(self._packed.view(np.uint32)[:, :, 0], across, axis=1)
        for row in range(down):
            self._words[box.y + row : box.bottom : down, box.x : box.right] = rows

    def fill(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """Fill a rectangle."""
        self.pixels[y : y + height, x : x + width, :3] = colour

    def paste(self, x: int, y: int, picture: NDArray[np.uint8]) -> None:
        """Put `picture` uint8 (h, w, 3) at a place; what lies outside the canvas is cut."""
        part = self.pixels[y : y + picture.shape[0], x : x + picture.shape[1], :3]
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
