"""The process that makes one film: `python -m retroml_core.films.maker <run folder> --renderer timelapse`.

It works at low priority, waits for its turn while another film is made, and says on standard output how far it is (see
`retroml_core.films.process`). On SIGTERM, Ctrl+C or, with `--attached`, at the end of its standard input it ends and keeps
what is finished; on a line `cancel` nothing is left behind. It rests after a line `pause` until a line `resume`, after Ctrl+Z
until the shell goes on with it, and while somebody asks for it (`retroml_core.films.making`); others take its turn meanwhile.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import signal
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

from retroml_core.faults import Fault, told
from retroml_core.filming import FilmCancelled, FilmInterrupted, FilmRefused
from retroml_core.films.options import FilmOptions

if TYPE_CHECKING:
    from retroml_core.films.turns import Turn

__all__ = ["Reporter", "Wishes", "main"]

EXIT_CANCELLED = 130
_NICENESS = 10
_RESTING_SECONDS = 0.1


class Wishes:
    """What others want of the maker; set from signal handlers and another thread, or by a file `word` that lets it rest."""

    def __init__(self) -> None:
        self.ended = threading.Event()
        self.paused = threading.Event()
        self.stopped = False
        self.word: Path | None = None
        self.cancelled = False

    @property
    def resting(self) -> bool:
        """Whether anybody wants it to rest: a line, the shell, or the word."""
        return self.paused.is_set() or self.stopped or (self.word is not None and self.word.exists())

    def cancel(self) -> None:
        """The film is not wanted any more."""
        self.cancelled = True
        self.ended.set()


class Reporter:
    """Says progress a few times a second, rests while it shall and notices when to end: the `progress` of a FilmJob.

    While it rests it gives back the `turn`, if it has one.
    """

    def __init__(self, wishes: Wishes, *, every_seconds: float = 0.2) -> None:
        self.wishes = wishes
        self.every_seconds = every_seconds
        self.turn: Turn | None = None
        self._fraction = 0.0
        self._begun: tuple[float, float] | None = None
        self._said: float | None = None

    def __call__(self, fraction: float, doing: str) -> None:
        """Report; raises FilmCancelled once the film is no longer wanted, FilmInterrupted when the process has to end."""
        self._check()
        self._fraction = min(max(fraction, 0.0), 1.0)
        if self.wishes.resting:
            self._rest()
        now = time.monotonic()
        if self._said is None or now - self._said >= self.every_seconds or fraction >= 1:
            self._said = now
            self._say(doing, self._left(now))

    def waiting(self, ahead: int) -> None:
        """Report that other films are made first."""
        self._check()
        if self.wishes.resting:
            self._rest()
        self._say(f"waiting for {ahead} other film{'s' * (ahead > 1)}", None)

    def _left(self, now: float) -> float | None:
        """The seconds left, as fast as it was since it began to get on; None until that can be told."""
        if self._begun is None or self._fraction <= self._begun[1]:
            self._begun = (now, self._fraction)
        begun, fraction = self._begun
        done = self._fraction - fraction
        return round((now - begun) / done * (1 - self._fraction), 1) if done > 0.02 else None

    def _rest(self) -> None:
        rested, begun = time.monotonic(), self._begun
        if self.turn is not None:
            self.turn.give_back()
        self._say("paused", None)
        while self.wishes.resting:
            self._check()
            time.sleep(_RESTING_SECONDS)  # no lock: signals are handled meanwhile, and they set events
        if self.turn is not None:
            self.turn.take()
        if begun is not None:  # resting is no work
            self._begun = (begun[0] + time.monotonic() - rested, begun[1])

    def _say(self, doing: str, left: float | None) -> None:
        say({"fraction": round(self._fraction, 4), "doing": doing, "seconds_left": left})

    def _check(self) -> None:
        if self.wishes.cancelled:
            raise FilmCancelled("the film was cancelled")
        if self.wishes.ended.is_set():
            raise FilmInterrupted("the film was interrupted; asked for again, it goes on")


def say(message: dict[str, Any]) -> None:
    """Write one JSON line; a reader that is gone is no reason to fail."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def main(argv: list[str] | None = None) -> int:
    """Make one film; the exit code is 0 when it is complete, 130 when cancelled, 1 when it failed."""
    parser = argparse.ArgumentParser(prog="python -m retroml_core.films.maker", description="Make one film of a run.")
    parser.add_argument("folder", type=Path, help="folder of the run")
    parser.add_argument("--renderer", required=True, help="kind of film")
    parser.add_argument("--attached", action="store_true", help="end when standard input does, give up when it says cancel")
    FilmOptions.add_arguments(parser)
    parsed = parser.parse_args(argv)
    wishes = Wishes()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: wishes.ended.set())
    _rest_with_the_shell(wishes)
    if parsed.attached:
        threading.Thread(target=_watch_input, args=(wishes,), daemon=True).start()
    _be_nice()
    try:
        say({"film": _make(parsed, Reporter(wishes))})
    except FilmCancelled:
        say({"cancelled": True})
        return EXIT_CANCELLED
    except Fault as error:
        say({"error": str(error), "refused": isinstance(error, FilmRefused)})
        return 1
    except Exception as error:  # noqa: BLE001  # a third party's renderer may raise anything; whoever asked must learn why
        traceback.print_exc()
        say({"error": f"the film could not be made: {type(error).__name__}: {told(error)}", "details": traceback.format_exc()})
        return 1
    return 0


def _make(parsed: argparse.Namespace, reporter: Reporter) -> dict[str, Any]:
    from retroml_core.app import App
    from retroml_core.films.film import make_film
    from retroml_core.films.making import announced, filming_folder
    from retroml_core.films.turns import Turn
    from retroml_core.runs.run import Run

    options = FilmOptions.from_arguments(parsed)
    reporter(0.0, "starting")
    app, run = App.open(), Run(parsed.folder)
    folder = filming_folder(app.root)
    with announced(folder, run.id, parsed.renderer) as reporter.wishes.word:
        reporter.turn = Turn(folder, at_once=options.at_once, waiting=reporter.waiting)
        with reporter.turn:
            film = make_film(app, run, parsed.renderer, options=options, progress=reporter)
    return {
        "path": str(film.path),
        "sidecar": str(film.sidecar_path),
        "seconds": film.seconds,
        "size_bytes": film.size_bytes,
        "existed": film.existed,
    }


def _rest_with_the_shell(wishes: Wishes) -> None:
    """Ctrl+Z, where there is one, stops whoever asked for the film; a maker stopped with it would keep its turn."""
    if sys.platform != "win32":
        signal.signal(signal.SIGTSTP, lambda *_: setattr(wishes, "stopped", True))
        signal.signal(signal.SIGCONT, lambda *_: setattr(wishes, "stopped", False))


def _watch_input(wishes: Wishes) -> None:
    # os.read and not sys.stdin: a thread waiting inside sys.stdin would hold its lock at exit.
    heard = b""
    while piece := os.read(0, 64):
        *lines, heard = (heard + piece).split(b"\n")
        for line in lines:
            word = line.strip().lower()
            if word == b"cancel":
                wishes.cancel()
            elif word == b"pause":
                wishes.paused.set()
            elif word == b"resume":
                wishes.paused.clear()
    wishes.ended.set()


def _be_nice() -> None:
    import psutil

    with contextlib.suppress(OSError, psutil.Error):
        psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", _NICENESS))


if __name__ == "__main__":
    sys.exit(main())
