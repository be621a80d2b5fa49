"""What stands before the camera: game, overlays and headline, on one picture that is drawn again and again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core.filming import FilmError, FilmJob
from retroml_core.tape import View
from retroml_video.canvas import Canvas, Label
from retroml_video.layout import ATARI_PIXEL_ASPECT, Layout
from retroml_video.palette import Palette, mix
from retroml_video.panel import Panel, Subject
from retroml_video.planes import Planes
from retroml_video.policy import PolicyView
from retroml_video.text import Face

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_core.tape import Moment, Tape
    from retroml_video.curve import Curve
    from retroml_video.projector import Stretch

__all__ = ["Stage", "Wording", "first_moment", "no_picture", "pixel_aspect"]

_FADE_SECONDS = 0.4
_LAST_STEP = 2**62
_BEZEL = (0, 0, 0)


@dataclass(frozen=True, kw_only=True)
class Wording:
    """The words of a film: its `title` (for the file), the panel's `heading`, `subtitle` and title of the best score."""

    title: str
    heading: str
    subtitle: str
    best_title: str


class Stage:
    """The canvas, its planes, the panel (None without captions) and the headline above the game.

    `moment` is the one the film begins with: its picture says how large the game is. `absent` says of overlays that
    are wished for and not there why.
    """

    def __init__(self, job: FilmJob, moment: Moment, wording: Wording, curve: Curve) -> None:
        config = job.config
        frame = moment.frames[0]
        captions = config.captions and any(vars(config.overlays).values())
        self.layout = Layout.fit(
            config.height,
            config.layout,
            game_width=frame.shape[1],
            game_height=frame.shape[0],
            pixel_aspect=pixel_aspect(job.tape, frame),
            captions=captions,
        )
        self.canvas = Canvas(self.layout.width, self.layout.height, Palette.of(config.theme, config.accent))
        self.planes = Planes(self.layout)
        self.panel: Panel | None = None
        self._headline: Label | None = None
        if self.layout.bezel is not None:
            bezel = self.layout.bezel
            self.canvas.fill(bezel.x, bezel.y, bezel.width, bezel.height, _BEZEL)
        if captions:
            above = self._band(above=True) if config.overlays.title and self.layout.header is None else None
            self.panel = Panel(
                self.canvas, self.layout, config.overlays, _subject(job, moment, wording, curve, headline=above is None)
            )
            self._headline = above
            footer = self._band(above=False) if self.layout.header is None else None
            if footer is not None:
                footer.show(job.run.id)

    @property
    def absent(self) -> dict[str, str]:
        """Overlays that are wished for and not there, and why."""
        return self.panel.absent if self.panel is not None else {}

    def said(self, stretch: Stretch) -> dict[str, str]:
        """What every label that changes says now, by the name of what it says; the headline is that of `stretch`."""
        said = dict(self.canvas.said)
        return said | {"headline": str(stretch.title)} if "headline" in said else said

    def _band(self, *, above: bool) -> Label | None:
        """A line of text above or below the game, where there is room for one."""
        game, px, palette = self.layout.game, self.canvas.px, self.canvas.palette
        size = px(19 if above else 13)
        face = Face.SEMIBOLD if above else Face.REGULAR
        height = self.canvas.type.height(face, size)
        room = game.y if above else self.layout.height - game.bottom
        if room < height + px(8):
            return None
        y = (room - height) // 2 + (0 if above else game.bottom)
        return Label(
            self.canvas,
            game.x,
            y,
            game.width,
            face=face,
            size=size,
            colour=palette.text if above else palette.dim,
            back=palette.page,
            name="headline" if above else "run",
        )

    def show(self, stretch: Stretch, picture: NDArray[np.uint32], seconds: float) -> None:
        """Show one picture of the game, `seconds` into its stretch; the headline fades in."""
        share = min(seconds / _FADE_SECONDS, 1.0)
        if self._headline is not None:
            self._headline.show(str(stretch.title), mix(self.canvas.palette.page, self.canvas.palette.text, share))
        elif self.panel is not None and self.panel.title is not None:
            self.panel.title.headline(str(stretch.title), share)
        self.planes.take(self.canvas)
        self.planes.show_game(picture)


def first_moment(tape: Tape, stretch: Stretch) -> Moment:
    """The first moment of a stretch with a picture. Raises FilmError when it holds none."""
    last = min(stretch.first + 1, stretch.last)
    for moment in tape.play(stretch.episode, first=stretch.first, last=last, view=View.COLOUR_60):
        if len(moment.frames):
            return moment
    raise no_picture(stretch)


def no_picture(stretch: Stretch) -> FilmError:
    """What is said of a stretch that cannot be shown."""
    return FilmError(f"game {stretch.episode.number} cannot be played back: it holds no picture")


def pixel_aspect(tape: Tape, frame: NDArray[np.uint8]) -> float:
    """How much wider than high a pixel of the game is."""
    return float(tape.header.get("pixel_aspect", ATARI_PIXEL_ASPECT if frame.shape[1] == 160 else 1.0))


def _subject(job: FilmJob, moment: Moment, wording: Wording, curve: Curve, *, headline: bool) -> Subject:
    view = PolicyView(job.players)
    sample = view.look_at(moment.observation, _LAST_STEP)
    view.close()
    return Subject(
        heading=wording.heading,
        subtitle=wording.subtitle,
        best_title=wording.best_title,
        actions=[str(action) for action in job.tape.header.get("actions", ())],
        curve=curve,
        sample=sample,
        no_layers=view.no_layers,
        headline=headline,
    )
