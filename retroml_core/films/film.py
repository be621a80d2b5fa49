"""Films of a run: listed from their sidecars, made by renderers into files that are never broken.

`make_film` works in this process and is what `python -m retroml_core.films.maker` runs; `start_film` starts that process and
is what the worker and the `film` command use, so that a failing film never harms what asked for it.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.filming import FilmError, FilmInterrupted, FilmJob, FilmRefused, FilmResult
from retroml_core.films.files import SIDECAR_FORMAT, FilmSlot, clean_leftovers
from retroml_core.films.listing import Film, list_films, read_film
from retroml_core.films.names import film_stem, safe_stem
from retroml_core.films.options import FilmOptions, film_config, film_length, film_settings
from retroml_core.films.process import FilmProcess, start_film
from retroml_core.films.sameness import film_key, find_film
from retroml_core.runs.run import Run

if TYPE_CHECKING:
    from retroml_core.app import App
    from retroml_core.schema import ExperimentConfig, FilmConfig
    from retroml_core.specs import RendererSpec
    from retroml_core.tape import Tape

__all__ = ["Film", "FilmOptions", "FilmProcess", "list_films", "make_film", "read_film", "start_film"]


def make_film(
    app: App,
    run: Run,
    renderer: str,
    *,
    options: FilmOptions | None = None,
    progress: Callable[[float, str], None] | None = None,
) -> Film:
    """Make one film of `run` in this process; one that is there already is not made again, unless `options.again`.

    A film that was begun by a process that died or was interrupted is gone on with. Raises FilmError with the reason in words
    when it cannot be made, FilmCancelled when `progress` does; nothing is left behind then, except finished parts after a
    FilmInterrupted. Raises UnknownName for a renderer that no plugin offers.
    """
    order = _Order(app, run, renderer, options or FilmOptions())
    tape = _open_tape(app, run, order.config)
    try:
        others = [Run(path) for path in order.options.others]
        _check_needs(order.spec, tape, others)
        key = film_key(run, order.spec.name, order.wishes, order.settings, order.length, tape, others)
        if not order.options.again and (film := find_film(order.folder, key)) is not None:
            return dataclasses.replace(film, existed=True)
        slot = _reserve(order, key)
        try:
            job = _job(app, run, order.config, tape, order.wishes, slot.part, order.length, progress or (lambda *_: None))
            with _beside(app, job, others) as shown, app.registry.blaming("renderer", renderer):
                result = _render(order.spec, order.settings, shown)
            _publish(slot, _sidecar(order, result, slot) | {"key": key})
        except FilmInterrupted:
            slot.leave()
            raise
        finally:
            slot.discard()
    finally:
        tape.close()
    made = read_film(slot.sidecar)
    if made is None:
        raise FilmError(f"{slot.final} was removed while it was saved")
    app.plugins.film_saved(run, made)
    return made


class _Order:
    """What is to be made: of the config of `run` and the `options` the `wishes`, the renderer's `settings` and the `length`.

    Raises FilmRefused for what cannot be.
    """

    def __init__(self, app: App, run: Run, renderer: str, options: FilmOptions) -> None:
        self.app, self.run, self.options = app, run, options
        self.spec = app.registry.renderer(renderer)
        self.config, self.trained = run.config(app), run.status().seconds
        self.wishes = film_config(self.config.film, options)
        form = self.wishes.format
        if form not in self.spec.formats:
            raise FilmRefused(f"format={form}: {self.spec.title} can be {' or '.join(self.spec.formats)}")
        self.settings = film_settings(self.spec.config, options.settings)
        self.length = film_length(self.wishes.length, self.trained)
        self.folder = run.videos_folder if options.output is None else options.output
        self.suffix = f".{form}" if form in ("gif", "webp") else self.spec.suffix


def _open_tape(app: App, run: Run, config: ExperimentConfig) -> Tape:
    spec = app.registry.environment(config.environment.name)
    if not spec.tape:
        reason = spec.no_tape or "its play cannot be recorded and played again"
        raise FilmRefused(f"there is no tape of {spec.title} to make a film from: {reason}")
    try:
        return run.tape(app)
    except FileNotFoundError as error:
        raise FilmRefused(f"nothing is recorded yet in {run.id}: let it train for a moment, then try again") from error
    except ValueError as error:
        raise FilmError(f"the tape of {run.id} cannot be read: {error}") from error


def _check_needs(spec: RendererSpec, tape: Tape, others: Sequence[Run]) -> None:
    if others and "others" not in spec.needs:
        raise FilmRefused(f"{spec.title} shows one run only: make it of each, or show them side by side with --renderer race")
    if "others" in spec.needs and not others:
        raise FilmRefused(f"{spec.title} shows several runs: choose more of the same game (retroml film ID1 ID2 ...)")
    training, evaluation = tape.steps("training"), tape.steps("evaluation")
    if training + evaluation == 0:
        raise FilmRefused("nothing is recorded yet: let it train for a moment, then try again")
    if "training" in spec.needs and training == 0:
        raise FilmRefused(f"{spec.title} needs play of the training, and none is recorded yet")
    if "evaluation" in spec.needs and evaluation == 0:
        raise FilmRefused(f"{spec.title} needs evaluation episodes, and none are recorded yet")


def _reserve(order: _Order, key: str) -> FilmSlot:
    app, config, own = order.app, order.config, order.options.output is None
    stem = safe_stem(app.plugins.name_film(order.run, order.spec.name) or "") or film_stem(
        game=app.registry.game(config.game).title,
        algorithm=_short_title(app, config),
        seconds=order.trained,
        created_at=config.created_at,
        renderer=order.spec.name,
    )
    try:
        order.folder.mkdir(parents=not own, exist_ok=True)
        clean_leftovers(order.folder, orphans=own)
        return FilmSlot.reserve(order.folder, stem, order.suffix, key)
    except OSError as error:
        raise _explain(error, order.folder, begun=False) from error


def _short_title(app: App, config: ExperimentConfig) -> str:
    title = app.registry.algorithm(config.algorithm.name).title
    return title if len(title) <= 16 else config.algorithm.name.upper()


def _job(
    app: App,
    run: Run,
    config: ExperimentConfig,
    tape: Tape,
    wishes: FilmConfig,
    target: Path,
    length: float,
    progress: Callable[[float, str], None],
) -> FilmJob:
    from retroml_core.films.arena import TapedArena
    from retroml_core.training.players import Players

    players = Players(run, app, config)
    return FilmJob(
        run=run,
        tape=tape,
        players=players,
        arena=TapedArena(app, config, players),
        config=wishes,
        target=target,
        length_seconds=length,
        progress=progress,
        game_title=app.registry.game(config.game).title,
        algorithm_title=app.registry.algorithm(config.algorithm.name).title,
    )


@contextlib.contextmanager
def _beside(app: App, job: FilmJob, others: Sequence[Run]) -> Iterator[FilmJob]:
    """`job` with the runs shown beside its own; closes all that is open in the end. Raises FilmError when one has no tape."""
    with contextlib.ExitStack() as stack:
        _close_later(stack, job)
        jobs = []
        for other in others:
            config = other.config(app)
            tape = _open_tape(app, other, config)
            stack.callback(tape.close)
            jobs.append(_job(app, other, config, tape, job.config, job.target, job.length_seconds or 0.0, job.progress))
            _close_later(stack, jobs[-1])
        yield dataclasses.replace(job, others=tuple(jobs))


def _close_later(stack: contextlib.ExitStack, job: FilmJob) -> None:
    stack.callback(job.players.close)
    if job.arena is not None:
        stack.callback(job.arena.close)


def _render(spec: RendererSpec, settings: Any, job: FilmJob) -> FilmResult:
    from retroml_core.plugins.registry import resolve

    try:
        result: FilmResult = resolve(spec.factory)(settings).render(job)
    except OSError as error:
        raise _explain(error, job.target.parent) from error
    if not job.target.parent.is_dir():
        raise _explain(FileNotFoundError(errno.ENOENT, "it is gone"), job.target.parent)
    if result.frames < 1 or not job.target.exists() or job.target.stat().st_size == 0:
        raise FilmError(f"the renderer {spec.name} made no film")
    return result


def _sidecar(order: _Order, result: FilmResult, slot: FilmSlot) -> dict[str, Any]:
    config = order.config
    return {
        "format": SIDECAR_FORMAT,
        "version": 1,
        "file": slot.final.name,
        "title": result.title,
        "run_id": order.run.id,
        "renderer": order.spec.name,
        "game": config.game,
        "game_title": order.app.registry.game(config.game).title,
        "algorithm": config.algorithm.name,
        "seed": config.seed,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": result.seconds,
        "asked_seconds": order.length,
        "size_bytes": slot.part.stat().st_size,
        "width": result.width,
        "height": result.height,
        "fps": result.fps,
        "frames": result.frames,
        "notes": list(result.notes),
        "segments": [dataclasses.asdict(segment) for segment in result.segments],
        **({"extra": dict(result.extra)} if result.extra else {}),
    }


def _publish(slot: FilmSlot, sidecar: Mapping[str, Any]) -> None:
    try:
        slot.publish(sidecar)
    except OSError as error:
        raise _explain(error, slot.final.parent) from error


def _explain(error: OSError, folder: Path, *, begun: bool = True) -> FilmError:
    """What went wrong with a film in `folder`, which was there when it was `begun`."""
    if begun and not folder.is_dir():
        return FilmError(f"{folder} was moved or deleted while the film was made: take it back, or film it where it is now")
    if error.errno == errno.ENOSPC:
        there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
        free = shutil.disk_usage(there).free / 1e6
        return FilmError(f"the disk of {folder} is full ({free:.0f} MB free): make room and make the film again")
    if folder.is_file():
        return FilmRefused(f"{folder} is a file, and films go into a folder: give another one with --output")
    reason = error.strerror or str(error) or type(error).__name__
    return FilmError(f"cannot write a film into {folder}: {reason}; another folder can be given with --output")
