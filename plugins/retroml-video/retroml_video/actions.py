"""The bars of the policy's action probabilities, with the action that was taken lit up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retroml_video.blocks import Overlay
from retroml_video.canvas import Canvas, Label
from retroml_video.layout import Box
from retroml_video.palette import mix
from retroml_video.text import Face
from retroml_video.words import action_words, number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_video.caption import Caption
    from retroml_video.palette import Colour

__all__ = ["Actions"]

_HEADING = 24
_ONE_COLUMN = 6
_LEAST_WIDTH = 86


class Actions(Overlay):
    """One row an action, in up to `most_columns` columns when there are many."""

    name = "actions"

    def __init__(self, canvas: Canvas, actions: Sequence[str], *, most_columns: int = 3, back: Colour | None = None) -> None:
        super().__init__(canvas, back=back)
        self.actions, self.most_columns = list(actions), most_columns

    def _columns(self, width: int) -> int:
        wanted = 1 if len(self.actions) <= _ONE_COLUMN else 2 if len(self.actions) <= 2 * _ONE_COLUMN else 3
        return max(min(wanted, self.most_columns, width // self.px(_LEAST_WIDTH)), 1)

    def _rows(self, width: int) -> int:
        return -(-len(self.actions) // self._columns(width))

    def _pitch(self, width: int) -> int:
        rows = self._rows(width)
        return self.px(23 if rows <= 4 else 18 if rows <= 5 else 16)

    def least(self, width: int) -> int:
        """The heading and the rows."""
        return self.px(_HEADING) + self._rows(width) * self._pitch(width)

    def place(self, box: Box) -> None:
        """Make the rows."""
        narrow = box.width < self.px(220)
        self.heading(box, "Actions", room=1.0 if narrow else 0.3)
        self._policy = (
            None
            if narrow
            else self.label(box.right, box.y, round(box.width * 0.68), 14, Face.REGULAR, dim=True, right=True, name="policy")
        )
        columns, rows, gap = self._columns(box.width), self._rows(box.width), self.px(16)
        width = (box.width - gap * (columns - 1)) // columns
        pitch = min(max((box.height - self.px(_HEADING)) // max(rows, 1), self._pitch(box.width)), self.px(27))
        top = box.y + self.px(_HEADING)
        self._bars = []
        for i, action in enumerate(self.actions):
            x, y = box.x + i // rows * (width + gap), top + i % rows * pitch
            self._bars.append(_Bar(self, Box(x, y, width, pitch), action, figures=width >= self.px(190)))

    def show(self, caption: Caption) -> None:
        """The probabilities, or only the action taken when there are none."""
        known = caption.probabilities
        if self._policy is not None:
            stored = caption.policy_step
            self._policy.show(f"policy of step {number(stored)}" if stored is not None else "no policy stored yet")
        for i, bar in enumerate(self._bars):
            bar.show(float(known[i]) if known is not None and i < len(known) else None, i == caption.action)
        self._note(caption.action, known)

    def _note(self, taken: int, known: NDArray[np.float32] | None) -> None:
        """The bars say their lengths too."""
        said = self.canvas.said
        said["action"] = self.actions[taken] if taken < len(self.actions) else str(taken)
        said["probabilities"] = "" if known is None else " ".join(f"{float(p):.3f}" for p in known)


class _Bar:
    def __init__(self, overlay: Overlay, box: Box, action: str, *, figures: bool) -> None:
        self.canvas, self.back, px = overlay.canvas, overlay.back, overlay.px
        palette = self.canvas.palette
        name_width = px(98 if figures else 52)
        self._words = action_words(action, short=not figures)
        roomy = box.height + px(1) >= self.canvas.type.height(Face.REGULAR, px(15))
        size = px(15 if roomy else 13)
        line = self.canvas.type.height(Face.REGULAR, size)
        top = box.y + max((box.height - line) // 2, 0)
        self._name = Label(
            self.canvas, box.x, top, name_width - px(4), face=Face.REGULAR, size=size, colour=palette.dim, back=self.back
        )
        self._figure, right = None, box.right
        if figures:
            self._figure = Label(
                self.canvas, right, top, px(42), face=Face.MONO, size=px(14), colour=palette.dim, back=self.back, right=True
            )
            right -= px(50)
        thickness = px(10)
        self._place = (box.x + name_width, top + (line - thickness) // 2, max(right - box.x - name_width, 1), thickness)
        self._shown: tuple[float | None, bool] | None = None

    def show(self, probability: float | None, taken: bool) -> None:
        if self._shown == (probability, taken):
            return
        self._shown = (probability, taken)
        palette = self.canvas.palette
        colour = palette.text if taken else palette.dim
        self._name.show(self._words, colour)
        if self._figure is not None:
            self._figure.show("" if probability is None else f"{probability * 100:.0f}%", colour)
        x, y, width, thickness = self._place
        self.canvas.fill(x, y, width, thickness, palette.track)
        if probability is None:
            return
        # The last column is mixed, so that a slowly changing bar glides and does not jump from pixel to pixel.
        colour = palette.accent if taken else palette.accent_dim
        length = min(max(probability, 0.0), 1.0) * width
        whole = int(length)
        self.canvas.fill(x, y, whole, thickness, colour)
        if whole < width:
            self.canvas.fill(x + whole, y, 1, thickness, mix(palette.track, colour, length - whole))
