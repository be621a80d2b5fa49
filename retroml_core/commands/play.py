"""`retroml play NAME`: let a model, or a checkpoint of a run, play at the pace of the game; nothing is written to it.

With `--attached` it ends with its standard input, so that it never outlives whoever watches.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.commands.numbers import above_zero, count, whole
from retroml_core.commands.sources import find_source

if TYPE_CHECKING:
    from collections.abc import Sequence

    from retroml_core.app import App
    from retroml_core.environment import EpisodeEnd

__all__ = ["main"]


def main(app: App, argv: Sequence[str]) -> int:
    """Play until it is ended; 0 then. Raises Fault for what does not exist or cannot be played."""
    from retroml_core.training.playing import play

    asked = _parser().parse_args(argv)
    run, checkpoint = find_source(app, asked.source, asked.checkpoint)
    own = app.root.cache / "playing" / f"{run.id}-{os.getpid()}"
    ended = threading.Event()
    if asked.attached:
        threading.Thread(target=_wait_for_end_of_input, args=(ended,), daemon=True).start()
    say = _Sayer(as_json=asked.json)
    try:
        play(
            app, run, checkpoint.step, asked.live or own, seed=asked.seed, greedy=asked.greedy, speed=asked.speed,
            games=asked.episodes, ended=ended, said=say,
        )  # fmt: skip
    except KeyboardInterrupt:
        sys.stderr.write("ended\n")
    finally:
        shutil.rmtree(own, ignore_errors=True)
    return 0


class _Sayer:
    """Prints each game that ends."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self._games = 0

    def __call__(self, game: EpisodeEnd) -> None:
        self._games += 1
        words = f"game {self._games:,}: {game.score:,.0f} points in {game.length:,} steps"
        facts = {"game": self._games, "score": game.score, "steps": game.length}
        with contextlib.suppress(OSError):  # nobody reads it any more
            sys.stdout.write((json.dumps(facts) if self._as_json else words) + "\n")
            sys.stdout.flush()


def _wait_for_end_of_input(ended: threading.Event) -> None:
    # os.read and not sys.stdin: a thread waiting inside sys.stdin would hold its lock at exit.
    with contextlib.suppress(OSError):
        while os.read(0, 64):
            pass
    ended.set()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="retroml play",
        description="Let a model play on and on at the pace of the game, for a viewer such as the desktop app. Nothing is "
        "written to it; the score of each game is printed.",
    )
    parser.add_argument("source", help="a model or a run: its id, a unique beginning of it, or latest (the newest run)")
    parser.add_argument("--checkpoint", default="", metavar="NAME", help="of a run: best, latest, or a step; default: the best")
    parser.add_argument("--live", type=Path, metavar="FOLDER", help="where to write what it sees, see docs/live-view.md")
    parser.add_argument("--episodes", type=count, metavar="N", help="end after so many games; default: never")
    parser.add_argument("--seed", type=whole, default=0, help="seed of the games and of the actions drawn (default 0)")
    parser.add_argument("--greedy", action="store_true", help="always take the likeliest action")
    parser.add_argument("--speed", type=above_zero, default=1.0, metavar="X", help="times the pace of the game (default 1)")
    parser.add_argument("--attached", action="store_true", help="end when standard input ends")
    parser.add_argument("--json", action="store_true", help="print each game as a line of JSON")
    return parser
