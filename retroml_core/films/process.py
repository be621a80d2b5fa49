"""A film being made by a process of its own: start it, follow it, cancel it.

The process (`retroml_core.films.maker`) says one JSON object a line on its standard output: `{"fraction": 0.4, "doing": "...",
"seconds_left": 12.0}` at any time, then `{"film": {...}}`, `{"cancelled": true}` or `{"error": "...", "refused": true}`.
It hears the lines `pause`, `resume` and `cancel` on its standard input, and ends when that is closed, so it never outlives
whoever asked for the film; what it had finished is kept then, and the film goes on from there when it is asked for again.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from retroml_core.events import FilmProgress
from retroml_core.filming import FilmCancelled, FilmError, FilmRefused
from retroml_core.films.tally import keep_outcome

if TYPE_CHECKING:
    from retroml_core.films.listing import Film
    from retroml_core.films.options import FilmOptions
    from retroml_core.runs.run import Run

__all__ = ["FilmCrashed", "FilmProcess", "start_film"]

_TAIL_BYTES = 4000


class FilmCrashed(FilmError):
    """The process that made the film was killed or died without a word. Made again, the film goes on where it was."""


class FilmProcess:
    """One film in the making. `follow` from one thread; `pause`, `resume`, `interrupt` and `cancel` from any.

    `ended` is told why it failed, or "" when it was made.
    """

    def __init__(self, command: list[str], renderer: str, ended: Callable[[str], None] = lambda _error: None) -> None:
        self.renderer = renderer
        self._ended = ended
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  # lives as long as this object
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, encoding="utf-8", errors="replace"
        )

    def follow(self, progress: Callable[[FilmProgress], None] | None = None) -> Film:
        """Hand on progress until the film is done.

        Raises FilmError with the reason (FilmCrashed when the process died, FilmRefused when it cannot be made of this run or
        with these wishes), or FilmCancelled.
        """
        from retroml_core.films.listing import read_film

        last: dict[str, Any] = {}
        for line in self.process.stdout or ():
            message = _parse(line)
            if "fraction" not in message:
                last = message or last
            elif progress is not None:
                progress(FilmProgress(renderer=self.renderer, **message))
        code = self.process.wait()
        if last.get("cancelled"):
            self.close()
            raise FilmCancelled("the film was cancelled")
        film = read_film(Path(last["film"]["sidecar"])) if "film" in last else None
        error = last.get("error")
        crash = f"the process that makes the film ended with code {code}: {self._tail()}"
        self.close()
        if last.get("refused"):
            raise FilmRefused(str(error))
        if film is None:
            self._ended(str(error or crash))
            raise FilmError(str(error)) if error else FilmCrashed(crash)
        self._ended("")
        return dataclasses.replace(film, existed=bool(last["film"].get("existed")))

    def pause(self) -> None:
        """Let it rest, from its next picture on. May be called at any time."""
        self._say("pause")

    def resume(self) -> None:
        """Let it go on. May be called at any time."""
        self._say("resume")

    def _say(self, word: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            if self.process.stdin is not None:
                self.process.stdin.write(f"{word}\n")
                self.process.stdin.flush()

    def cancel(self) -> None:
        """Ask it to give up; it leaves nothing behind and `follow` raises FilmCancelled. May be called at any time."""
        self._say("cancel")

    def interrupt(self) -> None:
        """Ask it to end and to keep its finished parts; `follow` raises FilmCancelled. May be called at any time."""
        with contextlib.suppress(OSError, ValueError):
            if self.process.stdin is not None:
                self.process.stdin.close()

    def close(self) -> None:
        """Interrupt it if it still works, wait for its end, release pipes. May be called twice."""
        self.interrupt()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self._log.close()

    def __enter__(self) -> FilmProcess:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _tail(self) -> str:
        self._log.seek(0, 2)
        self._log.seek(max(self._log.tell() - _TAIL_BYTES, 0))
        lines = self._log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


def _parse(line: str) -> dict[str, Any]:
    try:
        message = json.loads(line)
    except ValueError:
        return {}
    return message if isinstance(message, dict) else {}


def start_film(run: Run, renderer: str, options: FilmOptions | None = None) -> FilmProcess:
    """Start making a film of `run` in a process of its own, also while `run` trains. Close what is returned."""
    command = [sys.executable, "-m", "retroml_core.films.maker", str(run.folder), "--renderer", renderer, "--attached"]
    cache = run.folder.parents[1] / "cache"
    return FilmProcess(
        command + (options.as_arguments() if options is not None else []),
        renderer,
        lambda error: keep_outcome(cache, run.id, renderer, error),
    )
