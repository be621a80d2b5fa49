"""Text as pixels: smooth, fitted to its box, and kept while it is used."""

from __future__ import annotations

import math
from collections import OrderedDict
from enum import StrEnum
from importlib.resources import files
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_video.palette import Colour

__all__ = ["Face", "Typesetter"]

_KEPT = 256
# Letters are drawn larger and shrunk: drawn at their size, each would be moved to a whole pixel and stand unevenly.
_SMOOTHING = 4
_SMALLEST_SHARE = 0.7


class Face(StrEnum):
    """The fonts of the films; numbers that change are set in MONO, where every digit is as wide."""

    REGULAR = "RetroMLUI-Regular"
    SEMIBOLD = "RetroMLUI-SemiBold"
    BOLD = "RetroMLUI-Bold"
    MONO = "RetroMLMono-Regular"


class Typesetter:
    """Sets single lines of text. Remembers the last few hundred, so a caption that does not change costs nothing."""

    def __init__(self) -> None:
        self._fonts: dict[tuple[Face, int], ImageFont.FreeTypeFont] = {}
        self._metrics: dict[tuple[Face, int], tuple[int, int]] = {}
        self._cells: dict[int, int] = {}
        self._glyphs: dict[tuple[str, int, Colour, Colour], NDArray[np.uint8]] = {}
        self._set: OrderedDict[tuple[object, ...], NDArray[np.uint8]] = OrderedDict()

    def line(self, text: str, face: Face, size: int, colour: Colour, back: Colour, width: int) -> NDArray[np.uint8]:
        """`text` as uint8 (H, W, 3) with W <= `width`: made smaller when too long, then cut with an ellipsis.

        H and the baseline depend on face and size only, so lines of the same size stand level.
        """
        key = (text, face, size, colour, back, width)
        found = self._set.get(key)
        if found is not None:
            self._set.move_to_end(key)
            return found
        made = self._set[key] = self._draw(text, face, size, colour, back, width)
        if len(self._set) > _KEPT:
            self._set.popitem(last=False)
        return made

    def height(self, face: Face, size: int) -> int:
        """How high a line of this face and size is, in pixels."""
        return sum(self._reach(face, size))

    def width(self, text: str, face: Face, size: int) -> int:
        """How wide `text` is, in pixels."""
        if face is Face.MONO:
            return len(text) * self._cell(size)
        return math.ceil(self._font(face, size * _SMOOTHING).getlength(text) / _SMOOTHING)

    def _font(self, face: Face, size: int) -> ImageFont.FreeTypeFont:
        font = self._fonts.get((face, size))
        if font is None:
            data = (files("retroml_video") / "fonts" / f"{face}.ttf").read_bytes()
            font = self._fonts[face, size] = ImageFont.truetype(BytesIO(data), size)
        return font

    def _cell(self, size: int) -> int:
        """How wide every letter of MONO is: whole pixels, so that numbers that change stand still."""
        cell = self._cells.get(size)
        if cell is None:
            length = self._font(Face.MONO, size * _SMOOTHING).getlength("0") / _SMOOTHING
            cell = self._cells[size] = max(round(length), 1)
        return cell

    def _reach(self, face: Face, size: int) -> tuple[int, int]:
        """How far a face reaches above and below its baseline, in pixels."""
        reach = self._metrics.get((face, size))
        if reach is None:
            reach = self._metrics[face, size] = self._font(face, size).getmetrics()
        return reach

    def _run(self, text: str, size: int, colour: Colour, back: Colour) -> NDArray[np.uint8]:
        """Letters of MONO side by side, each drawn only once."""
        return np.concatenate([self._glyph(letter, size, colour, back) for letter in text], axis=1)

    def _glyph(self, letter: str, size: int, colour: Colour, back: Colour) -> NDArray[np.uint8]:
        key = (letter, size, colour, back)
        glyph = self._glyphs.get(key)
        if glyph is None:
            if len(self._glyphs) >= _KEPT:
                self._glyphs.clear()
            ascent, descent = self._reach(Face.MONO, size)
            glyph = self._glyphs[key] = self._paint(letter, Face.MONO, size, (self._cell(size), ascent, descent), colour, back)
        return glyph

    def _draw(self, text: str, face: Face, size: int, colour: Colour, back: Colour, width: int) -> NDArray[np.uint8]:
        text, fitted = self._fit(text, face, size, width)
        ascent, descent = self._reach(face, size)
        if face is Face.MONO and text and fitted == size:
            return self._run(text, size, colour, back)[:, :width]
        wide = max(min(self.width(text, face, fitted), width), 1)
        return self._paint(text, face, fitted, (wide, ascent, descent), colour, back)

    def _paint(
        self, text: str, face: Face, size: int, room: tuple[int, int, int], colour: Colour, back: Colour
    ) -> NDArray[np.uint8]:
        """`text` in a `room` of so many pixels across, above and below the baseline."""
        (wide, ascent, descent), scale = room, _SMOOTHING
        picture = Image.new("RGB", (wide * scale, (ascent + descent) * scale), back)
        pen = ImageDraw.Draw(picture)
        pen.text((0, ascent * scale), text, font=self._font(face, size * scale), fill=colour, anchor="ls")
        return np.asarray(picture.resize((wide, ascent + descent), Image.Resampling.BOX))

    def _fit(self, text: str, face: Face, size: int, width: int) -> tuple[str, int]:
        if self.width(text, face, size) <= width:
            return text, size
        smallest = max(round(size * _SMALLEST_SHARE), 6)
        while size > smallest and self.width(text, face, size) > width:
            size -= 1
        if self.width(text, face, size) <= width:
            return text, size
        while text and self.width(text + "…", face, size) > width:
            text = text[:-1]
        return text.rstrip() + "…", size
