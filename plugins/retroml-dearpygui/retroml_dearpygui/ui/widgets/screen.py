"""`Screen`: moving pictures. One texture for the whole app, made at first use and never taken away.

Dear PyGui uploads every such texture with every frame, shown or not, and never gives its memory back: so there is one, and
whoever shows pictures now (live view, time travel, a film) writes into it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_dearpygui.ui.ui import Item

__all__ = ["HEIGHT", "WIDTH", "Screen", "enlarged"]

WIDTH, HEIGHT = 852, 694
TAG = "screen.texture"


class Screen:
    """An image item in the middle of its box that shows what was `put` last. Only one is meant to be on screen.

    `aspect` is width over height as it should look, when that is not the pixels' own.
    """

    def __init__(self, tag: str) -> None:
        self.tag = tag
        self._shape = (0, 0)
        self._aspect = 1.0

    def build(self, parent: Item = 0) -> None:
        """Make the image in `parent` (0: the current container)."""
        self._shape = (0, 0)
        dpg.add_image(_texture(), width=10, height=10, tag=self.tag, parent=parent, show=False)

    def put(self, pixels_HWC: NDArray[np.uint8], room: tuple[float, float], aspect: float = 0.0) -> None:
        """Show pixels uint8 (H, W, 3) or grey (H, W), at most 694 x 852, as large as fits into `room` (width, height)."""
        height, width = pixels_HWC.shape[:2]
        if height > HEIGHT or width > WIDTH:
            raise ValueError(f"at most {WIDTH} x {HEIGHT} pixels can be shown, not {width} x {height}")
        buffer_HWC = dpg.get_item_user_data(TAG)
        if pixels_HWC.ndim == 3:
            np.multiply(pixels_HWC, np.float32(1 / 255), out=buffer_HWC[:height, :width], casting="unsafe")
        else:
            buffer_HWC[:height, :width] = (pixels_HWC * np.float32(1 / 255))[:, :, None]
        self._place(height, width, room, aspect or width / height)

    def hide(self) -> None:
        """Show nothing."""
        dpg.configure_item(self.tag, show=False)

    def _place(self, height: int, width: int, room: tuple[float, float], aspect: float) -> None:
        wide = max(8.0, min(room[0], room[1] * aspect))
        # Half a pixel is left out at the far edges, where the texture holds what was shown before.
        ends = [(width - 0.5) / WIDTH, (height - 0.5) / HEIGHT]
        dpg.configure_item(self.tag, width=int(wide), height=int(wide / aspect), uv_max=ends, show=True)
        dpg.set_item_pos(self.tag, [max(0, int((room[0] - wide) / 2)), max(0, int((room[1] - wide / aspect) / 2))])


def _texture() -> str:
    if not dpg.does_item_exist(TAG):
        buffer_HWC = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        registry = dpg.add_texture_registry()
        format_ = dpg.mvFormat_Float_rgb
        dpg.add_raw_texture(WIDTH, HEIGHT, buffer_HWC, format=format_, tag=TAG, parent=registry, user_data=buffer_HWC)
    return TAG


def enlarged(pixels: NDArray[np.uint8], height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint8]:
    """`pixels` (H, W) or (H, W, 3) with each pixel repeated as often as fits, because textures are only drawn smoothed."""
    times = max(1, min(height // pixels.shape[0], width // pixels.shape[1]))
    return pixels.repeat(times, axis=0).repeat(times, axis=1)
