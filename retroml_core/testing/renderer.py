"""The contract of film renderers as tests: subclass `RendererContract`. No emulator and no network are needed."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np
import pytest

from retroml_core.filming import FilmCancelled, FilmError, FilmJob, FilmResult, Renderer
from retroml_core.plugins.spec_checks import resolve
from retroml_core.schema import FilmConfig
from retroml_core.testing.checks import require
from retroml_core.testing.declarations import require_declared, require_spec
from retroml_core.testing.film import MadeUpArena, MadeUpPlayers, MadeUpTape, made_up_tape
from retroml_core.testing.runs import TinyRun, tiny_run

if TYPE_CHECKING:
    from retroml_core import RendererSpec
    from retroml_core.training.players import Players

__all__ = ["RendererContract"]

SECONDS = 4.0
TOLERANCE_SECONDS = 0.5
NEEDS = {"tape", "training", "evaluation", "policy", "others"}


class RendererContract:
    """What every renderer owes. Set `spec`; `settings` are values for fields of its config.

    `exact` is whether the film is as long as asked for; a renderer that shows whole games says False.
    """

    spec: ClassVar[RendererSpec]
    settings: ClassVar[Mapping[str, Any]] = {}
    exact: ClassVar[bool] = True

    def make(self) -> Renderer:
        """A fresh renderer with `settings`."""
        renderer: Renderer = resolve(self.spec.factory)(self.spec.config(**self.settings))
        return renderer

    @pytest.fixture
    def job(self, tmp_path: Path) -> FilmJob:
        """A film of a made-up run with training and evaluation games and four stored policies."""
        tape = made_up_tape()
        evaluated = tuple((episode.score, episode.length) for episode in tape.evaluation)
        run = tiny_run(tmp_path / "root", TinyRun(updates=4, evaluation=evaluated))
        job = FilmJob(
            run=run,
            tape=tape,
            players=cast("Players", MadeUpPlayers()),
            arena=MadeUpArena(),
            config=FilmConfig(fps=30, height=240),
            target=tmp_path / f"film{self.spec.suffix}",
            length_seconds=SECONDS,
            progress=_unheard,
            game_title="Tiny",
            algorithm_title="Random",
        )
        return dataclasses.replace(job, others=(job, job)) if "others" in self.spec.needs else job

    def _render(self, job: FilmJob, **changes: Any) -> FilmResult:
        return self.make().render(dataclasses.replace(job, **changes))

    def test_the_spec_says_what_it_offers(self) -> None:
        """Name, title, summary, factory, file ending, and what it needs."""
        require_spec(self.spec)
        require(self.spec.suffix.startswith("."), f"the suffix {self.spec.suffix!r} must begin with a dot")
        unknown = set(self.spec.needs) - NEEDS
        require(not unknown, f"needs={sorted(unknown)} is not known; it may hold {sorted(NEEDS)}")

    def test_the_config_is_declared_once(self) -> None:
        """The config is a dataclass made by `param`, with a field `name`."""
        require_declared(self.spec.config, self.spec.name)

    def test_it_writes_one_film(self, job: FilmJob) -> None:
        """The target holds something, and nothing else is left beside it."""
        before = set(job.target.parent.iterdir())
        self._render(job)
        require(job.target.is_file() and job.target.stat().st_size, "`render` must write the film to FilmJob.target")
        left = {path.name for path in set(job.target.parent.iterdir()) - before - {job.target}}
        require(not left, f"{sorted(left)} were left beside the film: remove temporary files")

    def test_the_result_describes_the_film(self, job: FilmJob) -> None:
        """Frames, frame rate and length agree; size is that of the config; there is a title."""
        result = self._render(job)
        require(result.title.strip(), "give FilmResult.title the words for the container and the app")
        require(
            result.fps == job.config.fps, f"the film has {result.fps} frames a second, not {job.config.fps} as the config asks"
        )
        require(
            result.height == job.config.height, f"the film is {result.height} high, not {job.config.height} as the config asks"
        )
        require(result.width % 2 == 0 and result.width > 0, f"the width {result.width} must be even, as H.264 asks")
        length = result.frames / result.fps
        require(
            abs(length - result.seconds) < 1 / result.fps, f"{result.frames} frames last {length} s, not {result.seconds} s"
        )
        if self.spec.looks:
            facts = resolve(self.spec.looks)().examine(job.target)
            said, found = (result.width, result.height, result.fps), (facts.width, facts.height, round(facts.fps))
            require(said == found, f"the file has (width, height, fps) {found}, FilmResult says {said}")
            require(abs(facts.seconds - length) < 0.5, f"the file lasts {facts.seconds} s, FilmResult says {length} s")

    def test_the_length_is_the_one_asked_for(self, job: FilmJob) -> None:
        """To half a second, for renderers that do not show whole games."""
        result = self._render(job)
        if self.exact:
            fits = abs(result.seconds - SECONDS) <= TOLERANCE_SECONDS
            require(fits, f"{SECONDS} s were asked for but the film lasts {result.seconds} s; or set exact = False")

    def test_segments_say_what_is_shown_when(self, job: FilmJob) -> None:
        """In order, within the film, each of an episode on the tape, unless it was played for the film."""
        result = self._render(job)
        require(result.segments, "FilmResult.segments must say what each stretch of the film shows")
        at = 0.0
        for segment in result.segments:
            ordered = at <= segment.start_seconds <= segment.end_seconds <= result.seconds + 1 / result.fps
            require(
                ordered,
                f"segment {segment.title!r} lasts from {segment.start_seconds} s to {segment.end_seconds} s: out of order",
            )
            at = segment.start_seconds
            if segment.stream not in ("training", "evaluation"):  # a game that was played for the film
                continue
            known = {episode.number: episode for episode in job.tape.episodes(segment.stream)}
            what = f"segment {segment.title!r} shows episode {segment.episode}"
            require(segment.episode in known, f"{what}, which is not on the tape")
            rewards = job.tape.rewards(known[segment.episode])[: segment.last_index + 1]
            require(np.isclose(segment.score, rewards.sum()), f"{what} up to {rewards.sum():g} points, not {segment.score:g}")

    def test_progress_goes_from_nothing_to_all(self, job: FilmJob) -> None:
        """Fractions between 0 and 1 that never fall, with words."""
        told: list[tuple[float, str]] = []
        self._render(job, progress=lambda fraction, doing: told.append((fraction, doing)))
        fractions = [fraction for fraction, _ in told]
        require(len(told) >= 2, "call FilmJob.progress at least once a second of work")
        require(
            fractions == sorted(fractions), "the fractions told to FilmJob.progress fall: tell the share done of all the work"
        )
        require(
            fractions[0] >= 0 and fractions[-1] <= 1, f"fractions go from {fractions[0]} to {fractions[-1]}, not within 0 to 1"
        )
        require(all(doing.strip() for _, doing in told), "tell FilmJob.progress in words what is being done")

    def test_cancelling_passes_through(self, job: FilmJob) -> None:
        """FilmCancelled, raised by `progress`, is not caught."""
        try:
            self._render(job, progress=_cancel)
        except FilmCancelled:
            return
        require(False, "`render` swallowed FilmCancelled: catch only exceptions you expect")

    def test_an_empty_tape_is_refused_in_words(self, job: FilmJob) -> None:
        """FilmError says why, when there is nothing to show."""
        try:
            self._render(job, tape=MadeUpTape())
        except FilmError as error:
            require(str(error).strip(), "FilmError must say in words why there is no film")
            return
        except Exception as error:
            raise AssertionError(f"`render` ended in {error!r} for an empty tape: raise FilmRefused in words") from error
        require(False, "`render` made a film of an empty tape: raise FilmError")

    def test_it_films_without_stored_policies(self, job: FilmJob) -> None:
        """A run whose checkpoints are gone can still be shown, unless the spec needs policies."""
        if "policy" not in self.spec.needs:
            result = self._render(job, players=cast("Players", MadeUpPlayers([])))
            shown = {segment.policy_step for segment in result.segments}
            require(shown <= {None}, "segments name a policy_step though there was no policy")


def _unheard(_fraction: float, _doing: str) -> None:
    """Nobody listens."""


def _cancel(_fraction: float, _doing: str) -> None:
    raise FilmCancelled
