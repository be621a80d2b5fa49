"""The controller in the agent's hand: an Atari joystick with its button, as the action moves them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from retroml_video.blocks import Overlay
from retroml_video.layout import Box
from retroml_video.palette import mix

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_video.canvas import Canvas
    from retroml_video.caption import Caption
    from retroml_video.palette import Colour

__all__ = ["Controller", "moves"]

_SMOOTHING = 4
_HEADING = 24


def moves(action: str) -> tuple[int, int, bool]:
    """How an action moves the stick, to the right and down (-1, 0 or 1 each), and whether it presses the button."""
    name = action.upper().replace("_", "").replace(" ", "")
    return ("RIGHT" in name) - ("LEFT" in name), ("DOWN" in name) - ("UP" in name), "FIRE" in name


class Controller(Overlay):
    """A drawing for each action, made when it is first needed."""

    name = "controller"

    def __init__(self, canvas: Canvas, actions: Sequence[str], *, back: Colour | None = None) -> None:
        super().__init__(canvas, back=back)
        self.actions = list(actions)
        self.width = float(canvas.px(74))
        self._drawn: dict[tuple[int, int, bool], NDArray[np.uint8]] = {}
        self._shown: tuple[int, int, bool] | None = None

    def least(self, width: int) -> int:
        """The heading and a square."""
        return self.px(_HEADING + 60)

    def place(self, box: Box) -> None:
        """Say where the drawing goes."""
        self.heading(box, "Controls")
        down = self.px(_HEADING)
        side = min(box.width, box.height - down, self.px(96))
        self._box = Box(box.x, box.y + down, side, side)

    def show(self, caption: Caption) -> None:
        """The action that was taken."""
        here = moves(self.actions[caption.action]) if caption.action < len(self.actions) else (0, 0, False)
        if here == self._shown:
            return
        self._shown = here
        if here not in self._drawn:
            self._drawn[here] = self._draw(*here)
        self.canvas.paste(self._box.x, self._box.y, self._drawn[here])

    def _draw(self, right: int, down: int, fire: bool) -> NDArray[np.uint8]:
        palette, side = self.canvas.palette, self._box.width * _SMOOTHING
        picture = Image.new("RGB", (side, side), self.back)
        pen = ImageDraw.Draw(picture)
        line = mix(palette.track, palette.text, 0.16)
        pen.rounded_rectangle((0, 0, side - 1, side - 1), side * 0.16, fill=palette.track, outline=line, width=_SMOOTHING)
        button = _circle(side * 0.20, side * 0.20, side * 0.095)
        pen.ellipse(button, fill=palette.accent if fire else mix(palette.track, palette.text, 0.24))
        x, y, reach = side * 0.55, side * 0.56, side * 0.30
        pen.ellipse(_circle(x, y, reach), fill=mix(palette.track, palette.page, 0.75), outline=line, width=_SMOOTHING)
        moved = bool(right or down)
        far = reach * 0.62 / (math.sqrt(2) if right and down else 1)
        tip = (x + right * far, y + down * far)
        shaft = mix(palette.track, palette.text, 0.45)
        pen.line([(x, y), tip], fill=shaft, width=round(side * 0.10))
        pen.ellipse(_circle(*tip, side * 0.15), fill=palette.accent if moved else mix(palette.track, palette.text, 0.62))
        return np.asarray(picture.resize((self._box.width, self._box.width), Image.Resampling.BOX))


def _circle(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return (x - radius, y - radius, x + radius, y + radius)
