"""A small curve with a dot that moves along it: how far the training, or the game, has come."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageDraw

from retroml_video.blocks import Overlay
from retroml_video.layout import Box
from retroml_video.palette import Colour, mix
from retroml_video.text import Face
from retroml_video.words import number

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from retroml_video.canvas import Canvas
    from retroml_video.caption import Caption

__all__ = ["Curve", "CurveBlock", "CurvePlot", "game_curve", "score_curve", "top_words"]

_SMOOTHING = 4
_MOST_DOTS = 800


@dataclass(frozen=True)
class Curve:
    """What is drawn: a line through (`xs`, `ys`), both float (n,), `xs` rising, and dots at (`dot_xs`, `dot_ys`).

    `low` and `high` bound the y axis; the x axis runs from 0 to `x_end`. `title` stands above.
    """

    title: str
    xs: NDArray[np.float64]
    ys: NDArray[np.float64]
    dot_xs: NDArray[np.float64]
    dot_ys: NDArray[np.float64]
    x_end: float

    @property
    def low(self) -> float:
        """The lower end of the y axis."""
        return min(0.0, float(self.dot_ys.min(initial=0.0)), float(self.ys.min(initial=0.0)))

    @property
    def high(self) -> float:
        """The upper end of the y axis."""
        high = max(float(self.dot_ys.max(initial=0.0)), float(self.ys.max(initial=0.0)))
        return high if high > self.low else self.low + 1.0


def score_curve(steps: NDArray[np.float64], scores: NDArray[np.float64], last_step: float) -> Curve:
    """The scores of games over the run's steps: a dot a game, and their running mean as the line."""
    order = np.argsort(steps, kind="stable")
    steps, scores = steps[order], scores[order]
    window = int(np.clip(len(scores) // 12, 1, 100))
    sums = np.concatenate(([0.0], np.cumsum(scores)))
    upto = np.arange(1, len(scores) + 1)
    since = np.maximum(upto - window, 0)
    means = (sums[upto] - sums[since]) / (upto - since) if len(scores) else scores
    stride = max(-(-len(scores) // _MOST_DOTS), 1)
    return Curve("Score of each game", steps, means, steps[::stride], scores[::stride], max(last_step, 1.0))


def game_curve(rewards: NDArray[np.float32]) -> Curve:
    """The points of one game as they add up over its steps."""
    totals = np.cumsum(rewards.astype(np.float64))
    none = np.zeros(0)
    return Curve("Score in this game", np.arange(1.0, len(totals) + 1), totals, none, none, max(float(len(totals)), 1.0))


def top_words(curve: Curve) -> str:
    """The highest value of the curve, for the corner above it; nothing while there is none."""
    values = np.concatenate((curve.ys, curve.dot_ys))
    return f"top {number(float(values.max()))}" if len(values) else "no game finished yet"


class CurveBlock(Overlay):
    """The curve under its title, in whatever room is left."""

    name = "curve"
    grows = True

    def __init__(self, canvas: Canvas, curve: Curve, *, back: Colour | None = None) -> None:
        super().__init__(canvas, back=back)
        self.curve = curve

    def least(self, width: int) -> int:
        """The title and enough of a curve to read one."""
        return self.px(24 + 32)

    def place(self, box: Box) -> None:
        """Draw the title and the curve."""
        top = top_words(self.curve)
        taken = min(self.canvas.type.width(f"{top}  ", Face.REGULAR, self.px(14)), round(box.width * 0.6))
        self.label(box.right, box.y, taken, 14, Face.REGULAR, dim=True, right=True, name="top").show(top)
        self.label(box.x, box.y, box.width - taken, 14, Face.SEMIBOLD, dim=True).show(self.curve.title)
        down = self.px(24)
        self._plot = CurvePlot(
            self.canvas, Box(box.x, box.y + down, box.width, box.height - down), self.curve, self.px(5), self.back
        )

    def show(self, caption: Caption) -> None:
        """Move the dot."""
        self._plot.move_to(caption.x)


class CurvePlot:
    """The curve on a canvas. What lies before the dot is bright, what is still to come is dim."""

    def __init__(self, canvas: Canvas, box: Box, curve: Curve, dot_radius: int, back: Colour | None = None) -> None:
        self.canvas, self.box, self.curve, self.radius = canvas, box, curve, max(dot_radius, 1)
        palette = canvas.palette
        self._back = back or palette.card
        self._ahead = self._draw(mix(self._back, palette.accent_dim, 0.9), mix(self._back, palette.text, 0.12))
        self._done = self._draw(palette.accent, mix(self._back, palette.accent_bright, 0.5))
        self._disc = _disc(self.radius)
        self._shown: tuple[int, int] | None = None
        canvas.paste(box.x, box.y, self._ahead)

    def move_to(self, x: float) -> None:
        """Put the dot at `x`."""
        across, down = self._place(x)
        if self._shown == (across, down):
            return
        self._shown = (across, down)
        picture = self._ahead.copy()
        picture[:, :across] = self._done[:, :across]
        top, left = down - self.radius, across - self.radius
        part = picture[top : top + self._disc.shape[0], left : left + self._disc.shape[1]]
        disc = self._disc[: part.shape[0], : part.shape[1], None]
        part[...] = np.rint(part * (1 - disc) + np.asarray(self.canvas.palette.text) * disc)
        self.canvas.paste(self.box.x, self.box.y, picture)

    def _place(self, x: float) -> tuple[int, int]:
        curve = self.curve
        y = float(np.interp(x, curve.xs, curve.ys, left=0.0)) if len(curve.xs) else 0.0
        across, down = self._to_pixels(np.asarray([x]), np.asarray([y]))
        return round(float(across[0])), round(float(down[0]))

    def _to_pixels(self, xs: NDArray[np.float64], ys: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        inside_width, inside_height = self.box.width - 2 * self.radius - 2, self.box.height - 2 * self.radius - 2
        across = self.radius + 1 + np.clip(xs / self.curve.x_end, 0, 1) * inside_width
        share = (ys - self.curve.low) / (self.curve.high - self.curve.low)
        return across, self.radius + 1 + (1 - np.clip(share, 0, 1)) * inside_height

    def _draw(self, line: Colour, dots: Colour) -> NDArray[np.uint8]:
        scale = _SMOOTHING
        picture = Image.new("RGB", (self.box.width * scale, self.box.height * scale), self._back)
        pen = ImageDraw.Draw(picture)
        floor = (self.box.height - 1) * scale
        pen.line([(0, floor), (self.box.width * scale, floor)], fill=self.canvas.palette.track, width=scale)
        across, down = self._to_pixels(self.curve.dot_xs, self.curve.dot_ys)
        size = max(self.radius * scale * 0.3, scale * 0.6)
        for x, y in zip(across * scale, down * scale, strict=True):
            pen.ellipse((x - size, y - size, x + size, y + size), fill=dots)
        points = self._line_points()
        if len(points) > 1:
            pen.line(points, fill=line, width=max(round(self.radius * scale * 0.45), scale), joint="curve")
        return np.asarray(picture.resize((self.box.width, self.box.height), Image.Resampling.BOX))

    def _line_points(self) -> list[tuple[float, float]]:
        """The line in smoothed pixels, with at most one point a pixel column."""
        across, down = self._to_pixels(self.curve.xs, self.curve.ys)
        if len(across) == 0:
            return []
        keep = np.append(np.diff(np.floor(across)) > 0, True)
        scale = _SMOOTHING
        return [(float(x) * scale, float(y) * scale) for x, y in zip(across[keep], down[keep], strict=True)]


def _disc(radius: int) -> NDArray[np.float64]:
    """A smooth disc as shares (0 to 1)."""
    reach = np.arange(-radius, radius + 1)
    distance = np.hypot(reach[:, None], reach[None, :])
    return np.clip(radius + 0.5 - distance, 0.0, 1.0)
