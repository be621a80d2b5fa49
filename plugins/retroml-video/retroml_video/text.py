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
        ascent, descent = self._font(face, size).getmetrics()
        return ascent + descent

    def width(self, text: str, face: Face, size: int) -> int:
        """How wide `text` is, in pixels."""
        return math.ceil(self._font(face, size * _SMOOTHING).getlength(text) / _SMOOTHING)

    def _font(self, face: Face, size: int) -> ImageFont.FreeTypeFont:
        font = self._fonts.get((face, size))
        if font is None:
            data = (files("retroml_video") / "fonts" / f"{face}.ttf").read_bytes()
            font = self._fonts[face, size] = ImageFont.truetype(BytesIO(data), size)
        return font

    def _draw(self, text: str, face: Face, size: int, colour: Colour, back: Colour, width: int) -> NDArray[np.uint8]:
        text, fitted = self._fit(text, face, size, width)
        ascent, descent = self._font(face, size).getmetrics()
        wide, high = max(min(self.width(text, face, fitted), width), 1), ascent + descent
        scale = _SMOOTHING
        picture = Image.new("RGB", (wide * scale, high * scale), back)
        pen, font = ImageDraw.Draw(picture), self._font(face, fitted * scale)
        pen.text((0, ascent * scale), text, font=font, fill=colour, anchor="ls")
        return np.asarray(picture.resize((wide, high), Image.Resampling.BOX))

    def _fit(self, text: str, face: Face, size: int, width: int) -> tuple[str, int]:
        smallest = max(round(size * _SMALLEST_SHARE), 6)
        while size > smallest and self.width(text, face, size) > width:
            size -= 1
        if self.width(text, face, size) <= width:
            return text, size
        while text and self.width(text + "…", face, size) > width:
            text = text[:-1]
        return text.rstrip() + "…", size
