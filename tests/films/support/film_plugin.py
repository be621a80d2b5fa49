"""A plugin for tests of films: a game whose play is on a made-up tape, and a renderer that does what its settings say."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from pathlib import Path

from retroml_core import EnvironmentSpec, GameSpec, RendererSpec, hookimpl, param
from retroml_core.filming import FilmFacts, FilmJob, FilmResult, FilmSegment, work_folder

__all__ = ["StillConfig", "StillLooks", "StillRenderer", "TapedConfig", "build_still"]

_SENTENCES = {"full": (28, "No space left on device"), "readonly": (30, "Read-only file system")}


@dataclass
class TapedConfig:
    """Settings of the game on the made-up tape."""

    name: str = "taped"


@dataclass
class StillConfig:
    """What the renderer does after some progress: "" makes a film, anything else goes wrong in its own way."""

    name: str = "still"
    trouble: str = param("", help="How it fails.", choices=("", "full", "readonly", "bug", "empty", "die", "wait"))
    pictures: int = param(90, ge=1, le=10_000, help="How many pictures the film is said to have.")


class StillRenderer:
    """Writes a file that is no real film, and says what a real one would."""

    def __init__(self, config: StillConfig) -> None:
        self.config = config

    def render(self, job: FilmJob) -> FilmResult:
        """Write the file, or fail as the settings say."""
        job.target.write_bytes(b"still" * 100)
        for step in range(10):
            job.progress(step / 10, "painting")
        self._trouble(job)
        seconds = self.config.pictures / job.config.fps
        segment = FilmSegment(
            start_seconds=0.0,
            end_seconds=seconds,
            title="All of it",
            stream="training",
            episode=1,
            first_step=0,
            last_step=7,
            first_index=0,
            last_index=7,
            score=3.0,
            training_seconds=1.5,
        )
        return FilmResult(
            seconds=seconds,
            width=320,
            height=job.config.height,
            fps=job.config.fps,
            frames=self.config.pictures,
            title=f"{job.game_title} by {job.algorithm_title}",
            segments=(segment,),
            notes=("It stands still.",),
        )

    def _trouble(self, job: FilmJob) -> None:
        trouble = self.config.trouble
        if trouble in _SENTENCES:
            raise OSError(*_SENTENCES[trouble])
        if trouble == "bug":
            raise ZeroDivisionError("no frames a second")
        if trouble == "empty":
            job.target.write_bytes(b"")
        if trouble == "die":
            os._exit(9)
        if trouble == "wait":
            (work_folder(job.target) / "0001").write_bytes(b"finished")
        while trouble == "wait":
            job.progress(0.5, "waiting to be cancelled")
            time.sleep(0.01)


class StillLooks:
    """Looks into the files of the renderer that stands still."""

    def examine(self, film: Path) -> FilmFacts:
        """As long as it is large."""
        size = film.stat().st_size
        if not film.read_bytes().startswith(b"still"):
            raise ValueError(f"{film.name} does not stand still")
        return FilmFacts(
            seconds=float(size), size_bytes=size, width=320, height=240, fps=30.0, codec="still", chapters=0, sound=False
        )

    def thumbnail(self, film: Path, target: Path, *, width: int = 480) -> None:
        """No real picture."""
        self.examine(film)
        target.write_bytes(b"picture" * width)


def build_still(config: StillConfig) -> StillRenderer:
    """The renderer."""
    return StillRenderer(config)


@hookimpl
def retroml_environments() -> list[EnvironmentSpec]:
    """The environment whose play is on the made-up tape."""
    return [
        EnvironmentSpec(
            name="taped",
            title="Taped games",
            summary="For tests.",
            config=TapedConfig,
            factory="retroml_core.testing.tiny:make_tiny_environment",
            tape="retroml_core.testing.film:open_made_up_tape",
        )
    ]


@hookimpl
def retroml_games() -> list[GameSpec]:
    """The game."""
    return [GameSpec(name="taped", title="Taped: The Game", summary="For tests.", environment="taped")]


@hookimpl
def retroml_video_renderers() -> list[RendererSpec]:
    """The renderer that stands still."""
    return [
        RendererSpec(
            name="still",
            title="Still",
            summary="For tests.",
            config=StillConfig,
            factory="film_plugin:build_still",
            looks="film_plugin:StillLooks",
        )
    ]
