"""What stands before the camera: game, panel and headline, on one picture that is drawn again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.filming import FilmError, FilmJob
from retroml_core.tape import View
from retroml_video.canvas import Canvas, Label
from retroml_video.layout import ATARI_PIXEL_ASPECT, Layout
from retroml_video.palette import CARD, PAGE, TEXT, TEXT_DIM, mix
from retroml_video.panel import Panel
from retroml_video.planes import Planes
from retroml_video.text import Face

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_video.curve import Curve
    from retroml_video.projector import Stretch

__all__ = ["Stage", "Wording"]

_FADE_SECONDS = 0.4
_HEADLINE_SECONDS = 3.0


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The words of a film: its `title` (for the file), the panel's `heading`, `subtitle` and title of the best score."""

    title: str
    heading: str
    subtitle: str
    best_title: str


class Stage:
    """The canvas, its planes, the panel (None without captions) and the headline above the game.

    `first` is the stretch the film begins with: its first picture says how large the game is.
    """

    def __init__(self, job: FilmJob, first: Stretch, wording: Wording, curve: Curve) -> None:
        frame = _first_frame(job, first)
        aspect = job.tape.header.get("pixel_aspect", ATARI_PIXEL_ASPECT if frame.shape[1] == 160 else 1.0)
        self.layout = Layout.fit(
            job.config.height,
            game_width=frame.shape[1],
            game_height=frame.shape[0],
            pixel_aspect=float(aspect),
            captions=job.config.captions,
        )
        self.canvas, self.planes = Canvas(self.layout), Planes(self.layout)
        self.panel: Panel | None = None
        self._headline: Label | None = None
        self._subtitle = wording.subtitle
        if self.layout.panel is not None:
            self.panel = Panel(
                self.canvas,
                title=wording.heading,
                subtitle=wording.subtitle,
                best_title=wording.best_title,
                actions=_actions(job),
                curve=curve,
            )
            self._headline = self._band(above=True)
            footer = self._band(above=False)
            if footer is not None:
                footer.show(job.run.id)

    def _band(self, *, above: bool) -> Label | None:
        """A line of text above or below the game, where there is room for one."""
        game, layout = self.layout.game, self.layout
        size = layout.px(19 if above else 13)
        face = Face.SEMIBOLD if above else Face.REGULAR
        height = self.canvas.type.height(face, size)
        room = game.y if above else layout.height - game.bottom
        if room < height:
            return None
        y = (room - height) // 2 + (0 if above else game.bottom)
        return Label(self.canvas, game.x, y, game.width, face=face, size=size, colour=TEXT if above else TEXT_DIM, back=PAGE)

    def show(self, stretch: Stretch, picture: NDArray[np.uint32], seconds: float) -> None:
        """Show one picture of the game, `seconds` into its stretch; the headline fades in.

        Where there is no room for one above the game, it takes the place of the subtitle for a while.
        """
        share = min(seconds / _FADE_SECONDS, 1.0)
        if self._headline is not None:
            self._headline.show(stretch.title, mix(PAGE, TEXT, share))
        elif self.panel is not None and seconds < _HEADLINE_SECONDS:
            self.panel.subtitle.show(stretch.title, mix(CARD, TEXT, share))
        elif self.panel is not None:
            self.panel.subtitle.show(self._subtitle)
        self.planes.take(self.canvas)
        self.planes.show_game(picture)


def _first_frame(job: FilmJob, stretch: Stretch) -> NDArray[np.uint8]:
    last = min(stretch.first + 1, stretch.last)
    for moment in job.tape.play(stretch.episode, first=stretch.first, last=last, view=View.COLOUR_60):
        for frame in moment.frames:
            return frame
    raise FilmError(f"game {stretch.episode.number} cannot be played back: it holds no picture")


def _actions(job: FilmJob) -> list[str]:
    return [str(action) for action in job.tape.header.get("actions", ())]
