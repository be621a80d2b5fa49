"""`Pictures`: still pictures by name, kept as textures, those used least recently giving way to new ones."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

import dearpygui.dearpygui as dpg
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Pictures"]

GONE_AFTER_FRAMES = 3


class Pictures:
    """At most `limit` textures of still pictures. One that gives way is taken away some frames later, when no item shows it."""

    def __init__(self, limit: int = 120) -> None:
        self._limit = limit
        self._textures: OrderedDict[str, int | str] = OrderedDict()
        self._leaving: list[tuple[int, int | str]] = []
        self._registry = dpg.add_texture_registry()

    def get(self, name: str) -> int | str | None:
        """The texture of that name, None when there is none."""
        if name in self._textures:
            self._textures.move_to_end(name)
        return self._textures.get(name)

    def put(self, name: str, pixels_HWC: NDArray[np.uint8]) -> int | str:
        """Keep a picture uint8 (H, W, 3); its texture."""
        height, width, _ = pixels_HWC.shape
        rgba_HWC = np.ones((height, width, 4), np.float32)
        rgba_HWC[..., :3] = pixels_HWC / np.float32(255)
        texture: int | str = dpg.add_static_texture(width, height, rgba_HWC.ravel(), parent=self._registry)
        if name in self._textures:
            self._leave(self._textures.pop(name))
        self._textures[name] = texture
        while len(self._textures) > self._limit:
            self._leave(self._textures.popitem(last=False)[1])
        return texture

    def tick(self) -> None:
        """Once a frame: take away textures that were replaced a while ago."""
        now = dpg.get_frame_count()
        while self._leaving and self._leaving[0][0] < now:
            dpg.delete_item(self._leaving.pop(0)[1])

    def _leave(self, texture: int | str) -> None:
        self._leaving.append((dpg.get_frame_count() + GONE_AFTER_FRAMES, texture))
