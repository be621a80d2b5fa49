"""What a run found wrong with itself, read from its events without decoding the millions of others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_core.events import ProblemFound
from retroml_core.runs.eventlog import decode, event_files

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ProblemReader"]

_MARK = f'"type":"{ProblemFound.TYPE}"'.encode()


class ProblemReader:
    """Reads the problems of one run, each time only what was written since. Used from one thread at a time."""

    def __init__(self, folder: Path) -> None:
        """`folder` holds the run's event files."""
        self._folder = folder
        self._offsets: dict[str, int] = {}
        self._found: list[str] = []

    def read(self) -> tuple[str, ...]:
        """All problems so far, in words. Raises OSError."""
        for path in event_files(self._folder):
            with path.open("rb") as file:
                file.seek(self._offsets.get(path.name, 0))
                for line in file:
                    if not line.endswith(b"\n"):
                        break
                    self._offsets[path.name] = self._offsets.get(path.name, 0) + len(line)
                    if _MARK in line:
                        self._take(line)
        return tuple(self._found)

    def _take(self, line: bytes) -> None:
        try:
            event = decode(line)
        except ValueError:
            return
        if event.type == ProblemFound.TYPE:
            self._found.append(str(event.data.get("message", "")))
