"""How fast films are made: seconds of film for each second of processor time, and the memory that takes.

    python -m benchmarks.film_speed [RUN FOLDER] [--seconds 30] [--height 720] [--fps 30 60] [--no-sound] [--no-captions]

Without a folder a short run of PPO is made first, so that all overlays have something to show. Processor time of the whole
process counts, all threads together, so other load on the machine blurs it little; starting Python is left out by a short film
made first. The parts are measured as well: playing the tape, asking the policy, captions, composing the picture, encoding,
joining. Memory is the highest of a short and of a long film. Prints a table and writes JSON with `--output`.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from retroml_video.encoder import FilmWriter
from retroml_video.panel import Panel
from retroml_video.policy import PolicyView
from retroml_video.projector import Projector
from retroml_video.stage import Stage

from retroml_core.app import App
from retroml_core.films.film import make_film
from retroml_core.films.options import FilmOptions
from retroml_core.runs.run import Run

GOALS = {30: 4.0, 60: 2.0}


def short_run(root: Path, game: str, steps: int, algorithm: str = "random") -> Path:
    """The folder of a finished run, without films."""
    words = [f"game={game}", f"algorithm={algorithm}", f"budget.steps={steps}", "seed=1", "film.renderers=[]"]
    subprocess.run([sys.executable, "-m", "retroml_core", *words], check=True, env={**os.environ, "RETROML_HOME": str(root)})
    return next((root / "experiments").iterdir())


class Stopwatch:
    """Processor seconds spent in some functions while it is worn."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def around(self, owner: type, name: str, part: str) -> Iterator[None]:
        """Count the time of calls of a method as that of `part`."""
        known = getattr(owner, name)
        setattr(owner, name, self._timed(known, part))
        try:
            yield
        finally:
            setattr(owner, name, known)

    def _timed(self, known: Callable[..., Any], part: str) -> Callable[..., Any]:
        def call(*args: Any, **named: Any) -> Any:
            begun = time.process_time()
            try:
                return known(*args, **named)
            finally:
                self.seconds[part] = self.seconds.get(part, 0.0) + time.process_time() - begun

        return call

    def iterated(self, known: Callable[..., Any], part: str) -> Callable[..., Any]:
        """The same for a generator: only the time within it counts."""

        def call(*args: Any, **named: Any) -> Iterator[Any]:
            items = known(*args, **named)
            step = self._timed(lambda: next(items, None), part)
            while (item := step()) is not None:
                yield item

        return call


def film(app: App, run: Run, folder: Path, wishes: FilmOptions) -> tuple[float, float, dict[str, float]]:
    """Make a time-lapse: its seconds, the processor seconds it took, and those of its parts."""
    watch = Stopwatch()
    play = Projector.play
    options = dataclasses.replace(wishes, output=folder, again=True)
    with ExitStack() as worn:
        worn.enter_context(watch.around(FilmWriter, "write", "encoding"))
        worn.enter_context(watch.around(FilmWriter, "finish", "joining"))
        worn.enter_context(watch.around(PolicyView, "look", "asking the policy"))
        worn.enter_context(watch.around(Stage, "show", "composing"))
        worn.enter_context(watch.around(Panel, "show", "captions"))
        worn.callback(setattr, Projector, "play", play)
        Projector.play = watch.iterated(play, "playing")  # type: ignore[method-assign]  # measured for as long as this block
        begun = time.process_time()
        made = make_film(app, run, "timelapse", options=options)
        took = time.process_time() - begun
    watch.seconds["the rest"] = took - sum(watch.seconds.values())
    return made.seconds, took, watch.seconds


def peak_memory(run: Run, folder: Path, seconds: float, options: FilmOptions) -> int:
    """The highest memory of a process that makes a time-lapse so long, in bytes; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0
    code = (
        "import resource, runpy, sys; runpy.run_module('retroml_core.films.maker', run_name='film');"
        "from retroml_core.films.maker import main; main(sys.argv[1:]);"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
    )
    wishes = dataclasses.replace(options, length=str(seconds), output=folder, again=True)
    words = [str(run.folder), "--renderer=timelapse", *wishes.as_arguments()]
    ended = subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=True)
    return int(ended.stderr.split()[-1]) * 1024


def measure(run: Run, seconds: float, rates: Sequence[int], wishes: FilmOptions) -> dict[str, Any]:
    """All figures of a time-lapse of so many seconds, for each frame rate."""
    app = App.open()
    report: dict[str, Any] = {
        "height": wishes.height,
        "film_seconds": seconds,
        "sound": wishes.sound,
        "captions": wishes.captions,
    }
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        film(app, run, folder, dataclasses.replace(wishes, length="1"))
        for fps in rates:
            asked = dataclasses.replace(wishes, length=str(seconds), fps=fps)
            length, took, parts = film(app, run, folder, asked)
            short, long = (peak_memory(run, folder, length, asked) for length in (seconds / 3, seconds * 2))
            report[f"{fps}_fps"] = {
                "times_real_time": round(length / took, 2),
                "goal": GOALS.get(fps),
                **{f"{part}_ms_a_picture": round(spent / (length * fps) * 1000, 2) for part, spent in parts.items()},
                "memory_mb": {"short film": round(short / 1e6), "six times as long": round(long / 1e6)},
            }
    return report


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", nargs="?", type=Path, help="folder of a run; default: --steps of --algorithm in --game")
    parser.add_argument("--game", default="breakout")
    parser.add_argument("--algorithm", default="ppo")
    parser.add_argument("--steps", type=int, default=12_000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--fps", type=int, nargs="+", default=list(GOALS))
    parser.add_argument("--sound", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--captions", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--output", type=Path)
    asked = parser.parse_args()
    wishes = FilmOptions(height=asked.height, sound=asked.sound, captions=asked.captions)
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.run or short_run(Path(scratch), asked.game, asked.steps, asked.algorithm)
        report = measure(Run(folder), asked.seconds, asked.fps, wishes)
    print(json.dumps(report, indent=2))
    if asked.output:
        asked.output.write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
