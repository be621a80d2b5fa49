"""Films made under bad conditions: random runs, kinds, lengths and layouts, with makers killed at random moments.

    python -m benchmarks.film_chaos [RUN FOLDER ...] [--jobs 200] [--kills 0.5] [--seed 0] [--minutes 60]

Each job is tried until it succeeds, at most three times; only the first try may be killed. After every try no file with a final
name may be broken: each film must open, be as long as its sidecar says, and sound where it says so. No job is begun after
`--minutes`. Exits with 1 when fewer than 99 of 100 jobs succeed or anything broken was found. Without a folder two runs of
random play are made first.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.film_speed import short_run
from retroml_core.filming import FilmError
from retroml_core.films.listing import films_in
from retroml_core.films.options import FilmOptions
from retroml_core.films.process import FilmCrashed, start_film
from retroml_core.runs.run import Run

TRIES = 3
LEAST_SHARE = 0.99


@dataclass
class Tally:
    """What came of the jobs so far; `broken` names every fault of a film with a final name."""

    jobs: int = 0
    done: int = 0
    killed: int = 0
    failures: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        """Whether enough succeeded and nothing broken was left."""
        return not self.broken and self.done >= LEAST_SHARE * self.jobs


def random_job(chance: random.Random, runs: list[Run], output: Path) -> tuple[Run, str, FilmOptions]:
    """A run, a kind of film, and wishes for it."""
    renderer = chance.choice(["timelapse", "timelapse", "final_run", "full_record"])
    settings = {"episode": str(chance.randint(1, 6))} if renderer == "full_record" else {}
    options = FilmOptions(
        length=str(chance.choice([1, 2.5, 4, 10])),
        fps=chance.choice([30, 60]),
        height=chance.choice([240, 360]),
        layout=chance.choice(["wide", "vertical", "square"]),
        captions=chance.random() < 0.7,
        format="mp4" if chance.random() < 0.9 else "gif" if renderer == "timelapse" else "mp4",
        output=output,
        settings=settings,
        sound=chance.random() < 0.8,
        again=chance.random() < 0.5,
        at_once=2,
    )
    return chance.choice(runs), renderer, options


def attempt(run: Run, renderer: str, options: FilmOptions, kill_at: float | None) -> None:
    """Make a film; the maker is killed once it is so far (a fraction; negative: after so many seconds). Raises FilmError."""
    with start_film(run, renderer, options) as making:
        timer = threading.Timer(-kill_at, making.process.kill) if kill_at is not None and kill_at < 0 else None
        if timer is not None:
            timer.start()

        def hear(progress: Any) -> None:
            if kill_at is not None and 0 <= kill_at <= progress.fraction and "waiting" not in progress.doing:
                making.process.kill()

        try:
            making.follow(hear)
        finally:
            if timer is not None:
                timer.cancel()


def faults_in(folder: Path) -> list[str]:
    """What is wrong with the files in `folder` that have a final name."""
    from retroml_video.looks import Looks

    faults = []
    films = {film.path: film for film in films_in(folder)}
    for path in sorted(folder.glob("[!.]*")):
        if path.suffix == ".json":
            continue
        film = films.get(path)
        if film is None:
            faults.append(f"{path.name} has no sidecar")
            continue
        try:
            facts = Looks().examine(path)
        except (ValueError, OSError) as error:
            faults.append(f"{path.name} is broken: {error}")
            continue
        if abs(facts.seconds - film.seconds) > 0.5:
            faults.append(f"{path.name} lasts {facts.seconds} s and not {film.seconds} s")
        if facts.sound != bool(film.sidecar["extra"]["sound"]):
            faults.append(f"{path.name} has {'' if facts.sound else 'no '}sound")
    return faults


def torment(runs: list[Run], folder: Path, *, jobs: int, kills: float, seed: int, seconds: float = math.inf) -> Tally:
    """Do the jobs, one after another, as many as begin within `seconds`."""
    chance, tally, begun = random.Random(seed), Tally(), time.monotonic()
    for _ in range(jobs):
        if time.monotonic() - begun > seconds:
            break
        tally.jobs += 1
        run, renderer, options = random_job(chance, runs, folder)
        kill_at = chance.choice([chance.random(), -4 * chance.random()]) if chance.random() < kills else None
        _do(tally, run, renderer, options, kill_at)
        tally.broken += [fault for fault in faults_in(folder) if fault not in tally.broken]
    return tally


def _do(tally: Tally, run: Run, renderer: str, options: FilmOptions, kill_at: float | None) -> None:
    reason = ""
    for _ in range(TRIES):
        try:
            attempt(run, renderer, options, kill_at)
        except FilmCrashed:
            tally.killed += 1
            reason = "killed"
        except FilmError as error:
            reason = str(error)
        else:
            tally.done += 1
            return
        finally:
            kill_at = None
    tally.failures.append(f"{renderer} of {run.id}: {reason}")


def main() -> int:
    """Torment and report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("runs", nargs="*", type=Path, help="folders of runs; default: random play of two games")
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--kills", type=float, default=0.5, help="share of jobs whose maker is killed")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=math.inf, help="begin no job after so long")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch)
        folders = asked.runs or [short_run(root / game, game, 4000) for game in ("breakout", "pong")]
        films = root / "films"
        films.mkdir()
        runs, limits = [Run(folder) for folder in folders], {"jobs": asked.jobs, "seconds": asked.minutes * 60}
        tally = torment(runs, films, kills=asked.kills, seed=asked.seed, **limits)
    print(json.dumps({**tally.__dict__, "passed": tally.passed}, indent=2))
    return 0 if tally.passed else 1


if __name__ == "__main__":
    sys.exit(main())
