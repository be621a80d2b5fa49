"""`Screen`: where play is shown, live or of the past. One texture is enough for the whole app: one is on screen at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_dearpygui.ui.ui import Item, Ui
    from retroml_dearpygui.ui.widgets.moving import Moving

__all__ = ["HEIGHT", "WIDTH", "Screen", "enlarged"]

WIDTH, HEIGHT = 852, 694


class Screen:
    """An image called `tag` in the middle of its box that shows what was `put` last. Only one is meant to be on screen."""

    def __init__(self, ui: Ui, tag: str) -> None:
        self.tag = tag
        self._ui = ui

    @property
    def _texture(self) -> Moving:
        return self._ui.moving("screen", WIDTH, HEIGHT)

    def build(self, parent: Item = 0) -> None:
        """Make the image in `parent` (0: the current container)."""
        dpg.add_image(self._texture.item, width=10, height=10, tag=self.tag, parent=parent, show=False)

    def put(self, pixels_HWC: NDArray[np.uint8], room: tuple[float, float]) -> None:
        """Show pixels uint8 (H, W, 3) or grey (H, W), at most 694 x 852, as large as fits into `room` (width, height)."""
        height, width = pixels_HWC.shape[:2]
        self._texture.write(pixels_HWC)
        aspect = width / height
        wide = max(8.0, min(room[0], room[1] * aspect))
        ends = self._texture.ends(width, height)
        dpg.configure_item(self.tag, width=int(wide), height=int(wide / aspect), uv_max=ends, show=True)
        dpg.set_item_pos(self.tag, [max(0, int((room[0] - wide) / 2)), max(0, int((room[1] - wide / aspect) / 2))])

    def hide(self) -> None:
        """Show nothing."""
        dpg.configure_item(self.tag, show=False)


def enlarged(pixels: NDArray[np.uint8], height: int = HEIGHT, width: int = WIDTH) -> NDArray[np.uint8]:
    """`pixels` (H, W) or (H, W, 3) with each pixel repeated as often as fits, because textures are only drawn smoothed."""
    times = max(1, min(height // pixels.shape[0], width // pixels.shape[1]))
    return pixels.repeat(times, axis=0).repeat(times, axis=1)
