"""How long it takes to see a moment of a long tape: opening it, choosing a game, and re-simulating up to there.

    python -m benchmarks.tape_seek [--game kung_fu_master] [--steps 10000000] [--played 500000] [--environments 8] [--seeks 50]

A tape stores no pictures: a moment is reached by playing unseen what goes before it, from the beginning of its game or, in
games that carry something over, from the last key. Three visits to the same steps are compared: the first of all, without
bookmarks (to a quarter of them, for it takes long); the first where the guide has left bookmarks on disk
(`retroml_atari.guide`); and a second one. Steps played unseen are reported beside the seconds; those of the processor are
what it takes on a machine that does nothing else.

The tape is made by playing at random. That takes the longest by far, so only `--played` steps are, and the tape goes on with
the same play as further attempts of the run; so do the bookmarks. `--tape` uses a copy of the tape of a run instead.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from retroml_atari.environment import make
from retroml_atari.guide import bookmark, marks_of
from retroml_atari.index import TapeIndex
from retroml_atari.marks import MarkWriter
from retroml_atari.reel import Reel, effective
from retroml_atari.segment import encode_block, encode_header
from retroml_atari.settings import AtariConfig
from retroml_atari.tape import AtariTape, open_tape

from retroml_core.environment import EnvironmentBuild
from retroml_core.tape import View


def record(game: str, steps: int, count: int, folder: Path) -> None:
    """Play `steps` at random onto a tape."""
    environment = make(EnvironmentBuild(game=game, config=AtariConfig(), count=count, seed=0, tape_folder=folder))
    generator = np.random.default_rng(0)
    environment.reset()
    for _ in range(steps // count):
        environment.send(generator.integers(0, environment.info.action_count, count))
        environment.recv()
    environment.close()


def lengthen(folder: Path, steps: int) -> int:
    """Repeat the play of the only attempt in a tape folder as further ones, up to `steps`; how many there are then."""
    (segment,) = TapeIndex(folder).segments("training")
    header, blocks = segment.header, segment.blocks
    rows = blocks[-1].first_row + blocks[-1].rows
    games = max(int(block.begins["number"].max()) for block in blocks if len(block.begins))
    attempts = max(1, round(steps / (rows * header["count"])))
    for again in range(1, attempts):
        with (folder / f"{again + 1:04d}-training.tape").open("wb") as file:
            file.write(encode_header({**header, "attempt": again + 1, "first_step": again * rows * header["count"]}))
            for block in blocks:
                begins = block.begins.copy()
                begins["number"] += again * games
                seconds = again * blocks[-1].last_seconds
                later = dataclasses.replace(
                    block,
                    begins=begins,
                    first_seconds=block.first_seconds + seconds,
                    last_seconds=block.last_seconds + seconds,
                )
                file.write(encode_block(later.unpack(header["count"])))
    return attempts


def leave_bookmarks(run: Path, played: Path) -> dict[str, float]:
    """Bookmark the tape of the run `played`, and the run whose attempts all repeat it alike; what that took."""
    source, target = marks_of(played), marks_of(run)
    assert source is not None, "the run must lie in a data root"
    assert target is not None, "the run must lie in a data root"
    for marks in (source, target):
        marks.path.parent.mkdir(parents=True, exist_ok=True)
    begun = time.process_time()
    steps = bookmark(played, source.path)
    report = {"steps": steps, "processor_seconds": time.process_time() - begun}
    source.refresh()
    once, reel = (Reel("training", effective(TapeIndex(one / "tape").segments("training"))) for one in (played, run))
    writer = MarkWriter(target.path, target.environment, reel)
    for repeated in range(reel.places // once.places):
        shift = repeated * once.places
        for place in source.places:
            mark = source.nearest(once, place - 1, place)
            if mark is not None:
                writer.add(dataclasses.replace(mark, place=mark.place + shift, begun_at=mark.begun_at + shift))
    writer.close()
    return {**report, "bookmarks": len(source.places), "bytes": source.path.stat().st_size}


def seek(tape: AtariTape, step: int) -> tuple[float, float, float, int]:
    """Seconds to choose a game, to see it at `step`, and of the processor; and the steps played unseen."""
    skipped = [0]
    begun, working = time.perf_counter(), time.process_time()
    episode, first = tape.soonest(step)
    chosen = time.perf_counter()
    next(tape.play(episode, first=first, view=View.COLOUR, progress=lambda _, total: skipped.append(total)))
    return chosen - begun, time.perf_counter() - begun, time.process_time() - working, max(skipped)


def visits(tape: AtariTape, steps: list[int]) -> dict[str, float]:
    """The figures of visits to `steps`."""
    choosing, seeing, working, skipped = (
        np.array(column) for column in zip(*(seek(tape, step) for step in steps), strict=True)
    )
    return {
        "choose_seconds_p50": float(np.percentile(choosing, 50)),
        "see_seconds_p50": float(np.percentile(seeing, 50)),
        "see_seconds_max": float(seeing.max()),
        "processor_seconds_p50": float(np.percentile(working, 50)),
        "processor_seconds_max": float(working.max()),
        "unseen_steps_p50": float(np.percentile(skipped, 50)),
        "unseen_steps_max": float(skipped.max()),
    }


def opened(run: Path) -> tuple[AtariTape, dict[str, Any]]:
    """The tape of a run, and what opening it took."""
    process = psutil.Process()
    before, begun, working = process.memory_info().rss, time.perf_counter(), time.process_time()
    tape = open_tape(run)
    episodes = len(tape.episodes())
    report = {"seconds": time.perf_counter() - begun, "processor_seconds": time.process_time() - working}
    grown = (process.memory_info().rss - before) / 1e6
    return tape, {"steps": tape.steps(), "episodes": episodes, "bytes": tape.size_bytes(), **report, "memory_megabytes": grown}


def measure(run: Path, played: Path, seeks: int) -> dict[str, Any]:
    """All figures of the tape of `run`, made of the tape of `played`."""
    tape, report = opened(run)
    found: dict[str, Any] = {"tape": report}
    steps = np.random.default_rng(1).integers(0, tape.steps(), seeks).tolist()
    found["without bookmarks"] = visits(tape, steps[: -(-seeks // 4)])
    tape.close()
    found["bookmarking"] = leave_bookmarks(run, played)
    tape, _ = opened(run)
    found["first visit"] = visits(tape, steps)
    found["second visit"] = visits(tape, steps)
    found["memory_megabytes"] = psutil.Process().memory_info().rss / 1e6
    tape.close()
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--game", default="kung_fu_master")
    parser.add_argument("--steps", type=int, default=10_000_000)
    parser.add_argument("--played", type=int, default=500_000, help="so many of the steps are played, the others repeat them")
    parser.add_argument("--environments", type=int, default=8)
    parser.add_argument("--seeks", type=int, default=50)
    parser.add_argument("--tape", type=Path, help="the folder of a run of one attempt whose tape to measure instead")
    parser.add_argument("--output", type=Path, help="also write the figures here, as JSON")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        run, played = (Path(scratch) / "experiments" / name for name in ("run", "played"))
        if asked.tape is None:
            record(asked.game, min(asked.played, asked.steps), asked.environments, played / "tape")
        else:
            shutil.copytree(asked.tape / "tape", played / "tape")
        shutil.copytree(played, run)
        attempts = lengthen(run / "tape", asked.steps) if asked.tape is None else 1
        report = {"game": asked.game, "attempts": attempts, **measure(run, played, asked.seeks)}
    print(json.dumps(report, indent=2))
    if asked.output:
        asked.output.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
