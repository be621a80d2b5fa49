"""Which films are being made under one data root, and the word that lets one of them rest, said from any terminal.

Each maker leaves a note `<process>.making` in the folder where films wait for their turn. While a file `<process>.rest` is
beside it, the maker rests.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from retroml_core.files import read_json, write_json
from retroml_core.runs.state import process_lives

if TYPE_CHECKING:
    from retroml_core.runs.roots import DataRoot

__all__ = ["Making", "announced", "filming_folder", "in_the_making"]


def filming_folder(root: DataRoot) -> Path:
    """Where the films of a data root wait for their turn."""
    return root.cache / "filming"


@dataclass(frozen=True, kw_only=True)
class Making:
    """A film in the making: of which run, what kind of film, and the `word` (a file) that lets its maker rest."""

    run_id: str
    renderer: str
    word: Path

    @property
    def resting(self) -> bool:
        """Whether it was asked to rest."""
        return self.word.exists()

    def pause(self) -> None:
        """Let it rest, from its next picture on. Raises OSError."""
        self.word.touch()

    def resume(self) -> None:
        """Let it go on. Raises OSError."""
        self.word.unlink(missing_ok=True)


@contextmanager
def announced(folder: Path, run_id: str, renderer: str) -> Iterator[Path | None]:
    """Note that this process makes a film; gives the word that lets it rest, None where no note can be left."""
    import psutil

    note = folder / f"{os.getpid()}.making"
    facts = {"pid": os.getpid(), "started": psutil.Process().create_time(), "run": run_id, "renderer": renderer}
    try:
        folder.mkdir(exist_ok=True)
        _word(note).unlink(missing_ok=True)
        write_json(note, facts)
    except OSError:
        yield None
        return
    try:
        yield _word(note)
    finally:
        _forget(note)


def in_the_making(folder: Path) -> list[Making]:
    """The films that processes of this machine make now; notes of makers that died are removed."""
    found = []
    for note in sorted(folder.glob("*.making")):
        try:
            facts = read_json(note)
            lives = process_lives(facts["pid"], facts["started"])
            making = Making(run_id=str(facts["run"]), renderer=str(facts["renderer"]), word=_word(note))
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if lives:
            found.append(making)
        else:
            _forget(note)
    return found


def _word(note: Path) -> Path:
    return note.with_suffix(".rest")


def _forget(note: Path) -> None:
    for path in (note, _word(note)):
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
