"""Where everything stands in the picture: pure arithmetic, in pixels.

The game is scaled by whole numbers, one for its width and one for its height, so that every game pixel is a rectangle of
the same size. An Atari pixel is 12/7 as wide as high (https://www.atariprotos.com/othersystems/cx2600/info/tia.htm), which
shows the 160 x 210 pixels of the screen at about 4:3.

Lengths are given in **units**, of which the shorter side of every picture has 720.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

__all__ = ["ATARI_PIXEL_ASPECT", "SHAPES", "Box", "Layout", "Screen", "best_scale", "picture_size", "worth"]

ATARI_PIXEL_ASPECT = 12 / 7
SHAPES = {"wide": (16, 9), "vertical": (9, 16), "square": (1, 1)}

_FILL = 0.975
_PANEL_SHARE = 0.30
_MARGIN = 45
_SIDE_WIDTH = 112


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

    def inside(self, across: int, down: int) -> Box:
        """What is left of it without a margin on all sides, at least a pixel."""
        return Box(self.x + across, self.y + down, max(self.width - 2 * across, 1), max(self.height - 2 * down, 1))


@dataclass(frozen=True)
class Screen:
    """Where a game is shown, and how many picture pixels each of its own takes across and down."""

    box: Box
    scale_x: int
    scale_y: int


@dataclass(frozen=True)
class Layout:
    """The picture: its size, the game's box and whole-number scale, and where there is room for what is written.

    `panel` is a card; `header` (above the game) and `side` (beside it) lie on the page; `bezel` is what a game narrower than
    the rest stands on. Each is None where there is none.
    """

    width: int
    height: int
    scale_x: int
    scale_y: int
    game: Box
    panel: Box | None = None
    header: Box | None = None
    side: Box | None = None
    bezel: Box | None = None

    @property
    def screens(self) -> tuple[Screen, ...]:
        """The one screen there is."""
        return (Screen(self.game, self.scale_x, self.scale_y),)

    @classmethod
    def fit(
        cls,
        size: int,
        shape: str = "wide",
        *,
        game_width: int,
        game_height: int,
        pixel_aspect: float = ATARI_PIXEL_ASPECT,
        captions: bool = True,
    ) -> Layout:
        """The layout of a picture whose shorter side has about `size` pixels (made even), for a game of this size."""
        game = _Game(game_width, game_height, pixel_aspect)
        width, height = picture_size(size, shape)
        if not captions:
            return _bare(width, height, game)
        return {"wide": _wide, "vertical": _vertical, "square": _square}[shape](width, height, game)


@dataclass(frozen=True)
class _Game:
    width: int
    height: int
    pixel_aspect: float

    def scale(self, room_x: float, room_y: float, widest: int) -> tuple[int, int]:
        """The best scale for this room; a tiny picture gives the game more than that, if it is not wider than `widest`."""
        scale = best_scale(int(room_x) // self.width, int(room_y) // self.height, self.pixel_aspect)
        return scale if scale[0] * self.width <= widest else (1, 1)


def picture_size(size: int, shape: str) -> tuple[int, int]:
    """Width and height, both even, of a picture whose shorter side has about `size` pixels."""
    across, down = SHAPES[shape]
    short = size - size % 2
    long = round(short * max(across, down) / min(across, down) / 2) * 2
    return (long, short) if across >= down else (short, long)


def best_scale(most_x: int, most_y: int, pixel_aspect: float) -> tuple[int, int]:
    """The whole numbers that show a game large and in its right shape; the smallest there are where even those have no room."""
    scales = [(x, y) for y in range(1, most_y + 1) for x in range(1, most_x + 1)]
    best = max(scales, key=lambda scale: worth(scale[0], scale[1], pixel_aspect), default=(1, 1))
    return best if worth(best[0], best[1], pixel_aspect) > 0 else (max(round(pixel_aspect), 1), 1)


def worth(scale_x: int, scale_y: int, pixel_aspect: float) -> float:
    """How good a scale is: its size, less for every per cent that the game is wider or narrower than it should be."""
    return scale_x * scale_y * (1 - 4 * abs(math.log(scale_x / scale_y / pixel_aspect)))


def _bare(width: int, height: int, game: _Game) -> Layout:
    scale = game.scale(width, height * _FILL, width)
    size = (scale[0] * game.width, scale[1] * game.height)
    left, top = _even(max((width - size[0]) // 2, 0)), _even(max((height - size[1]) // 2, 0))
    return Layout(width, height, *scale, Box(left, top, *size))


def _wide(width: int, height: int, game: _Game) -> Layout:
    """The game at the left, a panel at the right."""
    unit = height / 720
    scale = game.scale(width * (1 - _PANEL_SHARE), height * _FILL, width)
    size = (scale[0] * game.width, scale[1] * game.height)
    top = _even(max((height - size[1]) // 2, 0))
    left = _even(min(round(_MARGIN * unit), top, max((width - size[0]) // 4, 0)))
    margin = max(left, min(round(30 * unit), max((width - size[0]) // 8, 2)))
    panel_top = max(min(top, round(_MARGIN * unit)), 2)
    x = left + size[0] + max(round(margin * 0.7), 2)
    panel = Box(x, panel_top, max(width - margin - x, 1), height - 2 * panel_top)
    return Layout(width, height, *scale, Box(left, top, *size), panel)


def _vertical(width: int, height: int, game: _Game) -> Layout:
    """A header, the game, and a panel below; what phones cover with buttons of their own stays free."""
    unit = width / 720
    margin = round(40 * unit)
    header = Box(margin, round(76 * unit), width - 2 * margin, round(104 * unit))
    scale = game.scale(width - 2 * margin, 480 * unit, width - 2 * margin)
    size = (scale[0] * game.width, scale[1] * game.height)
    top = _even(header.bottom + round(14 * unit))
    y = top + size[1] + round(24 * unit)
    panel = Box(margin, y, header.width, max(height - round(84 * unit) - y, 1))
    bezel = Box(margin, top, header.width, size[1]) if size[0] < header.width else None
    return Layout(width, height, *scale, Box(_even((width - size[0]) // 2), top, *size), panel, header, bezel=bezel)


def _square(width: int, height: int, game: _Game) -> Layout:
    """A header, the game with a narrow column beside it, and a panel below."""
    unit = width / 720
    margin, gap = round(28 * unit), round(16 * unit)
    header = Box(margin, round(16 * unit), width - 2 * margin, round(60 * unit))
    top = _even(header.bottom + round(6 * unit))
    scale = game.scale(width - 2 * margin - gap - round(_SIDE_WIDTH * unit), 424 * unit, width - 2 * margin)
    size = (scale[0] * game.width, scale[1] * game.height)
    box = Box(_even(margin), top, *size)
    side = Box(box.right + gap, top, max(width - margin - box.right - gap, 1), size[1])
    panel = Box(margin, box.bottom + gap, header.width, max(height - round(24 * unit) - box.bottom - gap, 1))
    return Layout(width, height, *scale, box, panel, header, side)


def _even(length: int) -> int:
    """Colour is stored at half the size: the game begins where a colour sample does."""
    return length - length % 2
