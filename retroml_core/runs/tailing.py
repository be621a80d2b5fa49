"""Reading event files from where one left off, while somebody writes to them.

A line that is not whole yet stays unread; a damaged one is left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.runs.eventlog import decoded, event_files

if TYPE_CHECKING:
    from retroml_core.events import Event

__all__ = ["EventTail", "read_part"]

PART_BYTES = 4 * 2**20


def read_part(path: Path, offset: int = 0) -> tuple[list[Event], int]:
    """About 4 MiB of events from byte `offset` on, and the offset to go on from (the same at the end). Raises OSError."""
    with path.open("rb") as file:
        file.seek(offset)
        data = file.read(PART_BYTES)
        if len(data) == PART_BYTES:
            data += file.readline()
    whole = data[: data.rfind(b"\n") + 1]
    return list(decoded(whole.splitlines())), offset + len(whole)


class EventTail:
    """What is new in all event files of a run. Used from one thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._offsets: dict[str, int] = {}

    def read(self) -> list[Event]:
        """Every event that became whole since the last call, in order. Raises OSError."""
        found: list[Event] = []
        for path in event_files(self._folder):
            offset = self._offsets.get(path.name, 0)
            events, end = read_part(path, offset)
            while end > offset:
                found += events
                offset = end
                events, end = read_part(path, offset)
            self._offsets[path.name] = offset
        return found

    def skip(self) -> None:
        """Leave out whatever is written by now; what is still to come of half a line is no event. Raises OSError."""
        for path in event_files(self._folder):
            self._offsets[path.name] = path.stat().st_size
