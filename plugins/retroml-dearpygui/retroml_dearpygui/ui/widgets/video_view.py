"""`VideoView`: where a film is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_dearpygui.ui.ui import Ui
    from retroml_dearpygui.ui.widgets.moving import Moving

__all__ = ["HEIGHT", "WIDTH", "VideoView"]

WIDTH, HEIGHT = 1280, 720


class VideoView:
    """An image called `tag` that shows the picture `put` last, as large as the room it is given."""

    def __init__(self, ui: Ui, tag: str) -> None:
        self.tag = tag
        self._ui = ui
        self._size = (0, 0)
        self._place = (0, 0, (0, 0))

    @property
    def _texture(self) -> Moving:
        return self._ui.moving("video", WIDTH, HEIGHT)

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
        width, height = self._size
        if not width:
            return
        scale = min(room[0] / width, room[1] / height)
        place = int(max(16, width * scale)), int(max(9, height * scale)), self._size
        if place != self._place:
            self._place = place
            dpg.configure_item(self.tag, width=place[0], height=place[1], uv_max=self._texture.ends(width, height))
