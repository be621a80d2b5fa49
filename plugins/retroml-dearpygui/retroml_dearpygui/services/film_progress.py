"""How far the film is that the process of a training makes, read from the end of the run's events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from retroml_core.events import FilmProgress
from retroml_core.runs.eventlog import decode, event_files

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["film_progress"]

_MARK = f'"type":"{FilmProgress.TYPE}"'.encode()
_TAIL_BYTES = 32_768


def film_progress(folder: Path, renderer: str) -> FilmProgress | None:
    """What was last said of the film that `renderer` makes, None before that; `folder` holds the event files.

    Raises OSError.
    """
    files = event_files(folder)
    if not files:
        return None
    with files[-1].open("rb") as file:
        file.seek(max(file.seek(0, 2) - _TAIL_BYTES, 0))
        lines = file.read().splitlines()
    for line in reversed(lines):
        if _MARK in line and (said := _read(line)) is not None:
            return said if said.renderer == renderer else None
    return None


def _read(line: bytes) -> FilmProgress | None:
    try:
        return FilmProgress(**decode(line).data)
    except (ValueError, TypeError):
        return None
