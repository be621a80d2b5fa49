"""The bars of the policy's action probabilities, with the action that was taken lit up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retroml_video.canvas import Canvas, Label
from retroml_video.palette import ACCENT, ACCENT_DIM, CARD, TEXT, TEXT_DIM, TRACK, mix
from retroml_video.text import Face
from retroml_video.words import action_words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_video.layout import Box

__all__ = ["ActionBars"]

_ONE_COLUMN = 9


class ActionBars:
    """One row an action, in two columns when there are more than nine; `bottom` is the first row of pixels below them.

    The bars begin at the top of `box` and take its width.
    """

    def __init__(self, canvas: Canvas, box: Box, actions: Sequence[str]) -> None:
        self.canvas = canvas
        columns = 1 if len(actions) <= _ONE_COLUMN else 2
        rows = -(-len(actions) // columns)
        pitch = canvas.layout.px(26 if rows <= 5 else 22 if rows <= 7 else 20)
        gap = canvas.layout.px(16)
        width = (box.width - gap * (columns - 1)) // columns
        self._rows = [
            _Row(canvas, box.x + (i // rows) * (width + gap), box.y + (i % rows) * pitch, width, action, figures=columns == 1)
            for i, action in enumerate(actions)
        ]
        self.bottom = box.y + rows * pitch

    def show(self, taken: int, probabilities: NDArray[np.float32] | None) -> None:
        """Show the probabilities (A,), or only the action taken when there are none."""
        for i, row in enumerate(self._rows):
            row.show(float(probabilities[i]) if probabilities is not None and i < len(probabilities) else None, i == taken)


class _Row:
    def __init__(self, canvas: Canvas, x: int, y: int, width: int, action: str, *, figures: bool) -> None:
        px = canvas.layout.px
        size = px(15)
        name_width = px(108 if figures else 58)
        self.canvas = canvas
        self._words = action_words(action, short=not figures)
        self._name = Label(canvas, x, y, name_width - px(6), face=Face.REGULAR, size=size, colour=TEXT_DIM, back=CARD)
        self._figure = None
        right = x + width
        if figures:
            self._figure = Label(canvas, right, y, px(44), face=Face.MONO, size=px(14), colour=TEXT_DIM, back=CARD, right=True)
            right -= px(52)
        thickness = px(10)
        self._bar = (x + name_width, y + (self._name.height - thickness) // 2, max(right - x - name_width, 1), thickness)
        self._shown: tuple[float | None, bool] | None = None

    def show(self, probability: float | None, taken: bool) -> None:
        if self._shown == (probability, taken):
            return
        self._shown = (probability, taken)
        self._name.show(self._words, TEXT if taken else TEXT_DIM)
        if self._figure is not None:
            percent = "" if probability is None else f"{probability * 100:.0f}%"
            self._figure.show(percent, TEXT if taken else TEXT_DIM)
        x, y, width, thickness = self._bar
        self.canvas.fill(x, y, width, thickness, TRACK)
        if probability is None:
            return
        # The last column is mixed, so that a slowly changing bar glides and does not jump from pixel to pixel.
        colour = ACCENT if taken else ACCENT_DIM
        length = min(max(probability, 0.0), 1.0) * width
        whole = int(length)
        self.canvas.fill(x, y, whole, thickness, colour)
        if whole < width:
            self.canvas.fill(x + whole, y, 1, thickness, mix(TRACK, colour, length - whole))
