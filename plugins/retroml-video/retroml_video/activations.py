"""What the layers of the network answer to the picture: a tile a feature map, a cell a hidden unit.

Shapes: C channels of a layer, H height, W width, U hidden units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from retroml_video.blocks import Overlay
from retroml_video.palette import mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_video.canvas import Canvas
    from retroml_video.caption import Caption
    from retroml_video.layout import Box
    from retroml_video.palette import Colour

__all__ = ["Activations", "Tiling", "best_tiling"]

_HEADING = 24
_HIGH = 60
_FADE = 0.98


class Activations(Overlay):
    """A mosaic for each layer, side by side. `layers` are examples of what will be shown, by name.

    Brightness is each layer's own: the largest answer of the last seconds is brightest.
    """

    name = "network"
    width = 0.7

    def __init__(self, canvas: Canvas, layers: Mapping[str, NDArray[np.float32]], *, back: Colour | None = None) -> None:
        super().__init__(canvas, back=back)
        self.layers = dict(layers)
        palette = canvas.palette
        stops = (palette.track, palette.accent_dim, palette.accent, mix(palette.accent, palette.text, 0.85))
        ramp = np.linspace(0, 3, 256)
        colours = np.stack([np.interp(ramp, range(4), [stop[c] for stop in stops]) for c in range(3)], axis=1)
        self._colours: NDArray[np.uint8] = np.rint(colours).astype(np.uint8)
        self._mosaics: list[tuple[str, _Mosaic]] = []

    def least(self, width: int) -> int:
        """The heading and one row of mosaics."""
        return self.px(_HEADING + _HIGH)

    def place(self, box: Box) -> None:
        """Give each layer its mosaic, as large as whole pixels allow; those that find no room are left out."""
        self.heading(box, "Network")
        top, high, gap = box.y + self.px(_HEADING), box.height - self.px(_HEADING), self.px(12)
        x, left = box.x, len(self.layers)
        for name, layer in self.layers.items():
            room = (box.right - x - gap * (left - 1)) // left
            tiling = best_tiling(layer.shape, room, min(high, self.px(110)), self.px(6))
            left -= 1
            if tiling is not None:
                self._mosaics.append((name, _Mosaic(x, top, tiling)))
                x += tiling.width + gap

    def show(self, caption: Caption) -> None:
        """The answers to what the agent sees."""
        for name, mosaic in self._mosaics:
            layer = caption.layers.get(name)
            if layer is not None:
                self.canvas.paste(mosaic.x, mosaic.y, self._colours[mosaic.draw(layer)])


@dataclass(frozen=True)
class Tiling:
    """`rows` by `columns` tiles of `high` by `wide` cells with a dark cell between them, each cell `scale` pixels."""

    rows: int
    columns: int
    high: int
    wide: int
    scale: int

    @property
    def gap(self) -> int:
        """Cells between two tiles: none between single units."""
        return 0 if self.high == self.wide == 1 else 1

    @property
    def width(self) -> int:
        """Pixels across."""
        return (self.columns * (self.wide + self.gap) - self.gap) * self.scale

    @property
    def height(self) -> int:
        """Pixels down."""
        return (self.rows * (self.high + self.gap) - self.gap) * self.scale


def best_tiling(shape: tuple[int, ...], width: int, height: int, most_scale: int) -> Tiling | None:
    """The tiling of a layer of `shape` (C, H, W) or (U,) that covers most of a box; None when not one tile fits.

    Where there is no room for all of them it holds the first maps of the layer, half or a quarter of them.
    """
    count, high, wide = (shape[0], 1, 1) if len(shape) == 1 else shape
    for tiles in (count, count // 2, count // 4, 1):
        tilings = [Tiling(rows, -(-tiles // rows), high, wide, 1) for rows in range(1, tiles + 1)]
        scales = [min(width // t.width, height // t.height, most_scale) for t in tilings]
        fitting = [replace(t, scale=scale) for t, scale in zip(tilings, scales, strict=True) if scale]
        if fitting:
            return max(fitting, key=lambda t: t.width * t.height)
    return None


class _Mosaic:
    """One layer, tiled."""

    def __init__(self, x: int, y: int, tiling: Tiling) -> None:
        self.x, self.y, self.tiling = x, y, tiling
        self._top = 0.0

    def draw(self, layer: NDArray[np.float32]) -> NDArray[np.uint8]:
        """Brightness uint8 of each of its pixels."""
        cells = _tiled(np.maximum(layer, 0), self.tiling)
        self._top = max(float(cells.max(initial=0.0)), self._top * _FADE, 1e-6)
        shades: NDArray[np.uint8] = (np.sqrt(cells / self._top) * 255).astype(np.uint8)
        scale = self.tiling.scale
        return shades.repeat(scale, axis=0).repeat(scale, axis=1)


def _tiled(layer: NDArray[np.float32], tiling: Tiling) -> NDArray[np.float32]:
    """The layer on cells."""
    t, gap = tiling, tiling.gap
    framed = np.zeros((t.rows * t.columns, t.high + gap, t.wide + gap), np.float32)
    shown = layer[: len(framed)].reshape(-1, t.high, t.wide)
    framed[: len(shown), : t.high, : t.wide] = shown
    tiled = framed.reshape(t.rows, t.columns, t.high + gap, t.wide + gap).swapaxes(1, 2)
    cells = tiled.reshape(t.rows * (t.high + gap), t.columns * (t.wide + gap))
    return cells[: cells.shape[0] - gap, : cells.shape[1] - gap]
