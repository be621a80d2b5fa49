"""The picture as the encoder wants it: one plane of brightness, two of colour at half the size (yuv420p, BT.709).

Colours are converted where they are few: of the game only the rows that changed, at their own small size, before they are
scaled by whole numbers; of the rest only what was drawn since the last picture. Every brightness value of the game on screen is
therefore exactly that of the game's own pixel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_video.canvas import Canvas
    from retroml_video.layout import Box, Screen

__all__ = ["Picture", "Planes", "pack", "unpack"]

_ROWS = (16, 48, 112)


class Picture(Protocol):
    """What a layout says of a picture: its size, both sides even, and the screens that games are shown on."""

    @property
    def width(self) -> int:
        """In pixels."""

    @property
    def height(self) -> int:
        """In pixels."""

    @property
    def screens(self) -> tuple[Screen, ...]:
        """Where games are shown."""


def pack(frame: NDArray[np.uint8]) -> NDArray[np.uint32]:
    """An RGB frame uint8 (H, W, 3) as one number a pixel, uint32 (H, W): quick to compare and to copy."""
    packed = np.empty((*frame.shape[:2], 4), np.uint8)
    for channel in range(3):  # five times as quick as all three at once
        packed[:, :, channel] = frame[:, :, channel]
    packed[:, :, 3] = 255
    return packed.view(np.uint32)[:, :, 0]


def unpack(packed: NDArray[np.uint32]) -> NDArray[np.uint8]:
    """The RGB frame uint8 (H, W, 3) of `pack`."""
    return packed.view(np.uint8).reshape(*packed.shape, 4)[:, :, :3]


class Planes:
    """`yuv` uint8 (H * 3 / 2, W) holds the three planes one after another, as PyAV takes them; `luma` is the first.

    Games are shown on the `screens` of the layout, which are known by their place in it.
    """

    def __init__(self, layout: Picture) -> None:
        height, width = layout.height, layout.width
        self.layout = layout
        self.yuv = np.zeros((height * 3 // 2, width), np.uint8)
        flat, size = self.yuv.reshape(-1), height * width
        self.luma = self.yuv[:height]
        self._chroma = [flat[start : start + size // 4].reshape(height // 2, width // 2) for start in (size, size + size // 4)]
        self._reformatters: dict[int, VideoReformatter] = {}
        self._shown: dict[int, NDArray[np.uint32]] = {}
        # A colour sample stands level with the left one of the two columns that share it.
        self._samples = [
            (
                np.arange(0, screen.box.height - screen.box.height % 2, 2) // screen.scale_y,
                np.arange(0, screen.box.width - screen.box.width % 2, 2) // screen.scale_x,
            )
            for screen in layout.screens
        ]

    def game_luma(self, screen: int = 0) -> NDArray[np.uint8]:
        """The brightness of the part that shows a game; a view."""
        box = self.layout.screens[screen].box
        return self.luma[box.y : box.bottom, box.x : box.right]

    def show_game(self, packed: NDArray[np.uint32], screen: int = 0) -> None:
        """Show a packed frame of a game, each of its pixels as a whole-number rectangle."""
        known = self._shown.get(screen)
        new = np.ones(len(packed), np.bool_) if known is None else (packed != known).any(axis=1)
        self._shown[screen] = packed
        changed = np.flatnonzero(new)
        if not len(changed):
            return
        # A converter is set up anew for every size: so it is asked for a few sizes only.
        size = next((rows for rows in _ROWS if rows >= len(changed)), len(packed))
        padded = changed[np.minimum(np.arange(size), len(changed) - 1)]
        luma, *chroma = (plane[: len(changed)] for plane in self._convert(packed[padded], "yuv444p", size))
        place, (sample_rows, sample_columns) = self.layout.screens[screen], self._samples[screen]
        area, wide = self.game_luma(screen), np.empty((len(changed), luma.shape[1] * place.scale_x), np.uint8)
        for column in range(place.scale_x):
            wide[:, column :: place.scale_x] = luma
        for row in range(place.scale_y):
            area[changed * place.scale_y + row] = wide
        rows = np.flatnonzero(new[sample_rows])
        position = np.searchsorted(changed, sample_rows[rows])
        rows, columns = rows + place.box.y // 2, slice(place.box.x // 2, place.box.x // 2 + len(sample_columns))
        for plane, small in zip(self._chroma, chroma, strict=True):
            plane[rows, columns] = small[:, sample_columns][position]

    def take(self, canvas: Canvas) -> None:
        """Take over what was drawn on `canvas` since it was last asked."""
        boxes = canvas.drawn()
        if not boxes:
            return
        # All of it in one strip, one box below the other: a conversion costs more than what it converts.
        strip = np.zeros((sum(box.height for box in boxes), max(box.width for box in boxes)), np.uint32)
        at = 0
        for box in boxes:
            self._forget_below(box)
            strip[at : at + box.height, : box.width] = canvas.packed[box.y : box.bottom, box.x : box.right]
            at += box.height
        luma, *chroma = self._convert(strip, "yuv420p")
        at = 0
        for box in boxes:
            self.luma[box.y : box.bottom, box.x : box.right] = luma[at : at + box.height, : box.width]
            for plane, small in zip(self._chroma, chroma, strict=True):
                part = small[at // 2 : (at + box.height) // 2, : box.width // 2]
                plane[box.y // 2 : box.bottom // 2, box.x // 2 : box.right // 2] = part
            at += box.height

    def _forget_below(self, box: Box) -> None:
        """What is drawn in `box` covers the games there: they are to be shown anew."""
        for number, screen in enumerate(self.layout.screens):
            game = screen.box
            if box.x < game.right and game.x < box.right and box.y < game.bottom and game.y < box.bottom:
                self._shown.pop(number, None)

    def _convert(self, packed: NDArray[np.uint32], format: str, size: int = 0) -> list[NDArray[np.uint8]]:
        """The planes of packed colours, by the converter that is kept for this `size`."""
        height, width = packed.shape
        rgba = np.ascontiguousarray(packed).view(np.uint8).reshape(height, width, 4)
        frame = self._reformatters.setdefault(size, VideoReformatter()).reformat(
            VideoFrame.from_numpy_buffer(rgba, format="rgba"),
            format=format,
            interpolation="POINT",
            src_color_range=ColorRange.JPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            threads=1,
        )
        return [_plane(plane) for plane in cast("Any", frame).planes]


def _plane(plane: Any) -> NDArray[np.uint8]:
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: plane.height, : plane.width]
