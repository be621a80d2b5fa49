"""Several games in one picture: where each of them stands, as large as whole-number scales allow.

A wall is a grid of **panes**, or a grid beside or below one larger pane. A pane is a screen with a strip for words below it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from retroml_video.layout import Box, Screen, best_scale, picture_size, worth

__all__ = ["Pane", "Wall", "fit_wall"]

_HEADER = 66
_STRIP = 46
_BOARD_WIDTH = 236
_BOARD_WIDEST = 620
_BOARD_HEAD = 44
_BOARD_ROW = 46


@dataclass(frozen=True)
class Pane:
    """A screen and the strip below it."""

    screen: Screen
    strip: Box


@dataclass(frozen=True)
class Wall:
    """The picture: its size, its panes, and the header and the board (None: there is none)."""

    width: int
    height: int
    panes: tuple[Pane, ...]
    header: Box | None = None
    board: Box | None = None

    @property
    def screens(self) -> tuple[Screen, ...]:
        """The screens of the panes."""
        return tuple(pane.screen for pane in self.panes)


@dataclass(frozen=True)
class _Tiles:
    """What a region is to be filled with."""

    game_width: int
    game_height: int
    pixel_aspect: float
    gap: int
    strip: int

    def size(self, scale: tuple[int, int]) -> tuple[int, int]:
        return scale[0] * self.game_width, scale[1] * self.game_height + self.strip

    def fitting(self, width: int, height: int) -> tuple[int, int] | None:
        """The best scale of one pane in this room; None when none fits in a bearable shape."""
        most = (width // self.game_width, (height - self.strip) // self.game_height)
        if min(most) < 1:
            return None
        scale = best_scale(*most, self.pixel_aspect)
        return scale if scale[0] <= most[0] and scale[1] <= most[1] else None


@dataclass(frozen=True)
class _Plan:
    """Panes placed from the corner (0, 0): their scales and corners, in all so large, so good."""

    scales: tuple[tuple[int, int], ...]
    corners: tuple[tuple[int, int], ...]
    width: int
    height: int
    worth: float


def fit_wall(
    size: int,
    shape: str,
    count: int,
    *,
    game_width: int,
    game_height: int,
    pixel_aspect: float,
    captions: bool = True,
    hero: bool = False,
    board_rows: int = 0,
) -> Wall:
    """The wall for `count` games, or for as many of them as fit, at least one.

    With `hero` the last pane may be larger than the others. `board_rows` keeps room for a board of so many rows.
    """
    width, height = picture_size(size, shape)
    unit = min(width, height) / 720
    margin = round(30 * unit)
    tall = round(70 * unit) if shape == "vertical" else round(22 * unit)
    header = Box(margin, tall, width - 2 * margin, round(_HEADER * unit)) if captions else None
    tiles = _Tiles(game_width, game_height, pixel_aspect, round(12 * unit), round(_STRIP * unit) if captions else 0)
    regions = _regions(width, height, unit, header, board_rows if captions else 0)
    filled = [(_most(tiles, room, count, hero=hero), room, board) for room, board in regions]
    plan, room, board = max(filled, key=lambda one: (len(one[0].scales), one[0].worth))
    left, top = room.x + max(room.width - plan.width, 0) // 2, room.y + max(room.height - plan.height, 0) // 2
    panes = tuple(_pane(tiles, scale, left + x, top + y) for scale, (x, y) in zip(plan.scales, plan.corners, strict=True))
    if header is not None:
        x = board.x if board is not None and height >= width else min(max(left, 0), 2 * margin)
        header = replace(header, x=x, width=width - 2 * x)
    if board is not None and width > height:
        board = _beside(board, top, height - margin) if board.x >= left + plan.width else _below(board, room, plan, unit)
    return Wall(width, height, panes, header, board)


def _regions(width: int, height: int, unit: float, header: Box | None, rows: int) -> list[tuple[Box, Box | None]]:
    """Where the panes may go, and where the board would: below them, in a wide picture also at their right."""
    margin = round(30 * unit) if header is not None else 0
    top = header.bottom + round(10 * unit) if header is not None else 0
    below = 0 if header is None else 70 if height > width else 14
    bottom = height - round(below * unit)
    inside = Box(margin // 2, top, width - margin, bottom - top)
    if not rows:
        return [(inside, None)]
    gap, down, across = round(12 * unit), _board_height(rows, unit), round(_BOARD_WIDTH * unit)
    under = (
        Box(inside.x, top, inside.width, inside.height - down - gap),
        Box(margin, bottom - down, width - 2 * margin, down),
    )
    right = (
        Box(inside.x, top, inside.width - across - margin // 2 - gap, inside.height),
        Box(width - margin - across, top, across, min(inside.height, down)),
    )
    return [under, right] if width > height else [under]


def _beside(board: Box, top: int, bottom: int) -> Box:
    """The board level with the panes, as far as it has room above `bottom`."""
    return replace(board, y=min(top, bottom - board.height))


def _below(board: Box, room: Box, plan: _Plan, unit: float) -> Box:
    """The board in the middle of what is free below panes that stand in the middle of their room."""
    width = min(board.width, round(_BOARD_WIDEST * unit))
    free = (room.height - plan.height) // 2
    return replace(board, x=board.x + (board.width - width) // 2, y=board.y - max(free, 0) // 2, width=width)


def _board_height(rows: int, unit: float) -> int:
    return round((_BOARD_HEAD + rows * _BOARD_ROW + 10) * unit)


def _most(tiles: _Tiles, room: Box, count: int, *, hero: bool) -> _Plan:
    """The best plan for as many panes as there is room for, up to `count`; at least for one, if it must not fit."""
    plans = (_best(tiles, room, n, hero=hero) for n in range(count, 0, -1))
    return next((plan for plan in plans if plan is not None), _Plan(((1, 1),), ((0, 0),), *tiles.size((1, 1)), 0.0))


def _best(tiles: _Tiles, room: Box, count: int, *, hero: bool) -> _Plan | None:
    plans = list(_grids(tiles, room.width, room.height, count))
    if hero and count > 2:
        plans += _with_hero(tiles, room, count)
    return max(plans, key=lambda plan: plan.worth, default=None)


def _grids(tiles: _Tiles, width: int, height: int, count: int) -> Iterator[_Plan]:
    for columns in range(1, count + 1):
        rows = -(-count // columns)
        scale = tiles.fitting((width - tiles.gap * (columns - 1)) // columns, (height - tiles.gap * (rows - 1)) // rows)
        if scale is not None:
            plan = _grid(tiles, scale, columns, count)
            # Of grids with panes of one size the one that has the room's shape, and no hole.
            off = abs(math.log(plan.width * height / (plan.height * width))) + 10 * (columns * rows - count)
            yield replace(plan, worth=plan.worth - off / 10_000)


def _grid(tiles: _Tiles, scale: tuple[int, int], columns: int, count: int) -> _Plan:
    across, down = (length + tiles.gap for length in tiles.size(scale))
    corners = tuple((i % columns * across, i // columns * down) for i in range(count))
    rows = -(-count // columns)
    good = max(worth(scale[0], scale[1], tiles.pixel_aspect), 0.01) * count
    return _Plan((scale,) * count, corners, columns * across - tiles.gap, rows * down - tiles.gap, good)


def _with_hero(tiles: _Tiles, room: Box, count: int) -> Iterator[_Plan]:
    """The others as a grid, and the last one large at their right or above them."""
    for scale in _scales(tiles, room):
        across, down = tiles.size(scale)
        for beside in (True, False):
            width = room.width - across - tiles.gap if beside else room.width
            height = room.height if beside else room.height - down - tiles.gap
            for rest in _grids(tiles, width, height, count - 1):
                yield _join(tiles, rest, scale, (across, down), beside=beside)


def _scales(tiles: _Tiles, room: Box) -> Sequence[tuple[int, int]]:
    most = (room.width // tiles.game_width, (room.height - tiles.strip) // tiles.game_height)
    scales = [(x, y) for x in range(2, most[0] + 1) for y in range(1, most[1] + 1)]
    return [scale for scale in scales if worth(scale[0], scale[1], tiles.pixel_aspect) > 0.5 * scale[0] * scale[1]]


def _join(tiles: _Tiles, rest: _Plan, scale: tuple[int, int], size: tuple[int, int], *, beside: bool) -> _Plan:
    across, down = size
    if beside:
        width, height = rest.width + tiles.gap + across, max(rest.height, down)
        shift, corner = (0, (height - rest.height) // 2), (rest.width + tiles.gap, (height - down) // 2)
    else:
        width, height = max(rest.width, across), rest.height + tiles.gap + down
        shift, corner = ((width - rest.width) // 2, down + tiles.gap), ((width - across) // 2, 0)
    corners = (*((x + shift[0], y + shift[1]) for x, y in rest.corners), corner)
    good = rest.worth + worth(scale[0], scale[1], tiles.pixel_aspect)
    return _Plan((*rest.scales, scale), corners, width, height, good)


def _pane(tiles: _Tiles, scale: tuple[int, int], x: int, y: int) -> Pane:
    width, height = scale[0] * tiles.game_width, scale[1] * tiles.game_height
    box = Box(x - x % 2, y - y % 2, width, height)
    return Pane(Screen(box, *scale), Box(box.x, box.bottom, width, tiles.strip))
