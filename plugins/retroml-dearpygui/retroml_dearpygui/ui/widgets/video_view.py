"""`VideoView`: where a film is shown. One texture for the whole app, made at first use and never taken away.

Dear PyGui uploads such a texture with every frame as long as it is in a registry, which costs several milliseconds: it stands
in a stage, and is moved into the registry for the two frames that a new picture takes to arrive.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_dearpygui.ui.ui import Item, Ui

__all__ = ["HEIGHT", "WIDTH", "VideoView"]

WIDTH, HEIGHT = 1280, 720
FRAMES_TO_ARRIVE = 2


@dataclass
class _Texture:
    """The texture, its pixels float32 (H, W, 3), and where it stands."""

    item: Item
    pixels_HWC: NDArray[np.float32]  # noqa: N815  # shapes in names
    registry: Item
    stage: Item
    frames_left: int = 0

    @classmethod
    def make(cls) -> _Texture:
        pixels_HWC = np.zeros((HEIGHT, WIDTH, 3), np.float32)
        registry, stage = dpg.add_texture_registry(), dpg.add_stage()
        item = dpg.add_raw_texture(WIDTH, HEIGHT, pixels_HWC, format=dpg.mvFormat_Float_rgb, parent=registry)
        return cls(item, pixels_HWC, registry, stage, FRAMES_TO_ARRIVE)

    def write(self, pixels_HWC: NDArray[np.uint8]) -> None:
        height, width, _ = pixels_HWC.shape
        np.multiply(pixels_HWC, np.float32(1 / 255), out=self.pixels_HWC[:height, :width], casting="unsafe")
        if not self.frames_left:
            dpg.move_item(self.item, parent=self.registry)
        self.frames_left = FRAMES_TO_ARRIVE + 1

    def tick(self) -> None:
        if self.frames_left:
            self.frames_left -= 1
            if not self.frames_left:
                dpg.move_item(self.item, parent=self.stage)


class VideoView:
    """An image called `tag` that shows the picture `put` last, as large as the room it is given."""

    def __init__(self, ui: Ui, tag: str) -> None:
        self.tag = tag
        self._ui = ui
        self._size = (0, 0)
        self._place = (0, 0, (0, 0))

    @property
    def _texture(self) -> _Texture:
        return self._ui.keep("video.texture", _Texture.make)

    @property
    def height(self) -> int:
        """The height of the picture on screen, in pixels."""
        return self._place[1]

    def build(self) -> None:
        """Make the image in the current container."""
        self._place = (0, 0, (0, 0))
        dpg.add_image(self._texture.item, width=16, height=9, tag=self.tag)

    def put(self, pixels_HWC: NDArray[np.uint8]) -> None:
        """Show a picture uint8 (H, W, 3), at most 720 x 1280."""
        self._size = (pixels_HWC.shape[1], pixels_HWC.shape[0])
        self._texture.write(pixels_HWC)

    def tick(self, room: tuple[float, float]) -> None:
        """Once a frame: keep the picture as large as fits into `room` (width, height in pixels)."""
        self._texture.tick()
        width, height = self._size
        if not width:
            return
        scale = min(room[0] / width, room[1] / height)
        place = int(max(16, width * scale)), int(max(9, height * scale)), self._size
        if place != self._place:
            self._place = place
            # Half a pixel is left out at the far edges, where the texture holds what was shown before.
            ends = [(width - 0.5) / WIDTH, (height - 0.5) / HEIGHT]
            dpg.configure_item(self.tag, width=place[0], height=place[1], uv_max=ends)
