"""Where everything stands in the picture: pure arithmetic, in pixels.

The game is scaled by whole numbers, one for its width and one for its height, so that every game pixel is a rectangle of
the same size. An Atari pixel is 12/7 as wide as high (https://www.atariprotos.com/othersystems/cx2600/info/tia.htm), which
shows the 160 x 210 pixels of the screen at about 4:3.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ATARI_PIXEL_ASPECT", "Box", "Layout"]

ATARI_PIXEL_ASPECT = 12 / 7

_FILL = 0.975
_PANEL_SHARE = 0.30
_LEAST_ASPECT = 0.8


@dataclass(frozen=True)
class Box:
    """A rectangle of the picture."""

    x: int
    y: int
    width: int
    height: int

    @property
    def right(self) -> int:
        """The first column to its right."""
        return self.x + self.width

    @property
    def bottom(self) -> int:
        """The first row below it."""
        return self.y + self.height


@dataclass(frozen=True)
class Layout:
    """The picture: its size, the game's box and whole-number scale, and the panel's box (None: no captions).

    `px(n)` turns a length of the 720-pixel design into pixels of this picture.
    """

    width: int
    height: int
    scale_x: int
    scale_y: int
    game: Box
    panel: Box | None

    def px(self, length: float) -> int:
        """A length of the 720-pixel design in this picture, at least one pixel."""
        return max(round(length * self.height / 720), 1)

    @classmethod
    def fit(
        cls, height: int, *, game_width: int, game_height: int, pixel_aspect: float = ATARI_PIXEL_ASPECT, captions: bool = True
    ) -> Layout:
        """The layout of a 16:9 picture of about `height` (made even) for a game of this size."""
        height -= height % 2
        width = round(height * 16 / 9 / 2) * 2
        room = width * (1 - _PANEL_SHARE) if captions else float(width)
        scale_x, scale_y = _scale(int(height * _FILL) // game_height, int(room) // game_width, pixel_aspect)
        size = (scale_x * game_width, scale_y * game_height)
        top = _even(max((height - size[1]) // 2, 0))
        if not captions:
            return cls(width, height, scale_x, scale_y, Box(_even(max((width - size[0]) // 2, 0)), top, *size), None)
        left = _even(min(round(height * 45 / 720), max((width - size[0]) // 4, 0)))
        gap = max(round(left * 0.7), 2)
        panel_top = max(min(top, round(height * 45 / 720)), 2)
        x = left + size[0] + gap
        panel = Box(x, panel_top, max(width - left - x, 1), height - 2 * panel_top)
        return cls(width, height, scale_x, scale_y, Box(left, top, *size), panel)


def _scale(most_y: int, most_x: int, pixel_aspect: float) -> tuple[int, int]:
    """The largest whole-number scale of about the right aspect; the smallest there is where even that has no room."""
    for scale_y in range(most_y, 0, -1):
        scale_x = min(max(round(scale_y * pixel_aspect), 1), most_x)
        if scale_x >= 1 and scale_x / scale_y >= _LEAST_ASPECT * pixel_aspect:
            return scale_x, scale_y
    return max(round(pixel_aspect), 1), 1


def _even(length: int) -> int:
    """Colour is stored at half the size: the game begins where a colour sample does."""
    return length - length % 2
