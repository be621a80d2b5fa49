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
from typing import TYPE_CHECKING, Any, cast

from retroml_core.filming import FilmError, FilmInterrupted, FilmJob, FilmResult
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
    from retroml_core.specs import EnvironmentSpec, RendererSpec
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
    options = options or FilmOptions()
    spec = cast("RendererSpec", app.registry.get("renderers", renderer))
    config = run.config(app)
    wished = film_config(config.film, options)
    suffix = _suffix(spec, wished)
    trained = run.status().seconds
    length = film_length(wished.length, trained)
    settings = film_settings(spec.config, options.settings)
    folder = options.output if options.output is not None else run.videos_folder
    tape = _open_tape(app, run, config)
    try:
        others = [Run(path) for path in options.others]
        _check_needs(spec, tape, others)
        key = film_key(run, spec.name, wished, settings, length, tape, others)
        if not options.again and (film := find_film(folder, key)) is not None:
            return dataclasses.replace(film, existed=True)
        slot = _reserve(app, run, config, spec, folder, trained, key, suffix, clean_orphans=options.output is None)
        try:
            job = _job(app, run, tape, wished, slot.part, length, progress or _nobody_listens)
            with _beside(app, job, others) as shown:
                result = _render(spec, settings, shown)
            _publish(slot, _sidecar(app, run, config, spec, result, slot, length) | {"key": key})
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


def _nobody_listens(fraction: float, doing: str) -> None:
    pass


def _suffix(spec: RendererSpec, config: FilmConfig) -> str:
    if config.format not in spec.formats:
        raise FilmError(f"format={config.format}: {spec.title} can be {' or '.join(spec.formats)}")
    return f".{config.format}" if config.format in ("gif", "webp") else spec.suffix


def _open_tape(app: App, run: Run, config: ExperimentConfig) -> Tape:
    spec = cast("EnvironmentSpec", app.registry.get("environments", config.environment.name))
    if not spec.tape:
        reason = spec.no_tape or "its play cannot be recorded and played again"
        raise FilmError(f"there is no tape of {spec.title} to make a film from: {reason}")
    try:
        return run.tape(app)
    except FileNotFoundError as error:
        raise FilmError(f"nothing is recorded yet in {run.id}: let it train for a moment, then try again") from error
    except ValueError as error:
        raise FilmError(f"the tape of {run.id} cannot be read: {error}") from error


def _check_needs(spec: RendererSpec, tape: Tape, others: Sequence[Run]) -> None:
    if others and "others" not in spec.needs:
        raise FilmError(f"{spec.title} shows one run only: make it of each, or show them side by side with --renderer race")
    if "others" in spec.needs and not others:
        raise FilmError(f"{spec.title} shows several runs: choose more of the same game (retroml film ID1 ID2 ...)")
    training, evaluation = tape.steps("training"), tape.steps("evaluation")
    if training + evaluation == 0:
        raise FilmError("nothing is recorded yet: let it train for a moment, then try again")
    if "training" in spec.needs and training == 0:
        raise FilmError(f"{spec.title} needs play of the training, and none is recorded yet")
    if "evaluation" in spec.needs and evaluation == 0:
        raise FilmError(f"{spec.title} needs evaluation episodes, and none are recorded yet")


def _reserve(
    app: App,
    run: Run,
    config: ExperimentConfig,
    spec: RendererSpec,
    folder: Path,
    trained: float,
    key: str,
    suffix: str,
    *,
    clean_orphans: bool,
) -> FilmSlot:
    stem = safe_stem(app.plugins.name_film(run, spec.name) or "") or film_stem(
        game=app.registry.game(config.game).title,
        algorithm=_short_title(app, config),
        seconds=trained,
        created_at=config.created_at,
        renderer=spec.name,
    )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        clean_leftovers(folder, orphans=clean_orphans)
        return FilmSlot.reserve(folder, stem, suffix, key)
    except OSError as error:
        raise _explain(error, folder, begun=False) from error


def _short_title(app: App, config: ExperimentConfig) -> str:
    title = app.registry.get("algorithms", config.algorithm.name).title
    return title if len(title) <= 16 else config.algorithm.name.upper()


def _job(
    app: App,
    run: Run,
    tape: Tape,
    config: FilmConfig,
    target: Path,
    length: float,
    progress: Callable[[float, str], None],
) -> FilmJob:
    from retroml_core.films.arena import TapedArena
    from retroml_core.training.players import Players

    players = Players(run, app)
    return FilmJob(
        run=run,
        tape=tape,
        players=players,
        arena=TapedArena(app, run, players),
        config=config,
        target=target,
        length_seconds=length,
        progress=progress,
        game_title=app.registry.game(run.tree["game"]).title,
        algorithm_title=app.registry.get("algorithms", run.tree["algorithm"]["name"]).title,
    )


@contextlib.contextmanager
def _beside(app: App, job: FilmJob, others: Sequence[Run]) -> Iterator[FilmJob]:
    """`job` with the runs shown beside its own; closes all that is open in the end. Raises FilmError when one has no tape."""
    with contextlib.ExitStack() as stack:
        _close_later(stack, job)
        jobs = []
        for other in others:
            tape = _open_tape(app, other, other.config(app))
            stack.callback(tape.close)
            jobs.append(_job(app, other, tape, job.config, job.target, job.length_seconds or 0.0, job.progress))
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


def _sidecar(
    app: App,
    run: Run,
    config: ExperimentConfig,
    spec: RendererSpec,
    result: FilmResult,
    slot: FilmSlot,
    asked_seconds: float,
) -> dict[str, Any]:
    return {
        "format": SIDECAR_FORMAT,
        "version": 1,
        "file": slot.final.name,
        "title": result.title,
        "run_id": run.id,
        "renderer": spec.name,
        "game": config.game,
        "game_title": app.registry.game(config.game).title,
        "algorithm": config.algorithm.name,
        "seed": config.seed,
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "seconds": result.seconds,
        "asked_seconds": asked_seconds,
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
        return FilmError(f"{folder} is a file, and films go into a folder: give another one with --output")
    reason = error.strerror or str(error) or type(error).__name__
    return FilmError(f"cannot write a film into {folder}: {reason}; another folder can be given with --output")
