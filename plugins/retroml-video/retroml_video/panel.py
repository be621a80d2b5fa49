"""The panel beside the game: who plays, how far the training is, the score, and what the policy thinks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_video.actions import ActionBars
from retroml_video.canvas import Canvas, Label
from retroml_video.curve import Curve, CurvePlot, top_words
from retroml_video.layout import Box
from retroml_video.palette import BORDER, CARD, TEXT, TEXT_DIM
from retroml_video.text import Face
from retroml_video.words import clock, number

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Caption", "Panel"]


@dataclass(frozen=True, kw_only=True)
class Caption:
    """What the panel says about one moment.

    `seconds` and `step` of training, `episode` number, `game_seconds` since the game began, `score` in it, `best` score so
    far (None: none yet), `action` taken, `probabilities` float (A,) of the policy stored at `policy_step` (None: unknown),
    `x` where the curve's dot is.
    """

    seconds: float
    step: int
    episode: int
    game_seconds: float
    score: float
    best: float | None
    action: int
    probabilities: NDArray[np.float32] | None
    policy_step: int | None
    x: float


class Panel:
    """The panel on a canvas; `show` draws what changed. `subtitle` is the line below the title."""

    def __init__(
        self, canvas: Canvas, *, title: str, subtitle: str, best_title: str, actions: Sequence[str], curve: Curve
    ) -> None:
        box = canvas.layout.panel
        if box is None:
            raise ValueError("this layout has no panel")
        self.canvas, self._box = canvas, box
        self._pad = canvas.layout.px(24)
        canvas.card(box, CARD, BORDER, canvas.layout.px(14))
        self._label(20, 30, Face.BOLD).show(title)
        self.subtitle = self._label(59, 16, Face.REGULAR, dim=True)
        self.subtitle.show(subtitle)
        self._rule(93)
        self._label(106, 14, Face.SEMIBOLD, dim=True).show("Score")
        self._label(106, 14, Face.SEMIBOLD, dim=True, right=True).show(best_title)
        self._score = self._label(120, 52, Face.BOLD, width=0.62)
        self._best = self._label(137, 32, Face.SEMIBOLD, dim=True, right=True, width=0.36)
        self._time = self._cell(0, 194, "Training time")
        self._step = self._cell(1, 194, "Step")
        self._episode = self._cell(0, 246, "Game")
        self._game_time = self._cell(1, 246, "Time in game")
        self._rule(305)
        self._label(317, 14, Face.SEMIBOLD, dim=True).show("Actions")
        self._policy = self._label(317, 14, Face.REGULAR, dim=True, right=True, width=0.7)
        inside = Box(box.x + self._pad, box.y + self._px(344), box.width - 2 * self._pad, box.height)
        self._actions = ActionBars(canvas, inside, actions)
        self._plot = self._make_plot(curve, self._actions.bottom + self._px(16))

    def show(self, caption: Caption) -> None:
        """Say what there is to say about a moment."""
        self._score.show(number(caption.score))
        self._best.show(number(caption.best) if caption.best is not None else "–")
        self._time.show(clock(caption.seconds))
        self._step.show(number(caption.step))
        self._episode.show(number(caption.episode))
        self._game_time.show(clock(caption.game_seconds))
        self._policy.show(
            f"policy of step {number(caption.policy_step)}" if caption.policy_step is not None else "no policy stored yet"
        )
        self._actions.show(caption.action, caption.probabilities)
        if self._plot is not None:
            self._plot.move_to(caption.x)

    def _px(self, length: float) -> int:
        return self.canvas.layout.px(length)

    def _label(self, y: float, size: float, face: Face, *, dim: bool = False, right: bool = False, width: float = 1.0) -> Label:
        room = self._box.width - 2 * self._pad
        return Label(
            self.canvas,
            self._box.right - self._pad if right else self._box.x + self._pad,
            self._box.y + self._px(y),
            round(room * width) if width < 1 or not right else room // 2,
            face=face,
            size=self._px(size),
            colour=TEXT_DIM if dim else TEXT,
            back=CARD,
            right=right,
        )

    def _cell(self, column: int, y: float, title: str) -> Label:
        room = (self._box.width - 2 * self._pad) // 2
        labels = [
            Label(
                self.canvas,
                self._box.x + self._pad + column * room,
                self._box.y + self._px(y + down),
                room - self._px(6),
                face=face,
                size=self._px(size),
                colour=colour,
                back=CARD,
            )
            for down, face, size, colour in ((0, Face.SEMIBOLD, 14, TEXT_DIM), (18, Face.MONO, 20, TEXT))
        ]
        labels[0].show(title)
        return labels[1]

    def _rule(self, y: float) -> None:
        self.canvas.fill(
            self._box.x + self._pad, self._box.y + self._px(y), self._box.width - 2 * self._pad, self._px(1), BORDER
        )

    def _make_plot(self, curve: Curve, top: int) -> CurvePlot | None:
        """The curve in the room left under the bars; none where there is too little of it to read one."""
        bottom = self._box.bottom - self._px(20)
        if bottom - top < self._px(70):
            return None
        self.canvas.fill(self._box.x + self._pad, top, self._box.width - 2 * self._pad, self._px(1), BORDER)
        y = (top - self._box.y) * 720 / self.canvas.layout.height + 12
        top_text, room = top_words(curve), self._box.width - 2 * self._pad
        taken = self.canvas.type.width(f"{top_text}  ", Face.REGULAR, self._px(14)) / room
        self._label(y, 14, Face.REGULAR, dim=True, right=True, width=min(taken, 0.6)).show(top_text)
        self._label(y, 14, Face.SEMIBOLD, dim=True, width=max(1 - taken, 0.4)).show(curve.title)
        plot_top = top + self._px(12 + 24)
        box = Box(self._box.x + self._pad, plot_top, self._box.width - 2 * self._pad, bottom - plot_top)
        return CurvePlot(self.canvas, box, curve, self._px(5))
