"""`Moving`: a texture for moving pictures, made at first use and never taken away, since its memory would not come back.

Dear PyGui uploads such a texture with every frame, seen or not, as long as it is in a registry, which costs several
milliseconds: it stands in a stage, and is moved into the registry for the two frames that a new picture takes to arrive.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_dearpygui.ui.ui import Item

__all__ = ["Moving"]

FRAMES_TO_ARRIVE = 2


class Moving:
    """The texture `item`, at most `width` by `height` pixels of which hold a picture. `Ui.moving` makes and ticks it."""

    def __init__(self, width: int, height: int) -> None:
        self.width, self.height = width, height
        self._pixels_HWC = np.zeros((height, width, 3), np.float32)
        self._registry, self._stage = dpg.add_texture_registry(), dpg.add_stage()
        self.item: Item = dpg.add_raw_texture(
            width, height, self._pixels_HWC, format=dpg.mvFormat_Float_rgb, parent=self._registry
        )
        self._frames_left = FRAMES_TO_ARRIVE + 1

    def write(self, pixels_HWC: NDArray[np.uint8]) -> None:
        """Show pixels uint8 (H, W, 3) or grey (H, W) from the next frame on. Raises ValueError for more than fit."""
        height, width = pixels_HWC.shape[:2]
        if height > self.height or width > self.width:
            raise ValueError(f"at most {self.width} x {self.height} pixels can be shown, not {width} x {height}")
        coloured_HWC = pixels_HWC if pixels_HWC.ndim == 3 else pixels_HWC[:, :, None]
        np.multiply(coloured_HWC, np.float32(1 / 255), out=self._pixels_HWC[:height, :width], casting="unsafe")
        if not self._frames_left:
            dpg.move_item(self.item, parent=self._registry)
        self._frames_left = FRAMES_TO_ARRIVE + 1

    def ends(self, width: int, height: int) -> list[float]:
        """Where a picture of this size ends, as shares of the texture.

        Half a pixel is left out at the far edges, where the texture holds what was shown before.
        """
        return [(width - 0.5) / self.width, (height - 0.5) / self.height]

    def tick(self) -> None:
        """Before each frame."""
        if self._frames_left:
            self._frames_left -= 1
            if not self._frames_left:
                dpg.move_item(self.item, parent=self._stage)
