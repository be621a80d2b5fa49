"""The picture as the encoder wants it: one plane of brightness, two of colour at half the size (yuv420p, BT.709).

Colours are converted where they are few: the game at its own small size, before it is scaled by whole numbers, and of the
rest only what was drawn since the last picture. Every brightness value of the game on screen is therefore exactly that of
the game's own pixel.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import ColorRange, Colorspace, VideoReformatter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_video.canvas import Canvas
    from retroml_video.layout import Screen

__all__ = ["Picture", "Planes", "pack", "unpack"]


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
        self._reformatter = VideoReformatter()
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
        luma, *chroma = self._convert(packed, "yuv444p")
        place, (sample_rows, sample_columns) = self.layout.screens[screen], self._samples[screen]
        rows = np.repeat(luma, place.scale_x, axis=1)
        area = self.game_luma(screen)
        for row in range(place.scale_y):
            area[row :: place.scale_y] = rows
        top, left = place.box.y // 2, place.box.x // 2
        for plane, small in zip(self._chroma, chroma, strict=True):
            plane[top : top + len(sample_rows), left : left + len(sample_columns)] = small[sample_rows][:, sample_columns]

    def take(self, canvas: Canvas) -> None:
        """Take over what was drawn on `canvas` since it was last asked."""
        for box in canvas.drawn():
            part = np.ascontiguousarray(canvas.pixels[box.y : box.bottom, box.x : box.right]).view(np.uint32)[:, :, 0]
            planes = self._convert(part, "yuv420p")
            self.luma[box.y : box.bottom, box.x : box.right] = planes[0]
            for plane, small in zip(self._chroma, planes[1:], strict=True):
                plane[box.y // 2 : box.bottom // 2, box.x // 2 : box.right // 2] = small

    def _convert(self, packed: NDArray[np.uint32], format: str) -> list[NDArray[np.uint8]]:
        height, width = packed.shape
        rgba = np.ascontiguousarray(packed).view(np.uint8).reshape(height, width, 4)
        frame = self._reformatter.reformat(
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
