"""A film renderer: `retroml film latest --renderer newest` shows the game that began last, and nothing beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from retroml_core import RendererSpec, hookimpl, param
from retroml_core.filming import FilmJob, FilmRefused, FilmResult, FilmSegment
from retroml_core.tape import Moment, TapedEpisode, View

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np
    from numpy.typing import NDArray

FRAMES_A_SECOND = 60


@dataclass
class NewestConfig:
    """Settings, changed for one film by `--set quality=20`."""

    name: str = "newest"
    quality: int = param(23, ge=0, le=51, help="The CRF of x264: lower looks better and makes larger files.")


class Newest:
    """Writes an MP4 of the newest game, cut at the length asked for."""

    def __init__(self, config: NewestConfig) -> None:
        self.config = config

    def render(self, job: FilmJob) -> FilmResult:
        """Write `job.target`. Raises FilmRefused for a run without play."""
        import av

        games = [game for game in job.tape.episodes("training") if game.length]
        if not games:
            raise FilmRefused(f"{job.run.id} holds no play yet; let it train on")
        fps, height = job.config.fps, job.config.height
        width, most, frames = height * 4 // 3 // 2 * 2, round((job.length_seconds or 60) * fps), 0
        with av.open(job.target, "w", format="mp4") as film:
            video = film.add_stream("libx264", rate=fps, options={"crf": str(self.config.quality)})
            video.width, video.height, video.pix_fmt = width, height, "yuv420p"
            for moment, picture in _pictures(job, games[-1]):
                job.progress(frames / most, "drawing")
                film.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(width, height)))
                frames, last = frames + 1, moment
                if frames == most:
                    break
            film.mux(video.encode())
        job.progress(1.0, "done")
        return FilmResult(
            seconds=frames / fps,
            width=width,
            height=height,
            fps=fps,
            frames=frames,
            title=f"{job.game_title}: the newest game",
            segments=(_segment(games[-1], last, frames / fps),),
        )


def _pictures(job: FilmJob, game: TapedEpisode) -> Iterator[tuple[Moment, NDArray[np.uint8]]]:
    """As many of the game's pictures as the frame rate asks for, each with the step it belongs to."""
    due = 0
    for moment in job.tape.play(game, view=View.COLOUR_60):
        for picture in moment.frames:
            due += job.config.fps
            if due >= FRAMES_A_SECOND:
                due -= FRAMES_A_SECOND
                yield moment, picture


def _segment(game: TapedEpisode, last: Moment, seconds: float) -> FilmSegment:
    """What the sidecar says: all of the film is one game, up to the moment shown last."""
    return FilmSegment(
        start_seconds=0.0,
        end_seconds=seconds,
        title=f"Game {game.number}",
        stream=game.stream,
        episode=game.number,
        first_step=game.first_step,
        last_step=last.step,
        first_index=0,
        last_index=last.index,
        score=last.score,
        training_seconds=last.seconds,
    )


@hookimpl
def retroml_video_renderers() -> list[RendererSpec]:
    """The renderer."""
    return [
        RendererSpec(
            name="newest",
            title="Newest game",
            summary="The game that began last.",
            config=NewestConfig,
            factory="newest:Newest",
        )
    ]
