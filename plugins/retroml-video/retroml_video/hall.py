"""The picture of a film that shows several games: their wall, a header, a placard below each, and a board that ranks them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from retroml_core.filming import FilmJob, FilmRefused
from retroml_video.placards import Board, Header, Placard
from retroml_video.planes import Planes
from retroml_video.projector import Stretch
from retroml_video.stage import first_moment, pixel_aspect
from retroml_video.wall import Wall, fit_wall

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from retroml_video.lane import Lane
    from retroml_video.stage import Wording

__all__ = ["Hall", "room_for"]


def room_for(job: FilmJob, count: int, *, hero: bool = False, board: bool = False) -> int:
    """How many of `count` games have room in the picture that `job` asks for."""
    return len(_wall(job, count, hero=hero, board=board).panes)


class Hall:
    """A picture with a place for each of `names`: who plays, and in what words that is told in detail.

    With `hero` the last one may be larger; with `board`, its heading, a board ranks them. Without captions there are only
    games. `planes` is the picture as the encoder takes it.
    """

    def __init__(
        self, job: FilmJob, wording: Wording, names: Sequence[tuple[str, str]], *, hero: bool = False, board: str = ""
    ) -> None:
        self.wall = _wall(job, len(names), hero=hero, board=bool(board))
        self.planes = Planes(self.wall)
        self.header = Header(job.config, self.wall, wording)
        self.canvas = self.header.canvas
        self.placards = [
            Placard(self.canvas, pane.strip, i, title, detail, coloured=bool(board))
            for i, (pane, (title, detail)) in enumerate(zip(self.wall.panes, names, strict=True))
            if job.config.captions
        ]
        self.board: Board | None = None
        if board and self.wall.board is not None:
            self.board = Board(self.canvas, self.wall.board, [title for title, _ in names], heading=board)

    def draw(self, lanes: Sequence[Lane]) -> NDArray[np.uint8]:
        """The picture with all that was written on it and what the lanes show now."""
        self.planes.take(self.canvas)
        for screen, lane in enumerate(lanes):
            self.planes.show_game(lane.screen, screen)
        return self.planes.yuv


def _wall(job: FilmJob, count: int, *, hero: bool, board: bool) -> Wall:
    frame = _example(job)
    return fit_wall(
        job.config.height,
        job.config.layout,
        count,
        game_width=frame.shape[1],
        game_height=frame.shape[0],
        pixel_aspect=pixel_aspect(job.tape, frame),
        captions=job.config.captions,
        hero=hero,
        board_rows=count if board else 0,
    )


def _example(job: FilmJob) -> NDArray[np.uint8]:
    """A picture of the game."""
    for stream in ("training", "evaluation"):
        for episode in job.tape.episodes(stream)[:1]:
            return first_moment(job.tape, Stretch(episode=episode, first=0, last=episode.length, title="")).frames[0]
    raise FilmRefused("nothing is recorded yet: let it train for a moment, then try again")
