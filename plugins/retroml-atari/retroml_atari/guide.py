"""The guide: an environment whose play is bookmarked from end to end, so that some game at any step of a run is seen at once.

It takes as long as playing the long stretches of that environment once more, so it is done by a process that only takes what
nobody else wants of the processor: `python -m retroml_atari.guide <run folder> <file of bookmarks>`. It may be killed at any
moment; the next one goes on from the last bookmark.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from retroml_atari.index import TapeIndex
from retroml_atari.marks import Marks, MarkWriter, make_folder
from retroml_atari.near import NEAR_STEPS, long_stretches
from retroml_atari.reel import Reel, effective
from retroml_atari.shelf import Bookmark, Shelf
from retroml_atari.walk import Walk, check_playable

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["GUIDE", "bookmark", "leave_behind", "marks_of", "start", "steps_left"]

GUIDE: Final = 0
"""The environment that `Tape.find` shows, too."""
SPACING: Final = 512
STREAM: Final = "training"


def marks_of(run_folder: Path) -> Marks | None:
    """The bookmarks on disk of the run in `run_folder`; None where it does not lie in a data root, which has a cache."""
    if run_folder.parent.name != "experiments":
        return None
    cache = run_folder.parent.parent / "cache"
    return Marks(cache / "bookmarks" / run_folder.name / f"{STREAM}-{GUIDE}.marks", GUIDE)


def steps_left(reel: Reel, marks: Marks) -> int:
    """How many of its steps must be played for the guide's bookmarks to reach the end."""
    return sum(end - first for first, end in long_stretches(reel, marks.environment, marks.reached(reel)))


def start(run_folder: Path, marks: Marks) -> subprocess.Popen[bytes]:
    """Start the process that bookmarks what there is of the tape. It ends by itself. Raises OSError."""
    make_folder(marks.path)
    settings: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        settings = {"creationflags": subprocess.CREATE_NO_WINDOW | subprocess.IDLE_PRIORITY_CLASS}
    nowhere = subprocess.DEVNULL
    command = [sys.executable, "-m", "retroml_atari.guide", str(run_folder), str(marks.path)]
    return subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere, **settings)


def leave_behind(run_folder: Path) -> bool:
    """Start that process where it is worth it and can be done, and have it outlive this one; whether it was."""
    marks = marks_of(run_folder)
    if marks is None or not (run_folder / "tape").is_dir():
        return False
    marks.refresh()
    try:
        reel = _reel(run_folder)
        if not reel.places or steps_left(reel, marks) <= NEAR_STEPS:
            return False
        start(run_folder, marks).returncode = 0  # or Popen complains of a child that nobody waited for
    except (OSError, ValueError):  # whoever opens the tape is told why; nothing is lost without bookmarks
        return False
    return True


def bookmark(run_folder: Path, path: Path) -> int:
    """Leave bookmarks up to the end of the tape in the file at `path`; how many steps were played for it.

    Raises ValueError when the tape cannot be played here, OSError when the file cannot be written.
    """
    reel = _reel(run_folder)
    check_playable(reel.spans[0].segment.header)
    stored = Marks(path, GUIDE)
    stored.refresh()
    reached, played = stored.reached(reel), 0
    writer = MarkWriter(path, GUIDE, reel)
    try:
        for first, end in long_stretches(reel, GUIDE, reached):
            walk = Walk(reel, GUIDE, first, shelf=Leaving(writer), stored=stored)
            while walk.place < end:
                walk.step(look=False)
            walk.close()
            played += end - first
        writer.seen(reel.places)
    finally:
        writer.close()
    return played


class Leaving(Shelf):
    """A shelf whose bookmarks are written down."""

    def __init__(self, writer: MarkWriter) -> None:
        super().__init__(SPACING)
        self._writer = writer

    def keep(self, environment: int, mark: Bookmark) -> None:
        """Keep a bookmark, and write it down."""
        super().keep(environment, mark)
        self._writer.add(mark)


def _reel(run_folder: Path) -> Reel:
    return Reel(STREAM, effective(TapeIndex(run_folder / "tape").segments(STREAM)))


def _step_back() -> None:
    """Take only what nobody else wants of the processor; elsewhere than on Linux as little as can be."""
    with contextlib.suppress(OSError):
        if sys.platform == "linux":
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        if sys.platform != "win32":
            os.nice(19)


def _forget_gone(experiments: Path, bookmarks: Path) -> None:
    """Delete the bookmarks of runs that are no more."""
    for folder in bookmarks.iterdir():
        if not (experiments / folder.name).exists():
            shutil.rmtree(folder, ignore_errors=True)


def main(argv: Sequence[str] | None = None) -> int:
    """The process. It does nothing while another one bookmarks the same run."""
    from filelock import FileLock, Timeout

    parser = argparse.ArgumentParser(prog="python -m retroml_atari.guide", description=__doc__)
    parser.add_argument("folder", type=Path, help="folder of the run")
    parser.add_argument("marks", type=Path, help="file of its bookmarks")
    asked = parser.parse_args(argv)
    _step_back()
    with contextlib.suppress(Timeout), FileLock(f"{asked.marks}.lock", timeout=0):
        _forget_gone(asked.folder.parent, asked.marks.parent.parent)
        bookmark(asked.folder, asked.marks)
    return 0


if __name__ == "__main__":
    sys.exit(main())
